import type { LedgerApi } from "../ledger/ledger.ts";
import type { CollectedLedger } from "../reconcile/collected-ledger.ts";
import { callName } from "../reconcile/compare-error.ts";
import type { ReconciledCall, Reconciliation } from "../reconcile/reconciliation.ts";
import type { SpanRecord } from "../reconcile/span-record.ts";
import type { LedgerSummary } from "../result/result.ts";
import type { CallContext, CallRule, LoneSpanRule, Report, Rule } from "../rules/rule.ts";
import type { Spec } from "../semconv/spec.ts";
import type { FindingTable, Occurrence } from "./finding-table.ts";
import { display } from "./mask.ts";
import type { OutcomeCounts } from "./outcomes.ts";
import { contextFor } from "./rule-context.ts";

interface Judging {
  readonly specs: readonly Spec[];
  readonly rules: readonly Rule[];
  readonly findings: FindingTable;
  /** Of all that arrived; a call without a span is of this service when it is the only one. */
  readonly services: readonly string[];
  counts(version: number, rule: Rule): OutcomeCounts;
  onError(ruleId: string, error: unknown): void;
}

/** Runs the rules about calls over what a ledger and the spans have to do with each other, for each version. */
export function judgeCalls({ calls, loneSpans }: Reconciliation, judging: Judging): void {
  const { specs, rules, findings } = judging;
  specs.forEach((spec, version) => {
    for (const rule of rules) {
      const counts = judging.counts(version, rule);
      const attempt = (check: () => void): void => {
        try {
          check();
        } catch (error) {
          counts.error++;
          judging.onError(rule.meta.id, error);
        }
      };
      if (rule.scope === "call") {
        for (const call of calls) {
          const context = callContext(rule, spec, version, call, counts, judging);
          attempt(() => rule.check(call, context));
        }
      } else if (rule.scope === "lone-span") {
        counts.pass += calls.reduce((sum, { span, furtherSpans }) => sum + (span ? 1 : 0) + furtherSpans.length, 0);
        for (const lone of loneSpans) {
          const add = (report: Report): void => findings.add(rule, spec, report, placeOf(lone.record, version));
          attempt(() => rule.check(lone, contextFor(spec, counts, add)));
        }
      }
    }
  });
}

/** Whether a rule needs a ledger. */
export function isAboutCalls(rule: Rule): rule is CallRule | LoneSpanRule {
  return rule.scope === "call" || rule.scope === "lone-span";
}

function callContext(
  rule: Rule,
  spec: Spec,
  version: number,
  call: ReconciledCall,
  counts: OutcomeCounts,
  { findings, services }: Judging,
): CallContext {
  const own = call.span === undefined ? placeOfCall(call, services) : placeOf(call.span.record, version);
  const context = contextFor(spec, counts, (report) => findings.add(rule, spec, report, own));
  return {
    ...context,
    fail: (report, further) => {
      counts.fail++;
      findings.add(rule, spec, report, further === undefined ? own : placeOf(further, version));
    },
  };
}

function placeOf(record: SpanRecord, version: number): Occurrence {
  const { service, scope, name, traceId, spanId } = record;
  return {
    service,
    scope,
    span: name,
    spanType: record.spanTypes[version] ?? "untyped",
    count: 1,
    examples: [{ traceId, spanId }],
  };
}

/** Of a call without a span nothing is known but the name that it would have. */
function placeOfCall({ call, traceparent }: ReconciledCall, services: readonly string[]): Occurrence {
  const [service, another] = services;
  return {
    service: service === undefined || another !== undefined ? "(service not known)" : service,
    scope: "",
    span: callName(call),
    spanType: "",
    count: 1,
    examples: traceparent.kind === "ok" ? [{ traceId: traceparent.traceId, spanId: traceparent.parentId }] : [],
  };
}

const LONGEST_PATH = 200;

/** What the Result says of a ledger. */
export function ledgerSummary(ledger: CollectedLedger, { calls, counts }: Reconciliation): LedgerSummary {
  const apis = Map.groupBy(calls, ({ call }): LedgerApi => call.api);
  return {
    source: ledger.source,
    whole: ledger.whole,
    ...counts,
    apis: [...apis]
      .map(([api, own]) => ({
        api,
        calls: own.reduce((sum, { attempts }) => sum + attempts.length, 0),
        operations: own.length,
        withSpan: own.filter(({ span }) => span !== undefined).length,
        withoutSpan: own.filter(({ span, spanMayExist }) => span === undefined && spanMayExist === undefined).length,
      }))
      .toSorted((a, b) => (a.api < b.api ? -1 : 1)),
    unknownRoutes: ledger.unknownRoutes.map(({ method, path, count }) => ({
      method: display(method, LONGEST_PATH),
      path: display(path, LONGEST_PATH),
      count,
    })),
  };
}
