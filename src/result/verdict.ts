import { levels } from "./order.ts";
import type { FailOn, Level, Verdict } from "./result.ts";

const worstFirst: readonly Verdict[] = ["fail", "inconclusive", "pass"];

/**
 * The worst of several verdicts: a proven violation outweighs a doubt, and a doubt outweighs a pass.
 * Of no verdicts at all: inconclusive, because nothing was judged.
 */
export function worst(verdicts: Iterable<Verdict>): Verdict {
  const seen = new Set(verdicts);
  return worstFirst.find((verdict) => seen.has(verdict)) ?? "inconclusive";
}

/** Whether one finding of this level fails a run with this gate. */
export function reachesFailOn(level: Level, failOn: FailOn): boolean {
  return failOn !== "never" && levels.indexOf(level) <= levels.indexOf(failOn);
}
