import type { DrawnTrace } from "./draw-traces.ts";

/** When trace n of a run is to be sent, in milliseconds after its start. Never falls. */
export type ArrivalTime = (n: number) => number;

/** So many traces a second, evenly. */
export const evenly =
  (perSecond: number): ArrivalTime =>
  (n) =>
    (n * 1000) / perSecond;

/** When the plan has them begin; each further round of the deck begins a mean gap after the last one's last trace. */
export function asPlanned(traces: readonly DrawnTrace[]): ArrivalTime {
  const first = traces[0]?.start ?? 0;
  const starts = traces.map(({ start }) => (start - first) / 1000);
  const last = starts.at(-1) ?? 0;
  const round = traces.length > 1 ? (last * traces.length) / (traces.length - 1) : 1000;
  // Traces that all begin at once would come round without an end.
  const length = Math.max(round, 1);
  return (n) => Math.floor(n / starts.length) * length + (starts[n % starts.length] as number);
}

/** How many traces a second arrive, on average over the first round. */
export function meanRate(time: ArrivalTime, count: number): number {
  const window = time(count);
  return window > 0 ? (count * 1000) / window : Infinity;
}
