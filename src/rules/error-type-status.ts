import type { ShapeRule } from "./rule.ts";
import { listedByAll } from "./type-tables.ts";

/** error.type and status ERROR go together, on spans whose table asks for error.type when the operation failed. */
export const errorTypeStatus: ShapeRule = {
  scope: "shape",
  meta: {
    id: "error-type-status",
    title: "A failed span has both error.type and status ERROR, any other neither",
    levels: ["violation"],
    why: "Error rates are computed from the status, their break-down from error.type: with only one of them the two disagree.",
    fix: "On failure set the status to ERROR and error.type to a low-cardinality error; otherwise set neither.",
    clause: () => "https://opentelemetry.io/docs/specs/semconv/general/recording-errors/",
    weaver: null,
  },
  check(shape, context) {
    const [first] = shape.typing.candidates;
    if (first === undefined || !listedByAll(shape.typing.candidates, "error.type")) return context.notApplicable();
    const failed = shape.status === "ERROR";
    const typed = shape.has("error.type");
    if (failed === typed) return context.pass();
    context.fail(
      failed
        ? {
            level: "violation",
            attribute: "error.type",
            expected: "error.type, because the span's status is ERROR",
            actual: "status ERROR without error.type",
            fix: "Set error.type to the provider's error code or the exception's class name (or _OTHER).",
            clause: first.clause,
          }
        : {
            level: "violation",
            attribute: "error.type",
            expected: "status ERROR, because the span has error.type",
            actual: `error.type with status ${shape.status}`,
            fix: "Set the span's status to ERROR when the operation failed; leave error.type out when it did not.",
          },
    );
  },
};
