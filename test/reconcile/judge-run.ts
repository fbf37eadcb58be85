import { Checker, type CheckSummary } from "../../src/check/checker.ts";
import type { LedgerCall } from "../../src/ledger/ledger.ts";
import { decodeJson } from "../../src/otlp/decode-json.ts";
import type { SentSpans } from "../../src/reconcile/sent-spans.ts";
import { rules } from "../../src/rules/index.ts";
import { requestOf, type PlainSpan } from "../check/request.ts";
import { ledgerOf, timeAt } from "./ledger-of.ts";

const aboutCalls = rules.filter(({ scope }) => scope === "call" || scope === "lone-span");

export interface JudgedRun {
  readonly whole?: boolean;
  readonly spansMayBeMissing?: string;
  readonly pins?: readonly string[];
  /** Of a ledger that has the spans too. */
  readonly sent?: SentSpans;
  /** When the ledger began and ended, in milliseconds from the start of the run. */
  readonly lasted?: readonly [began: number, ended: number];
}

/** What the rules about calls say of spans and a ledger: OTLP/JSON through the decoder. */
export function judgeRun(calls: readonly LedgerCall[], spans: readonly PlainSpan[], of: JudgedRun = {}): CheckSummary {
  const checker = new Checker(of.pins ?? ["genai-2026-08-03"], aboutCalls, { keepForLedger: true });
  if (of.sent !== undefined) checker.expectSent(of.sent);
  checker.accept(
    decodeJson("traces", requestOf([{ resource: { "service.name": "app" }, scope: "instrumentation", spans }])),
  );
  const ledger = ledgerOf(calls, of.whole);
  [ledger.began, ledger.ended] = (of.lasted ?? []).map((at) => BigInt(timeAt(at)));
  checker.holdAgainst(ledger, of.spansMayBeMissing);
  return checker.summary();
}

/** Violations as `rule attribute`, sorted, each as often as it occurred. */
export function violationsOf({ findings }: CheckSummary): string[] {
  return findings
    .filter(({ level }) => level === "violation")
    .flatMap(({ ruleId, where, count }) => Array.from({ length: count }, () => `${ruleId} ${where.attribute}`.trim()))
    .toSorted();
}
