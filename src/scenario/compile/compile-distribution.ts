import type { Distribution } from "../plan/distribution.ts";
import type { Counts, Durations, Named } from "../scenario.ts";
import { microseconds } from "../units.ts";
import { lognormalQuantile, normalQuantile, quantileTable } from "./quantile-tables.ts";

/** Less than 100 hours in microseconds, as the schema has it: sums over all spans of a run stay whole numbers. */
const LONGEST = 100 * 3600e6 - 1;
const MOST = 10_000_000;

/** In microseconds. */
export function compileDurations(durations: Durations): Distribution {
  if (typeof durations === "string") return constant(microseconds(durations));
  if ("uniform" in durations) return uniform(microseconds(durations.uniform.from), microseconds(durations.uniform.to));
  if ("normal" in durations) {
    return normal(microseconds(durations.normal.mean), microseconds(durations.normal.deviation), LONGEST);
  }
  if ("lognormal" in durations) return lognormal(durations.lognormal, microseconds, LONGEST);
  return zipf(microseconds(durations.zipf.unit), durations.zipf.to, durations.zipf.exponent, LONGEST);
}

export function compileCounts(counts: Counts): Distribution {
  if (typeof counts === "number") return constant(counts);
  if ("uniform" in counts) return uniform(counts.uniform.from, counts.uniform.to);
  if ("normal" in counts) return normal(counts.normal.mean, counts.normal.deviation, MOST);
  if ("lognormal" in counts) return lognormal(counts.lognormal, (value) => value, MOST);
  return zipf(1, counts.zipf.to, counts.zipf.exponent, MOST);
}

export function constant(value: number): Distribution {
  return { kind: "constant", value };
}

function uniform(from: number, to: number): Distribution {
  return { kind: "uniform", from, to };
}

function normal(mean: number, deviation: number, most: number): Distribution {
  return { kind: "table", table: quantileTable((u) => Math.min(most, mean + deviation * normalQuantile(u))) };
}

function lognormal<Value>(percentiles: Named<Value>, amount: (value: Value) => number, most: number): Distribution {
  const points = Object.entries(percentiles)
    .map(([name, value]) => [Number(name.slice(1)) / 100, amount(value)] as const)
    .toSorted(([a], [b]) => a - b);
  const quantile = lognormalQuantile(points);
  return { kind: "table", table: quantileTable((u) => Math.min(most, quantile(u))) };
}

function zipf(unit: number, to: number, exponent: number, most: number): Distribution {
  const ranks = Math.min(to, Math.max(1, Math.floor(most / Math.max(1, unit))));
  let sum = 0;
  const sums = Array.from({ length: ranks }, (_, index) => (sum += (index + 1) ** -exponent));
  return { kind: "ranks", unit, cumulative: sums.map((part) => part / sum) };
}
