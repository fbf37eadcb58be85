/** A distribution of whole, non-negative numbers (microseconds, tokens, times), as plain data that needs no logarithm to be drawn. */
export type Distribution =
  | { readonly kind: "constant"; readonly value: number }
  | { readonly kind: "uniform"; readonly from: number; readonly to: number }
  | { readonly kind: "table"; readonly table: QuantileTable }
  /** cumulative[i] is the chance of at most i + 1 units. */
  | { readonly kind: "ranks"; readonly unit: number; readonly cumulative: readonly number[] };

/**
 * Quantiles at equal steps: of the whole range, and of its first and its last step again, so that the tails are as fine as the middle.
 * Each list has CELLS + 1 numbers.
 */
export interface QuantileTable {
  readonly middle: readonly number[];
  readonly low: readonly number[];
  readonly high: readonly number[];
}

export const CELLS = 512;

/** The whole number of a distribution that belongs to u, a draw between 0 and 1. */
export function sample(distribution: Distribution, u: number): number {
  switch (distribution.kind) {
    case "constant":
      return distribution.value;
    case "uniform":
      return distribution.from + Math.floor(u * (distribution.to - distribution.from + 1));
    case "table":
      return Math.max(0, Math.floor(quantile(distribution.table, u) + 0.5));
    case "ranks":
      return distribution.unit * (rankOf(distribution.cumulative, u) + 1);
  }
}

/** The quantile of u by linear interpolation. */
export function quantile(table: QuantileTable, u: number): number {
  const position = u * CELLS;
  if (position < 1) return between(table.low, position * CELLS);
  if (position >= CELLS - 1) return between(table.high, (position - (CELLS - 1)) * CELLS);
  return between(table.middle, position);
}

function between(values: readonly number[], position: number): number {
  const cell = Math.min(CELLS - 1, Math.floor(position));
  const from = values[cell]!;
  return from + (position - cell) * (values[cell + 1]! - from);
}

/** The first index whose cumulative chance is above u. */
function rankOf(cumulative: readonly number[], u: number): number {
  let low = 0;
  let high = cumulative.length - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (cumulative[middle]! > u) high = middle;
    else low = middle + 1;
  }
  return low;
}
