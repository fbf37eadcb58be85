import type { Distribution } from "../plan/distribution.ts";
import type { Counts, Durations, Named } from "../scenario.ts";
import { microseconds } from "../units.ts";
import { lognormalQuantile, normalQuantile, quantileTable } from "./quantile-tables.ts";

/** In microseconds. */
export function compileDurations(durations: Durations): Distribution {
  if (typeof durations === "string") return constant(microseconds(durations));
  if ("uniform" in durations) return uniform(microseconds(durations.uniform.from), microseconds(durations.uniform.to));
  if ("normal" in durations)
    return normal(microseconds(durations.normal.mean), microseconds(durations.normal.deviation));
  if ("lognormal" in durations) return lognormal(durations.lognormal, microseconds);
  return zipf(microseconds(durations.zipf.unit), durations.zipf.to, durations.zipf.exponent);
}

export function compileCounts(counts: Counts): Distribution {
  if (typeof counts === "number") return constant(counts);
  if ("uniform" in counts) return uniform(counts.uniform.from, counts.uniform.to);
  if ("normal" in counts) return normal(counts.normal.mean, counts.normal.deviation);
  if ("lognormal" in counts) return lognormal(counts.lognormal, (value) => value);
  return zipf(1, counts.zipf.to, counts.zipf.exponent);
}

export function constant(value: number): Distribution {
  return { kind: "constant", value };
}

function uniform(from: number, to: number): Distribution {
  return { kind: "uniform", from, to };
}

function normal(mean: number, deviation: number): Distribution {
  return { kind: "table", table: quantileTable((u) => mean + deviation * normalQuantile(u)) };
}

function lognormal<Value>(percentiles: Named<Value>, amount: (value: Value) => number): Distribution {
  const points = Object.entries(percentiles)
    .map(([name, value]) => [Number(name.slice(1)) / 100, amount(value)] as const)
    .toSorted(([a], [b]) => a - b);
  return { kind: "table", table: quantileTable(lognormalQuantile(points)) };
}

function zipf(unit: number, to: number, exponent: number): Distribution {
  let sum = 0;
  const sums = Array.from({ length: to }, (_, index) => (sum += (index + 1) ** -exponent));
  return { kind: "ranks", unit, cumulative: sums.map((part) => part / sum) };
}
