import type { SpanRule } from "./rule.ts";

export const zeroIds: SpanRule = {
  scope: "span",
  meta: {
    id: "zero-ids",
    title: "Trace and span have ids that are not all zeros",
    levels: ["violation"],
    why: "An id of zeros means that there is none: spans that have it cannot be told apart, and backends drop them or join strangers into one trace.",
    fix: "Let the SDK make the ids; zeros come from a span that was never started, or from an exporter of one's own that fills them in.",
    clause: () => "https://opentelemetry.io/docs/specs/otel/trace/api/#spancontext",
    weaver: null,
  },
  appliesTo: () => true,
  check({ isTraceIdZero, isSpanIdZero }, context) {
    if (!isTraceIdZero && !isSpanIdZero) return context.pass();
    const ids = isTraceIdZero && isSpanIdZero ? "a trace id and a span id" : isTraceIdZero ? "a trace id" : "a span id";
    context.fail({
      level: "violation",
      expected: "a trace id and a span id with at least one byte that is not zero",
      actual: `${ids} of zeros`,
      fix: "Export spans with the ids that the SDK made for them.",
    });
  },
};
