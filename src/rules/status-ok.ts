import type { ShapeRule } from "./rule.ts";

/** Instrumentations leave the status of a successful span unset; an application may still set OK, so it is no violation. */
export const statusOk: ShapeRule = {
  scope: "shape",
  meta: {
    id: "status-ok",
    title: "The status of a successful span is left unset",
    levels: ["improvement"],
    why: "OK is the application's final word and cannot be overridden later; an instrumentation that sets it takes that word away.",
    fix: "Leave the status unset on success; only an application that overrides an error sets OK.",
    clause: () => "https://opentelemetry.io/docs/specs/semconv/general/recording-errors/#recording-errors-on-spans",
    weaver: null,
  },
  check(shape, context) {
    if (shape.typing.candidates.length === 0) return context.notApplicable();
    if (shape.status !== "OK") return context.pass();
    context.fail({
      level: "improvement",
      expected: "status UNSET on success",
      actual: "status OK",
      fix: "Leave the status unset in the instrumentation (or in the span processor that sets it).",
    });
  },
};
