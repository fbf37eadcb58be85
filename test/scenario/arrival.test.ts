import { describe, expect, test } from "vitest";
import { arrivalTime, type OpenArrival } from "../../src/scenario/plan/arrival.ts";
import { programOf, smallScenario } from "./load.ts";

function arrivals(yaml: string, count: number, seed = 1): number[] {
  const { arrival } = programOf(smallScenario("[{ human: 1s }]").replace("{ constant: 1/s }", yaml));
  return Array.from({ length: count }, (_, k) => arrivalTime(arrival as OpenArrival, seed, k));
}

const seconds = (times: readonly number[]): number[] => times.map((time) => time / 1e6);

describe("arrivals", () => {
  test("at a constant rate are even", () => {
    expect(seconds(arrivals("{ constant: 4/s }", 5))).toEqual([0, 0.25, 0.5, 0.75, 1]);
    expect(seconds(arrivals("{ constant: 30/m }", 3))).toEqual([0, 2, 4]);
  });

  test("of a ramp grow in rate, and stay at the last one", () => {
    const times = seconds(arrivals("{ ramp: { from: 10/s, to: 30/s, over: 10s } }", 400));
    const within = (from: number, to: number): number => times.filter((time) => time >= from && time < to).length;
    expect([within(0, 1), within(4.5, 5.5), within(9, 10), within(12, 13)]).toEqual([11, 20, 29, 30]);
    expect(times[200]).toBeCloseTo(10, 3);
  });

  test("of a ramp that does not rise are a constant rate's", () => {
    expect(arrivals("{ ramp: { from: 10/s, to: 10/s, over: 10s } }", 300)).toEqual(arrivals("{ constant: 10/s }", 300));
  });

  test("of bursts come at once, with a steady rate between", () => {
    expect(seconds(arrivals("{ burst: { size: 3, every: 10s } }", 7))).toEqual([0, 0, 0, 10, 10, 10, 20]);
    expect(seconds(arrivals("{ burst: { size: 2, every: 4s, rate: 1/s } }", 7))).toEqual([0, 0, 0.8, 1.6, 2.4, 3.2, 4]);
  });

  describe("of a Poisson process", () => {
    const count = 40_000;
    const times = seconds(arrivals("{ poisson: 10/s }", count));
    const gaps = times.map((time, index) => time - (times[index - 1] ?? 0));

    test("follow each other", () => {
      expect(Math.min(...gaps)).toBeGreaterThanOrEqual(0);
      expect(arrivals("{ poisson: 10/s }", 50, 2)).not.toEqual(arrivals("{ poisson: 10/s }", 50, 1));
    });

    test("have exponential gaps, also beyond the end of a block", () => {
      for (const [from, to] of [
        [0, 20_000],
        [30_000, 40_000],
      ] as const) {
        const some = gaps.slice(from, to);
        const mean = some.reduce((a, b) => a + b) / some.length;
        expect(Math.abs(mean - 0.1)).toBeLessThan((4 * 0.1) / Math.sqrt(some.length));
        for (const gap of [0.01, 0.1, 0.3]) {
          const expected = Math.exp(-gap / 0.1);
          const share = some.filter((value) => value > gap).length / some.length;
          expect(Math.abs(share - expected)).toBeLessThan(4 * Math.sqrt((expected * (1 - expected)) / some.length));
        }
      }
    });

    test("vary as much in number as they are many", () => {
      for (const width of [1, 10, 40]) {
        const windows = Math.floor(3200 / width);
        const counts = Array.from({ length: windows }, () => 0);
        for (const time of times) if (time < windows * width) counts[Math.floor(time / width)]!++;
        const mean = counts.reduce((a, b) => a + b) / windows;
        const variance = counts.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (windows - 1);
        // The index of dispersion of a Poisson process is 1, here ± four deviations of √(2 ÷ windows).
        expect(Math.abs(variance / mean - 1)).toBeLessThan(4 * Math.sqrt(2 / windows));
      }
    });

    test("of neighbouring gaps are not related", () => {
      const together = gaps.slice(1).reduce((sum, gap, index) => sum + (gap - 0.1) * (gaps[index]! - 0.1), 0);
      expect(Math.abs(together / (count * 0.01))).toBeLessThan(4 / Math.sqrt(count));
    });
  });
});
