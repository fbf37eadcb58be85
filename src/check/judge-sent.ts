import type { SentSpan, SentSpans } from "../reconcile/sent-spans.ts";
import type { SentSummary } from "../result/result.ts";
import type { Report, Rule, SentSpanRule } from "../rules/rule.ts";
import type { Spec } from "../semconv/spec.ts";
import type { FindingTable } from "./finding-table.ts";
import type { OutcomeCounts } from "./outcomes.ts";
import { contextFor } from "./rule-context.ts";

interface Judging {
  readonly specs: readonly Spec[];
  readonly rules: readonly Rule[];
  readonly findings: FindingTable;
  counts(version: number, rule: SentSpanRule): OutcomeCounts;
}

/** Runs the rules about sent spans over what became of each, and counts it. */
export function judgeSent(sent: SentSpans, mayBeMissing: string | undefined, judging: Judging): SentSummary {
  const rules = judging.rules.filter((rule) => rule.scope === "sent-span");
  const counts = { acknowledged: 0, arrived: 0, lost: 0, duplicated: 0, altered: 0, split: 0 };
  for (const span of sent.all(mayBeMissing)) {
    judging.specs.forEach((spec, version) => {
      for (const rule of rules) {
        const add = (report: Report): void => judging.findings.add(rule, spec, report, placeOf(span));
        rule.check(span, contextFor(spec, judging.counts(version, rule), add));
      }
    });
    if (span.sent.delivery === "acknowledged" || span.sent.delivery === "retried") {
      counts.acknowledged++;
      if (span.arrivals === 0 && span.elsewhere === undefined) counts.lost++;
    }
    if (span.arrivals > 0) counts.arrived++;
    if (span.arrivals > span.sendings) counts.duplicated++;
    if (span.differences.length > 0) counts.altered++;
    if (span.elsewhere !== undefined) counts.split++;
  }
  return { whole: sent.whole && !sent.full, spans: sent.size, ...counts, notSent: sent.notSent };
}

function placeOf({ sent: { service, name, traceId, spanId } }: SentSpan): Parameters<FindingTable["add"]>[3] {
  return { service, scope: "", span: name, spanType: "", count: 1, examples: [{ traceId, spanId }] };
}
