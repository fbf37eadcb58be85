import type { Level, Result, Verdict, Where } from "../result/result.ts";

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

/** The one sentence under the verdict. */
export function headline(result: Result): string {
  const reason = result.reasons[0];
  if (reason !== undefined) return reason.message;
  const violations = result.versions.reduce((sum, version) => sum + version.findings.violation.distinct, 0);
  const against = listed(result.semconv.pins);
  return violations === 0
    ? `No violation of ${against} in ${judged(result)}.`
    : `${counted(violations, "violation")} of ${against} in ${judged(result)}; the gate (--fail-on ${result.failOn}) lets them pass.`;
}

/** What a finding is about, in one word: the attribute, else the narrowest place it names. */
export function subjectOf(where: Where): string {
  return where.attribute || where.span || where.scope || where.service;
}

/** The places a finding names, outermost first. */
export function placesOf(where: Where): string[] {
  return [where.service, where.scope, where.span, where.attribute, where.path].filter((place) => place !== "");
}

/** A duration in the unit that suits it. */
export function duration(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  const seconds = Math.round(milliseconds / 1000);
  return seconds < 60 ? `${(milliseconds / 1000).toFixed(1)} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
