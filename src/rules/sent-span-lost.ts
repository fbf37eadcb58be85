import type { SentSpanRule } from "./rule.ts";

/** A span that the target acknowledged, and that did not come out on the other side. */
export const sentSpanLost: SentSpanRule = {
  scope: "sent-span",
  meta: {
    id: "sent-span-lost",
    title: "Each span that was acknowledged arrives",
    levels: ["violation", "information"],
    why: "An acknowledged span is one that the sender forgets: if it is not there, a queue, a sampler, a filter or an exporter on the way has lost it, and nobody else will say so.",
    fix: "Look through what stands between the sender and here: queues that overflow, samplers, filters, exporters whose errors are only logged.",
    clause: () => "https://opentelemetry.io/docs/specs/otlp/#full-success",
    weaver: null,
  },
  check({ sent, arrivals, elsewhere, mayBeMissing }, context) {
    if (arrivals > 0) return context.pass();
    if (elsewhere !== undefined) return context.notApplicable();
    // Nobody promised to have these.
    if (sent.delivery === "lost" || sent.delivery === "unsure") return context.notApplicable();
    const report = {
      expected: "each acknowledged span to arrive",
      fix: "Follow it by its trace id through what stands between the sender and here.",
    };
    const doubt =
      mayBeMissing ??
      (sent.delivery === "partly" ? "the target rejected some spans of its request without saying which" : undefined);
    if (doubt === undefined) context.fail({ ...report, level: "violation", actual: "acknowledged, and not here" });
    else context.cannotTell({ ...report, level: "information", actual: `acknowledged, and not here; ${doubt}` });
  },
};
