import type { Program } from "../plan/program.ts";
import { mix } from "../plan/random.ts";

/** Keeps ids apart from the plan's draws. */
const IDS = 0x69647321;

/** What stands for a seed in ids: two scenarios have another one each, though their seeds are the same. */
export function idSeedOf({ identity }: Program, seed: number): number {
  return mix(identity, seed);
}

/** Eight hex digits. */
export function hex(word: number): string {
  return (word >>> 0).toString(16).padStart(8, "0");
}

/** Names run k among the runs of all seeds, in hex. */
export function runIdOf(seed: number, k: number): string {
  return hex(seed) + hex(k);
}

/**
 * The id of a trace, in hex. Another (seed, k, fragment) has another one.
 * @param fragment 0 for the run's own trace; each hop that loses the context begins the next.
 */
export function traceIdOf(seed: number, k: number, fragment: number): string {
  // What samplers read stands on the right, so it has to differ from trace to trace (W3C Trace Context 2, random trace id).
  return runIdOf(seed, k) + hex(mix(IDS, fragment) || 1) + hex(mix(mix(mix(seed, IDS), k), fragment));
}

/** The id of a span, in hex: its first half is the trace's, its second half its own. */
export function spanIdOf(seed: number, k: number, ordinal: number): string {
  return hex(mix(mix(seed ^ IDS, IDS), k)) + hex(mix(IDS, ordinal) || 1);
}
