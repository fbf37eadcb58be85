import { quantile } from "./distribution.ts";
import type { PlanArrival } from "./program.ts";
import { draw, mix } from "./random.ts";

export type OpenArrival = Exclude<PlanArrival, { readonly kind: "closed" }>;

/** When trace k starts, in microseconds from the start of the run. Needs none of the traces before it. */
export function arrivalTime(arrival: OpenArrival, seed: number, k: number): number {
  switch (arrival.kind) {
    case "constant":
      return rounded(k * arrival.gap);
    case "ramp":
      return rounded(rampTime(arrival.from, arrival.to, arrival.over, k));
    case "burst":
      return burstTime(arrival.size, arrival.every, arrival.rate, k);
    case "poisson":
      return rounded(arrival.gap * poissonPosition(arrival.splits, mix(seed, ARRIVALS), k));
  }
}

function rounded(time: number): number {
  return Math.floor(time + 0.5);
}

/** Keeps the draws of arrivals apart from those of traces. */
const ARRIVALS = 0x61727276;

/** Where from·t + (to − from)·t² ÷ 2·over, the arrivals up to t, is k. */
function rampTime(from: number, to: number, over: number, k: number): number {
  const whole = ((from + to) / 2) * over;
  if (k >= whole) return over + (k - whole) / to;
  const slope = (to - from) / over;
  // The form of the root that does not lose its digits when the slope is small.
  return (2 * k) / (from + Math.sqrt(from * from + 2 * slope * k));
}

function burstTime(size: number, every: number, rate: number, k: number): number {
  const between = Math.floor(rate * every);
  const each = size + between;
  const period = Math.floor(k / each);
  const index = k - period * each;
  const steady = index < size ? 0 : Math.floor(((index - size + 1) * every) / (between + 1));
  return period * every + steady;
}

/**
 * Arrival k of a Poisson process, with the mean gap as the unit. The waiting time until the middle one of 2n arrivals
 * is, of the time until the last, a part that follows Beta(n, n), independent of that time: so the way down from a block of arrivals to
 * the k-th takes one draw a level. Blocks themselves follow each other evenly, which takes 1 ÷ √block, under half a percent, of their spread.
 */
function poissonPosition(splits: QuantileTables, key: number, k: number): number {
  const block = 1 << splits.length;
  const blockIndex = Math.floor(k / block);
  let node = mix(key, blockIndex);
  let index = k - blockIndex * block;
  let start = blockIndex * block;
  let length = block;
  for (let level = splits.length - 1; level >= 0; level--) {
    const half = 1 << level;
    const left = length * quantile(splits[level]!, draw(node, SPLIT));
    if (index < half) {
      length = left;
      node = mix(node, 1);
    } else {
      index -= half;
      start += left;
      length -= left;
      node = mix(node, 2);
    }
  }
  return start + length;
}

type QuantileTables = Extract<PlanArrival, { readonly kind: "poisson" }>["splits"];
const SPLIT = 3;
