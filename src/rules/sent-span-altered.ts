import type { SentSpanRule } from "./rule.ts";

/** A span that arrived otherwise than it was sent. */
export const sentSpanAltered: SentSpanRule = {
  scope: "sent-span",
  meta: {
    id: "sent-span-altered",
    title: "Each span arrives as it was sent",
    levels: ["violation"],
    why: "What is changed on the way is what people see and count: a processor that renames, redacts or converts does so for all spans, meant or not.",
    fix: "If a processor is meant to change spans, hold the run without it; otherwise look for the one that does.",
    clause: () => "https://opentelemetry.io/docs/specs/otlp/#full-success",
    weaver: null,
  },
  check({ arrivals, differences }, context) {
    if (arrivals === 0) return context.notApplicable();
    if (differences.length === 0) return context.pass();
    for (const { of, sent, arrived } of differences) {
      context.fail({
        level: "violation",
        expected: `the ${of} that ${of === "attributes" ? "were" : "was"} sent`,
        actual: of === "attributes" ? "other attributes, or of another type" : `another ${of}`,
        fix: "Look for the processor that changes it on the way.",
        value: of === "attributes" ? `digest ${sent} became ${arrived}` : `"${sent}" became "${arrived}"`,
      });
    }
  },
};
