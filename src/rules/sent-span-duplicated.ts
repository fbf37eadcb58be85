import type { SentSpanRule } from "./rule.ts";

/** A span that was sent once and arrived more often. */
export const sentSpanDuplicated: SentSpanRule = {
  scope: "sent-span",
  meta: {
    id: "sent-span-duplicated",
    title: "Each span arrives once",
    levels: ["violation", "information"],
    why: "A span that is there twice counts twice: in rates, in errors, in tokens and their cost.",
    fix: "Look for two exporters of one pipeline that end here, and for a retry after an answer that came too late.",
    clause: () => "https://opentelemetry.io/docs/specs/otlp/#duplicate-data",
    weaver: null,
  },
  check({ sent, sendings, arrivals }, context) {
    if (arrivals === 0) return context.notApplicable();
    if (arrivals <= sendings) return context.pass();
    const report = {
      expected: "one arrival of each span",
      fix: "Compare the two arrivals' ways here: two exporters, or one that sent again.",
      context: { arrivals },
    };
    // The sender itself may have sent it again then, as OTLP lets it.
    const ownRetry = sent.delivery === "retried" || sent.delivery === "unsure";
    if (!ownRetry) context.fail({ ...report, level: "violation", actual: `${times(arrivals)} of a span sent once` });
    else
      context.cannotTell({
        ...report,
        level: "information",
        actual: `${times(arrivals)}; the sender sent it again after an attempt that may have been taken`,
      });
  },
};

const times = (arrivals: number): string => (arrivals === 2 ? "two arrivals" : "more than two arrivals");
