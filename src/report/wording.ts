import type { FindingGroup } from "../result/group.ts";
import { levels } from "../result/order.ts";
import type { LedgerSummary, Level, Reason, Result, SentSummary, Verdict } from "../result/result.ts";
import { omittedOf } from "../result/totals.ts";
import { reachesFailOn } from "../result/verdict.ts";

const english = new Intl.NumberFormat("en-US");

/** A count with its noun: `1 span`, `1,204 spans`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${english.format(count)} ${count === 1 ? one : many}`;
}

export function number(count: number): string {
  return english.format(count);
}

/** `a`, `a and b`, `a, b and c`. */
export function listed(items: readonly string[]): string {
  return items.length < 2 ? items.join("") : `${items.slice(0, -1).join(", ")} and ${items.at(-1) ?? ""}`;
}

export const verdictWords: Readonly<Record<Verdict, string>> = {
  pass: "Pass",
  fail: "Fail",
  inconclusive: "Inconclusive",
};

/** How a number of findings of a level is called. */
export const levelWords: Readonly<Record<Level, readonly [one: string, many: string]>> = {
  violation: ["violation", "violations"],
  improvement: ["improvement", "improvements"],
  information: ["information", "information"],
};

/** What was looked at, in one phrase: `159 gen_ai spans, 18 logs and 4 metrics`. */
export function judged(result: Result): string {
  const { spans, logs, metrics } = result.received.genai;
  const parts = [
    ...(spans > 0 || logs + metrics === 0 ? [counted(spans, "gen_ai span")] : []),
    ...(logs > 0 ? [counted(logs, spans > 0 ? "log" : "gen_ai log")] : []),
    ...(metrics > 0 ? [counted(metrics, spans + logs > 0 ? "metric" : "gen_ai metric")] : []),
  ];
  return listed(parts);
}

/** How many of each level there are, in words: `5 violations and 7 improvements`; "" of none. */
export function tally(groups: readonly FindingGroup[]): string {
  const counts = levels.map((level) => [level, groups.filter((group) => group.level === level).length] as const);
  return listed(counts.filter(([, count]) => count > 0).map(([level, count]) => counted(count, ...levelWords[level])));
}

/** On how many span names of any service and scope the findings are: `10 span names`; "" when they are about none. */
export function spanNames(groups: readonly FindingGroup[]): string {
  const names = groups.flatMap(({ where: { service, scope }, spans }) =>
    spans.filter(({ span }) => span !== "").map(({ span }) => JSON.stringify([service, scope, span])),
  );
  return names.length === 0 ? "" : counted(new Set(names).size, "span name");
}

/**
 * Why the verdict is what it is. The Result counts a finding for each span name; a report shows, and so counts, those that
 * differ in nothing else as one.
 */
export function reasonsOf(result: Result, groups: readonly FindingGroup[]): Reason[] {
  return result.reasons.map((reason) =>
    reason.code === "findings" ? { ...reason, message: foundMessage(result, groups) } : reason,
  );
}

function foundMessage(result: Result, groups: readonly FindingGroup[]): string {
  const gravest = levels.filter((level) => reachesFailOn(level, result.failOn));
  const failing = groups.filter((group) => gravest.includes(group.level));
  const { pins } = result.semconv;
  const of = (pin: string): number => failing.filter((group) => group.versions.includes(pin)).length;
  const [only] = pins.length === 1 ? pins : [];
  const names = spanNames(failing);
  const each = listed(pins.filter((pin) => of(pin) > 0).map((pin) => `${number(of(pin))} of ${pin}`));
  const omitted = gravest.reduce((sum, level) => sum + omittedOf(result, level), 0);
  return [
    `Found ${tally(failing)}`,
    only === undefined ? "" : ` of ${only}`,
    names === "" ? "" : ` on ${names}`,
    only === undefined && each !== "" ? `: ${each}` : "",
    omitted === 0 ? "" : `, and more that occurred ${counted(omitted, "time")}`,
    ` (the gate is --fail-on ${result.failOn}).`,
  ].join("");
}

