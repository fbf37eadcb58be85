import type { Counts } from "./scenario.ts";

/**
 * The most turns of a loop, so that no run is without bounds. A bell has no largest value: four deviations above its mean, or four times
 * the highest percentile that is given, is where it is cut.
 */
export function mostTimes(counts: Counts): number {
  if (typeof counts === "number") return counts;
  if ("uniform" in counts) return counts.uniform.to;
  if ("zipf" in counts) return counts.zipf.to;
  if ("normal" in counts) return counts.normal.mean + 4 * counts.normal.deviation;
  return 4 * Math.max(...Object.values(counts.lognormal));
}
