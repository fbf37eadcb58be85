/** A pair that may be matched; `cost` is any number from 0. */
export interface Edge {
  readonly left: number;
  readonly right: number;
  readonly cost: number;
}

/**
 * As many pairs as possible, and of such sets of pairs the one with the least sum of costs: successive cheapest augmenting paths, found
 * with Bellman–Ford. Deterministic; of equals the one that comes first in the order of the edges.
 *
 * @returns the edges taken
 */
export function assign<E extends Edge>(edges: readonly E[]): E[] {
  const taken = new Map<number, E>();
  const leftOf = new Map<number, number>();
  const lefts = [...new Set(edges.map((edge) => edge.left))];
  for (;;) {
    const path = cheapestPath(edges, lefts, taken, leftOf);
    if (path === undefined) return [...taken.values()];
    for (const edge of path) {
      taken.set(edge.left, edge);
      leftOf.set(edge.right, edge.left);
    }
  }
}

/** The edges to take, from a right side that is free back to a left side that is free. */
function cheapestPath<E extends Edge>(
  edges: readonly E[],
  lefts: readonly number[],
  taken: ReadonlyMap<number, E>,
  leftOf: ReadonlyMap<number, number>,
): E[] | undefined {
  const cost = new Map(lefts.filter((left) => !taken.has(left)).map((left) => [left, 0]));
  const reachedBy = new Map<number, { readonly edge: E; readonly cost: number }>();
  for (let changed = true; changed;) {
    changed = false;
    for (const edge of edges) {
      const soFar = cost.get(edge.left);
      if (soFar === undefined || taken.get(edge.left) === edge) continue;
      const reached = soFar + edge.cost;
      const known = reachedBy.get(edge.right);
      if (known !== undefined && known.cost <= reached) continue;
      reachedBy.set(edge.right, { edge, cost: reached });
      changed = true;
      const next = leftOf.get(edge.right);
      if (next === undefined) continue;
      const given = reached - taken.get(next)!.cost;
      if (given < (cost.get(next) ?? Infinity)) cost.set(next, given);
    }
  }
  let best: { readonly edge: E; readonly cost: number } | undefined;
  for (const [right, reached] of reachedBy) {
    if (!leftOf.has(right) && (best === undefined || reached.cost < best.cost)) best = reached;
  }
  if (best === undefined) return undefined;
  const path: E[] = [];
  for (let step: E | undefined = best.edge; step !== undefined;) {
    path.push(step);
    const held: E | undefined = taken.get(step.left);
    step = held === undefined ? undefined : reachedBy.get(held.right)!.edge;
  }
  return path;
}
