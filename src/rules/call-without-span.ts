import type { ReconciledCall } from "../reconcile/reconciliation.ts";
import { callName, describe } from "../reconcile/compare-error.ts";
import type { Spec } from "../semconv/spec.ts";
import type { CallRule } from "./rule.ts";

/** A call that left no span. The conventions oblige nobody to trace a call, but a run with a ledger asks just that. */
export const callWithoutSpan: CallRule = {
  scope: "call",
  meta: {
    id: "call-without-span",
    title: "Each call to a model has a span",
    levels: ["violation", "information"],
    why: "A call that leaves no span is missing from cost, error rates and latency, and nothing says so. No version obliges a service to trace every call; this run was asked to hold the calls against the spans.",
    fix: "End the span whatever becomes of the call (refused, broken off, left early), cover the operation, and check that the instrumentation supports the client's major version and is loaded before it.",
    clause: (spec) => spec.docUrl("gen-ai-spans.md"),
    weaver: null,
  },
  check(subject, context) {
    if (subject.span !== undefined) return context.pass();
    if (!hasSpanFor(subject, context.spec)) return context.notApplicable();
    const report = {
      expected: "an inference or embeddings span for each call",
      fix: fixOf(subject),
      context: { call: subject.call.call, api: subject.call.api, model: subject.call.request.model },
      value: `call ${subject.call.call}: ${callName(subject.call)}`,
    };
    const what = `a call that was ${describe(subject.call)}`;
    const { spanMayExist } = subject;
    if (spanMayExist === undefined) context.fail({ ...report, level: "violation", actual: `${what}, and no span` });
    else context.cannotTell({ ...report, level: "information", actual: `${what}, and no span; ${spanMayExist}` });
  },
};

/** Until 1.28 no span describes embeddings, so that none can be asked for. */
function hasSpanFor({ call }: ReconciledCall, spec: Spec): boolean {
  const operations = spec.attribute("gen_ai.operation.name")?.members ?? [];
  return call.operation !== "embeddings" || operations.some(({ value }) => value === "embeddings");
}

function fixOf({ call }: ReconciledCall): string {
  switch (call.outcome.kind) {
    case "error":
    case "malformed":
    case "cut":
      return "End the span when the call fails, too (an instrumentation that ends it only after an answer loses every failure).";
    case "abandoned":
      return "End the span when the application leaves the stream early (the iterator's return, or the connection's end).";
    case "answered":
      return call.request.stream
        ? "End the span when the application stops reading the stream, too, and check that the instrumentation covers streams."
        : "Check that the instrumentation covers this operation of the client, and that the sampler keeps it.";
  }
}
