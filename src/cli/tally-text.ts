import type { TallySummary } from "../scenario/plan/tally.ts";
import { durationText } from "../scenario/units.ts";

/** A tally in a few lines. */
export function tallyText(tally: TallySummary): string {
  const { traces, failedTraces, spans, duration, calls, attempts, answered, rejected } = tally;
  const lines = [
    `${count(traces, "trace")}, ${count(spans, "span")} over ${durationText(duration)} of virtual time${failedTraces > 0 ? `; ${failedTraces.toLocaleString("en")} failed` : ""}`,
  ];
  if (calls > 0) {
    lines.push(
      `${count(calls, "model call")} in ${count(attempts, "attempt")} (amplification ${tally.amplification.toFixed(2)}), ${answered.toLocaleString("en")} answered (goodput ${tally.goodput.toFixed(1)}/s)`,
    );
  }
  if (rejected > 0) lines.push(`${count(rejected, "attempt")} kept back by a circuit breaker`);
  return `${lines.join("\n")}\n`;
}

function count(number: number, what: string): string {
  return `${number.toLocaleString("en")} ${what}${number === 1 ? "" : "s"}`;
}
