import type { CallRule } from "./rule.ts";

/** Two instrumentations that each make a span of the same call: a framework's and the native client's inside it, or one loaded twice. */
export const callWithTwoSpans: CallRule = {
  scope: "call",
  meta: {
    id: "call-with-two-spans",
    title: "No call to a model has more than one span",
    levels: ["violation"],
    why: "Whoever adds up tokens or counts calls by their spans counts such a call twice.",
    fix: "Keep one of the instrumentations: switch the framework's off, or the one of the client that it wraps.",
    clause: (spec) => spec.docUrl("gen-ai-spans.md"),
    weaver: null,
  },
  check(subject, context) {
    const { span, furtherSpans } = subject;
    if (span === undefined) return context.notApplicable();
    if (furtherSpans.length === 0) return context.pass();
    for (const further of furtherSpans) {
      const place = further.traceId !== span.record.traceId ? "of another trace" : "of the same trace";
      context.fail(
        {
          level: "violation",
          expected: `one span for the call, the one of ${scopeName(span.record.scope)}`,
          actual: `a further span of the same call, ${place}, of ${scopeName(further.scope)}: its tokens count double`,
          fix: "Switch one of the two instrumentations off for this client.",
          context: { call: subject.call.call, otherSpan: span.record.spanId },
        },
        further,
      );
    }
  },
};

function scopeName(scope: string): string {
  return scope === "" ? "a scope without a name" : scope;
}