/** The one sentence under a verdict that has no reasons: a pass. */
export function headline(result: Result, groups: readonly FindingGroup[]): string {
  const violations = groups.filter((group) => group.level === "violation");
  const against = listed(result.semconv.pins);
  return violations.length === 0
    ? `No violation of ${against} in ${judged(result)}.`
    : `${tally(violations)} of ${against} in ${judged(result)}; the gate (--fail-on ${result.failOn}) lets them pass.`;
}

/** What a finding is about: the attribute and the place in its content, else the narrowest thing it names. */
export function subjectOf({ where, spans }: FindingGroup): string {
  if (where.attribute !== "") return [where.attribute, where.path].filter((part) => part !== "").join(" ");
  const [first, ...others] = spans;
  const span = first?.span ?? "";
  if (span !== "") return others.length === 0 ? span : `${span} and ${number(others.length)} more`;
  return where.scope || where.service;
}

/** What a ledger and the spans have to do with each other, a line for each that there is something to say of. */
export function ledgerLines(ledger: LedgerSummary): readonly string[] {
  const { matched, cannotTell } = ledger;
  const withSpan = matched.byResponseId + matched.byTraceparent + matched.byTime;
  const proofs = [
    [matched.byResponseId, "response id"],
    [matched.byTraceparent, "traceparent"],
    [matched.byTime, "time and content"],
  ] as const;
  const by = listed(proofs.filter(([count]) => count > 0).map(([count, proof]) => `${number(count)} by ${proof}`));
  const retried =
    ledger.retriedWithin === 0 ? "" : `, ${counted(ledger.retriedWithin, "earlier attempt")} of retried calls`;
  const doubts = cannotTell.calls + cannotTell.spans;
  const wrong = [
    ...(ledger.callsWithoutSpan > 0 ? [`${counted(ledger.callsWithoutSpan, "call")} without a span`] : []),
    ...(ledger.furtherSpans > 0 ? [`${counted(ledger.furtherSpans, "further span")} of a call that has one`] : []),
    ...(ledger.spansWithoutCall > 0 ? [`${counted(ledger.spansWithoutCall, "span")} without a call`] : []),
    ...(doubts > 0
      ? [`cannot tell of ${counted(cannotTell.calls, "call")} and ${counted(cannotTell.spans, "span")}`]
      : []),
  ];
  const missing = ledger.apis.filter(({ operations, withSpan: traced }) => traced < operations);
  const routes = ledger.unknownRoutes.map(({ method, path, count }) => `${method} ${path} ${number(count)}×`.trim());
  return [
    `${counted(ledger.calls, "call")}, ${number(withSpan)} with a span${by === "" ? "" : ` (${by})`}${retried}${ledger.whole ? "" : "; the ledger is torn"}`,
    ...(wrong.length > 0 ? [wrong.join(", ")] : []),
    ...missing.map(
      ({ api, operations, withSpan: traced }) => `${api}: ${number(traced)} of ${number(operations)} with a span`,
    ),
    ...(routes.length > 0 ? [`not served (404): ${routes.join(", ")}`] : []),
  ];
}

/** What became of the spans that were sent. */
export function sentLines(sent: SentSummary): readonly string[] {
  const wrong = [
    [sent.lost, "lost"],
    [sent.duplicated, "duplicated"],
    [sent.altered, "altered"],
    [sent.split, "in another trace"],
  ] as const;
  const bad = wrong.filter(([count]) => count > 0).map(([count, what]) => `${number(count)} ${what}`);
  return [
    `${counted(sent.spans, "span")} sent, ${number(sent.acknowledged)} acknowledged, ${number(sent.arrived)} arrived${sent.whole ? "" : "; the ledger is torn, or too long to be held"}`,
    ...(bad.length > 0 ? [bad.join(", ")] : []),
    ...(sent.notSent > 0 ? [`${counted(sent.notSent, "arrival")} of spans that stand in no ledger`] : []),
  ];
}

/** A duration in the unit that suits it. */
export function duration(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  const seconds = Math.round(milliseconds / 1000);
  return seconds < 60 ? `${(milliseconds / 1000).toFixed(1)} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
