import fc from "fast-check";
import { expect, test } from "vitest";

import { assign, type Edge } from "../../src/reconcile/assign.ts";

const edges = fc
  .uniqueArray(fc.record({ left: fc.nat({ max: 4 }), right: fc.nat({ max: 4 }), cost: fc.nat({ max: 20 }) }), {
    selector: ({ left, right }) => `${left} ${right}`,
    maxLength: 14,
  })
  .map((all): readonly Edge[] => all);

/** By trying every set of pairs: how many pairs are possible, and for how little. */
function best(of: readonly Edge[]): readonly [size: number, cost: number] {
  const [first, ...rest] = of;
  if (first === undefined) return [0, 0];
  const without = best(rest);
  const [size, cost] = best(rest.filter(({ left, right }) => left !== first.left && right !== first.right));
  const taken = [size + 1, cost + first.cost] as const;
  return taken[0] > without[0] || (taken[0] === without[0] && taken[1] < without[1]) ? taken : without;
}

test("takes as many pairs as possible, for the least cost, each side once", () => {
  fc.assert(
    fc.property(edges, (all) => {
      const taken = assign(all);
      expect(new Set(taken.map(({ left }) => left)).size).toBe(taken.length);
      expect(new Set(taken.map(({ right }) => right)).size).toBe(taken.length);
      expect([taken.length, taken.reduce((sum, { cost }) => sum + cost, 0)]).toEqual(best(all));
    }),
    { numRuns: 500 },
  );
});
