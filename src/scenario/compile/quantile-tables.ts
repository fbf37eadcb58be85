import { CELLS, type QuantileTable } from "../plan/distribution.ts";

/** The draws are 32 bits fine: beyond this there is none. */
const SMALLEST = 2 ** -33;

/** Tabulates a quantile function. */
export function quantileTable(quantile: (u: number) => number): QuantileTable {
  const at = (from: number, step: number): number[] =>
    Array.from({ length: CELLS + 1 }, (_, index) =>
      quantile(Math.min(1 - SMALLEST, Math.max(SMALLEST, from + index * step))),
    );
  const cell = 1 / CELLS;
  return { middle: at(0, cell), low: at(0, cell / CELLS), high: at(1 - cell, cell / CELLS) };
}

/**
 * The quantile of the standard normal distribution, to nine digits: Acklam's rational approximations of the middle and of the tails.
 * @param u Above 0, below 1.
 */
export function normalQuantile(u: number): number {
  if (u > 0.5) return -normalQuantile(1 - u);
  if (u < 0.02425) {
    const q = Math.sqrt(-2 * Math.log(u));
    return polynomial(TAIL_ABOVE, q) / polynomial(TAIL_BELOW, q);
  }
  const q = u - 0.5;
  const square = q * q;
  return (polynomial(MIDDLE_ABOVE, square) * q) / polynomial(MIDDLE_BELOW, square);
}

const MIDDLE_ABOVE = [
  -39.69683028665376, 220.9460984245205, -275.9285104469687, 138.357751867269, -30.66479806614716, 2.506628277459239,
];
const MIDDLE_BELOW = [
  -54.47609879822406, 161.5858368580409, -155.6989798598866, 66.80131188771972, -13.28068155288572, 1,
];
const TAIL_ABOVE = [
  -0.007784894002430293, -0.3223964580411365, -2.400758277161838, -2.549732539343734, 4.374664141464968,
  2.938163982698783,
];
const TAIL_BELOW = [0.007784695709041462, 0.3224671290700398, 2.445134137142996, 3.754408661907416, 1];

/** Highest power first. */
function polynomial(coefficients: readonly number[], x: number): number {
  return coefficients.reduce((sum, coefficient) => sum * x + coefficient, 0);
}

/**
 * The quantile function whose logarithm goes straight from percentile to percentile over the normal's own scale: with two percentiles
 * the lognormal through them; with more it goes through them all.
 * @param percentiles At least two [part, value], ascending in both.
 */
export function lognormalQuantile(percentiles: readonly (readonly [number, number])[]): (u: number) => number {
  const points = percentiles.map(([part, value]) => [normalQuantile(part), Math.log(value)] as const);
  return (u) => {
    const z = normalQuantile(u);
    const next = points.findIndex(([at]) => at >= z);
    const right = Math.max(1, next < 0 ? points.length - 1 : next);
    const [z0, y0] = points[right - 1]!;
    const [z1, y1] = points[right]!;
    return Math.exp(y0 + ((z - z0) / (z1 - z0)) * (y1 - y0));
  };
}

/** The quantile function of Beta(n, n), by adding up its density. */
export function symmetricBetaQuantile(n: number): (u: number) => number {
  const deviation = 0.5 / Math.sqrt(2 * n + 1);
  const reach = Math.min(0.5, 7 * deviation);
  const steps = 8192;
  const x = (index: number): number => 0.5 - reach + (2 * reach * index) / steps;
  const density = (index: number): number => (n === 1 ? 1 : (4 * x(index) * (1 - x(index))) ** (n - 1));
  const sums = [0];
  for (let index = 1; index <= steps; index++) sums.push(sums[index - 1]! + (density(index - 1) + density(index)) / 2);
  const total = sums[steps]!;
  return (u) => {
    const wanted = u * total;
    let low = 0;
    let high = steps;
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if (sums[middle]! <= wanted) low = middle;
      else high = middle;
    }
    const width = sums[high]! - sums[low]!;
    return x(low) + (width === 0 ? 0 : (wanted - sums[low]!) / width) * (x(high) - x(low));
  };
}
