import type { LatencySummary } from "../driver/latencies.ts";
import type { LiveFigures, Protocol, ReplayFigures } from "../driver/replay.ts";
import { replayReasons, type ReplayReason } from "../driver/replay-reasons.ts";

/** What a run was, beside its figures. */
export interface ReplayRun {
  readonly scenario: string;
  readonly driver: string;
  readonly protocol: Protocol;
  /** Without what may be a secret in it. */
  readonly endpoint: string;
  readonly semconv: string;
  readonly seed: number;
  readonly model: "open" | "closed";
  /** Why it was broken off. */
  readonly stopped: string | undefined;
  readonly cpu: { readonly userMs: number; readonly systemMs: number };
}

export interface ReplaySummary extends ReplayRun {
  readonly type: "replay";
  readonly schemaVersion: "1.0";
  readonly verdict: "pass" | "inconclusive";
  readonly reasons: readonly ReplayReason[];
  readonly elapsedMs: number;
  readonly unit: "request" | "trace";
  /** In units. */
  readonly arrived: number;
  readonly begun: number;
  readonly dropped: number;
  /** Spans a second; offered over the time in which they were to begin, acknowledged over the whole run. */
  readonly rates: { readonly offered: number | null; readonly acknowledged: number };
  readonly offeredSpans: number;
  /** Spans that were made, but lost in the queue of an SDK. */
  readonly droppedSpans: number;
  readonly spans: ReplayFigures["spans"];
  readonly requests: ReplayFigures["requests"];
  readonly failures: ReplayFigures["failures"];
  /** Of the live driver; null of the others. */
  readonly live: LiveFigures | null;
  /** Milliseconds; null where nothing was acknowledged. */
  readonly latency: { readonly sinceIntended: LatencySummary | null; readonly sinceBegun: LatencySummary | null };
}

export function summarise(figures: ReplayFigures, run: ReplayRun): ReplaySummary {
  const { pace, unit, offeredSpans, offeredMs, spans, requests, failures } = figures;
  const reasons = replayReasons(figures, run.stopped);
  const rateOver = (count: number, ms: number): number => (ms > 0 ? (count * 1000) / ms : 0);
  return {
    type: "replay",
    schemaVersion: "1.0",
    ...run,
    verdict: reasons.length === 0 ? "pass" : "inconclusive",
    reasons,
    elapsedMs: pace.elapsedMs,
    unit,
    arrived: pace.arrived,
    begun: pace.begun,
    dropped: pace.dropped,
    rates: {
      offered: offeredMs === undefined ? null : rateOver(offeredSpans, offeredMs),
      acknowledged: rateOver(spans.acknowledged, pace.elapsedMs),
    },
    offeredSpans,
    droppedSpans: figures.droppedSpans,
    spans,
    requests,
    failures,
    live: figures.live ?? null,
    latency: { sinceIntended: pace.sinceIntended ?? null, sinceBegun: pace.sinceBegun ?? null },
  };
}

export function summaryText(summary: ReplaySummary): string {
  const { spans, requests, rates, latency, cpu, failures, reasons } = summary;
  const lines = [
    `${summary.verdict.toUpperCase()}  ${summary.scenario} by the ${summary.driver} driver to ${summary.endpoint} (${summary.protocol}), semconv ${summary.semconv}, seed ${summary.seed}`,
  ];
  for (const { message, fix } of reasons) lines.push(`  ${message}`, `    ${fix}`);
  lines.push(
    `Spans     ${number(spans.sent)} sent, ${number(spans.acknowledged)} acknowledged${parts(spans)}${summary.droppedSpans > 0 ? `, ${number(summary.droppedSpans)} dropped by the SDK before that` : ""}`,
    `Requests  ${number(requests.sent)} sent in ${number(requests.attempts)} attempts, ${number(requests.acknowledged)} acknowledged${summary.dropped > 0 ? `; ${number(summary.dropped)} ${summary.unit}s dropped before they were sent` : ""}`,
  );
  for (const { kind, count, example } of failures) lines.push(`          ${number(count)} × ${kind}: ${example}`);
  if (summary.live !== null) lines.push(callsText(summary.live));
  lines.push(
    `Rate      ${rates.offered === null ? "" : `${rate(rates.offered)} offered, `}${rate(rates.acknowledged)} acknowledged over ${seconds(summary.elapsedMs)}`,
  );
  if (latency.sinceIntended !== null && summary.model === "open") {
    lines.push(`Latency   since due:   ${quantiles(latency.sinceIntended)}`);
  }
  if (latency.sinceBegun !== null)
    lines.push(
      `${summary.model === "open" && latency.sinceIntended !== null ? "          " : "Latency   "}since sent:  ${quantiles(latency.sinceBegun)}`,
    );
  lines.push(`CPU       ${seconds(cpu.userMs + cpu.systemMs)} of this process${cpuShare(summary)}`);
  return `${lines.join("\n")}\n`;
}

function cpuShare({ cpu, spans, live }: ReplaySummary): string {
  if (live !== null) return ", without its services";
  if (spans.sent === 0) return "";
  return `, ${(((cpu.userMs + cpu.systemMs) * 1000) / spans.sent).toFixed(2)} ms per 1000 spans, the making of the requests included`;
}

function callsText({ calls, planned }: LiveFigures): string {
  const { rejected } = calls;
  const plan = planned === undefined ? "" : `; planned: ${aCall(planned)} a call`;
  const kept = rejected > 0 ? `, ${number(rejected)} kept back by a circuit breaker` : "";
  return `Calls     ${number(calls.calls)} of models in ${number(calls.attempts)} attempts (${aCall(calls)} a call${plan}), ${number(calls.answered)} answered${kept}`;
}

const aCall = ({ calls, attempts }: LiveFigures["calls"]): string =>
  calls === 0 ? "0" : (attempts / calls).toFixed(2);

function parts({ rejected, lost, unsure, maybeTwice }: ReplaySummary["spans"]): string {
  const named: readonly (readonly [number, string])[] = [
    [rejected, "rejected"],
    [lost, "lost"],
    [unsure, "never acknowledged, perhaps taken"],
    [maybeTwice, "perhaps taken twice"],
  ];
  return named.map(([count, what]) => (count > 0 ? `, ${number(count)} ${what}` : "")).join("");
}

const number = (value: number): string => value.toLocaleString("en");
const rate = (value: number): string =>
  `${number(value < 100 ? Number(value.toPrecision(3)) : Math.round(value))} spans/s`;
const seconds = (ms: number): string => `${(ms / 1000).toFixed(ms < 10_000 ? 2 : 1)} s`;
const ms = (value: number): string => `${Number(value.toPrecision(3))} ms`;

function quantiles({ p50, p90, p99, p999, max, count }: LatencySummary): string {
  return `p50 ${ms(p50)}, p90 ${ms(p90)}, p99 ${ms(p99)}, p99.9 ${ms(p999)}, max ${ms(max)} (n = ${number(count)})`;
}
