import { describe, expect, test } from "vitest";
import { compileCounts, compileDurations } from "../../src/scenario/compile/compile-distribution.ts";
import {
  lognormalQuantile,
  normalQuantile,
  symmetricBetaQuantile,
} from "../../src/scenario/compile/quantile-tables.ts";
import { sample, type Distribution } from "../../src/scenario/plan/distribution.ts";
import { draw, mix } from "../../src/scenario/plan/random.ts";

const MANY = 40_000;

function samplesOf(distribution: Distribution): number[] {
  return Array.from({ length: MANY }, (_, index) => sample(distribution, draw(index, 1))).toSorted((a, b) => a - b);
}

const part = (sorted: readonly number[], share: number): number => sorted[Math.floor(share * sorted.length)]!;

/** How far a share of MANY may be off: four deviations. */
const margin = (share: number): number => 4 * Math.sqrt((share * (1 - share)) / MANY);

const below = (sorted: readonly number[], value: number): number =>
  sorted.filter((sampled) => sampled < value).length / MANY;

describe("draws", () => {
  test("are even, and those of neighbours are unlike", () => {
    const counts = Array.from({ length: 64 }, () => 0);
    let together = 0;
    for (let key = 0; key < MANY; key++) {
      const u = draw(mix(5, key), 1);
      counts[Math.floor(u * 64)]!++;
      together += (u - 0.5) * (draw(mix(5, key + 1), 1) - 0.5) * 12;
    }
    const chiSquare = counts.reduce((sum, count) => sum + (count - MANY / 64) ** 2 / (MANY / 64), 0);
    // 63 degrees of freedom: 63 ± four deviations of 11.2.
    expect(chiSquare).toBeLessThan(63 + 4 * 11.2);
    expect(Math.abs(together / MANY)).toBeLessThan(4 / Math.sqrt(MANY));
  });

  test("of different numbers below one key never meet", () => {
    const seen = new Set<number>();
    for (let number = 0; number < 100_000; number++) seen.add(mix(12345, number));
    expect(seen.size).toBe(100_000);
  });
});

describe("distributions", () => {
  test("constant and uniform give whole numbers, both ends included", () => {
    expect(sample(compileCounts(7), 0.3)).toBe(7);
    const sorted = samplesOf(compileCounts({ uniform: { from: 3, to: 5 } }));
    expect(new Set(sorted)).toEqual(new Set([3, 4, 5]));
    expect(Math.abs(below(sorted, 4) - 1 / 3)).toBeLessThan(margin(1 / 3));
  });

  test("normal has its mean and deviation, and never falls below zero", () => {
    const sorted = samplesOf(compileDurations({ normal: { mean: "1s", deviation: "100ms" } }));
    expect(Math.abs(below(sorted, 1e6) - 0.5)).toBeLessThan(margin(0.5));
    expect(Math.abs(below(sorted, 1.1e6) - 0.841345)).toBeLessThan(margin(0.84));
    expect(samplesOf(compileDurations({ normal: { mean: "1ms", deviation: "1s" } }))[0]).toBe(0);
  });

  test("lognormal goes through its percentiles", () => {
    const sorted = samplesOf(compileDurations({ lognormal: { p50: "800ms", p95: "3s", p99: "20s" } }));
    expect(Math.abs(below(sorted, 800_000) - 0.5)).toBeLessThan(margin(0.5));
    expect(Math.abs(below(sorted, 3e6) - 0.95)).toBeLessThan(margin(0.95));
    expect(Math.abs(below(sorted, 20e6) - 0.99)).toBeLessThan(margin(0.99));
  });

  test("a table is near its quantile function far into the tails", () => {
    const distribution = compileDurations({ lognormal: { p50: "1s", p95: "4s" } });
    const exact = lognormalQuantile([
      [0.5, 1e6],
      [0.95, 4e6],
    ]);
    for (const u of [0.00001, 0.001, 0.2, 0.5, 0.9, 0.99, 0.999, 0.9999, 0.99999]) {
      expect(Math.abs(sample(distribution, u) / exact(u) - 1)).toBeLessThan(0.005);
    }
  });

  test("zipf falls with its exponent", () => {
    const sorted = samplesOf(compileCounts({ zipf: { to: 100, exponent: 1 } }));
    const harmonic = Array.from({ length: 100 }, (_, index) => 1 / (index + 1)).reduce((a, b) => a + b);
    expect(part(sorted, 0)).toBe(1);
    expect(part(sorted, 0.99999)).toBeLessThanOrEqual(100);
    expect(Math.abs(below(sorted, 2) - 1 / harmonic)).toBeLessThan(margin(1 / harmonic));
    expect(Math.abs(below(sorted, 3) - 1.5 / harmonic)).toBeLessThan(margin(1.5 / harmonic));
  });
});

describe("quantiles", () => {
  test("of the normal distribution are those of the tables", () => {
    for (const [u, z] of [
      [0.5, 0],
      [0.841344746, 1],
      [0.975, 1.959963985],
      [0.999, 3.090232306],
      [0.001, -3.090232306],
    ] as const) {
      expect(normalQuantile(u)).toBeCloseTo(z, 6);
    }
  });

  test("of Beta(1, 1) and Beta(2, 2) are the exact ones", () => {
    expect(symmetricBetaQuantile(1)(0.3)).toBeCloseTo(0.3, 6);
    // The distribution function of Beta(2, 2) is 3x² − 2x³.
    const x = symmetricBetaQuantile(2)(0.2);
    expect(3 * x ** 2 - 2 * x ** 3).toBeCloseTo(0.2, 6);
  });
});
