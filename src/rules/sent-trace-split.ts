import type { SentSpanRule } from "./rule.ts";

/** A span that arrived in another trace than the one it was sent in. */
export const sentTraceSplit: SentSpanRule = {
  scope: "sent-span",
  meta: {
    id: "sent-trace-split",
    title: "The spans of a trace arrive in one trace",
    levels: ["violation"],
    why: "A span under another trace id is found by nobody who follows the trace, and tail samplers decide about its halves apart.",
    fix: "Look for what gives spans new trace ids on the way: a converter to another format with shorter ids, a processor, a proxy.",
    clause: () => "https://www.w3.org/TR/trace-context/#trace-id",
    weaver: null,
  },
  check({ arrivals, elsewhere }, context) {
    if (elsewhere !== undefined) {
      return context.fail({
        level: "violation",
        expected: "the trace id that it was sent with",
        actual: "another trace id",
        fix: "Look for the converter or processor that changes trace ids.",
        value: `arrived in trace ${elsewhere}`,
      });
    }
    if (arrivals > 0) context.pass();
    else context.notApplicable();
  },
};
