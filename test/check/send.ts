import { Checker, type CheckSummary } from "../../src/check/checker.ts";
import { decodeJson } from "../../src/otlp/decode-json.ts";
import type { Finding } from "../../src/result/result.ts";
import type { Rule } from "../../src/rules/rule.ts";
import { requestOf, type PlainAttributes, type PlainScope, type PlainSpan } from "./request.ts";

/** Each entry is a request of its own. */
export function judge(
  requests: readonly (readonly PlainScope[])[],
  pins: readonly string[],
  rules?: readonly Rule[],
): CheckSummary {
  const checker = new Checker(pins, rules);
  for (const scopes of requests) checker.accept(decodeJson("traces", requestOf(scopes)));
  return checker.summary();
}

/** One scope of a service that has a name. */
export function scopeOf(spans: readonly PlainSpan[], scope = "instrumentation", service = "shop"): PlainScope {
  return { resource: { "service.name": service }, scope, spans };
}

/** An inference span of 1.36.0 without any violation; `attributes` are added to it. */
export function chatSpan(attributes: PlainAttributes = {}, more: Partial<PlainSpan> = {}): PlainSpan {
  return {
    name: "chat command-r",
    kind: "CLIENT",
    attributes: {
      "gen_ai.operation.name": "chat",
      "gen_ai.system": "cohere",
      "gen_ai.request.model": "command-r",
      ...attributes,
    },
    ...more,
  };
}

export function of(summary: CheckSummary, ruleId: string): Finding[] {
  return summary.findings.filter((finding) => finding.ruleId === ruleId);
}

export function spanId(number: number): string {
  return number.toString(16).padStart(16, "0");
}
