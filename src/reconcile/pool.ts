import { assign, type Edge } from "./assign.ts";
import { firstFrom, repeats, type Operation } from "./attempts.ts";
import type { Aspect } from "./compare.ts";
import { fitOf, type Fit } from "./evidence.ts";
import type { SpanRecord } from "./span-record.ts";

/** What may be undecided about a pair. */
type Doubt = Aspect | "traceparent";

interface PairByTime {
  readonly operation: Operation;
  readonly record: SpanRecord;
  readonly undecided: ReadonlySet<Doubt>;
}

interface PooledPairs {
  readonly pairs: readonly PairByTime[];
  /** Calls and spans among so many alike that not all ways to pair them were tried. */
  readonly crowded: ReadonlySet<Operation | SpanRecord>;
}

/** A pair that may be, by time and content. */
interface Candidate extends Edge {
  readonly contradictions: number;
  readonly wrong: readonly Doubt[];
}

/** Beyond these, hundreds of calls at once that nothing tells apart: pairs are taken cheapest first, and nothing is said of them. */
const MOST_CANDIDATES = 20_000;
const MOST_FITTING = 50;
/** Up to these, every other way to pair is tried before a difference is called certain. */
const MOST_TRIED = 600;

/** More than any sum of distances of a group, so that no distance outweighs a contradiction. */
const CONTRADICTION = 2 ** 36;

/**
 * Pairs calls and spans that only their times and what they say tie together: a call began within its span (give or take the tolerance, in
 * nanoseconds). Of all ways to pair as many as possible, the one with the fewest contradictions, then the one in which calls and spans end
 * closest together.
 */
export function pairByTime(
  operations: readonly Operation[],
  records: readonly SpanRecord[],
  tolerance: bigint,
  ledgerIsWhole: boolean,
): PooledPairs {
  const { candidates, full } = candidatesOf(operations, records, tolerance, ledgerIsWhole);
  const pairs: PairByTime[] = [];
  const crowded = new Set<Operation | SpanRecord>();
  for (const group of groupsOf(candidates, operations.length, records.length)) {
    const isCrowded = group.length > MOST_CANDIDATES || group.some(({ right }) => full.has(right));
    const taken = isCrowded ? cheapestFirst(group) : assign(group);
    const contradictions = sumOf(taken);
    for (const candidate of taken) {
      const operation = operations[candidate.left]!;
      const record = records[candidate.right]!;
      const doubts = candidate.wrong.filter((doubt) => {
        const others = group.filter(({ left, right }) => right === candidate.right && left !== candidate.left);
        const without = others.filter((other) => !other.wrong.includes(doubt));
        if (without.length === 0) return false;
        return (
          isCrowded ||
          group.length > MOST_TRIED ||
          without.some((other) => isAsGood(group, other, taken.length, contradictions))
        );
      });
      pairs.push({ operation, record, undecided: new Set(doubts) });
    }
    if (!isCrowded) continue;
    for (const { left, right } of group) crowded.add(operations[left]!).add(records[right]!);
  }
  return { pairs, crowded };
}

function candidatesOf(
  operations: readonly Operation[],
  records: readonly SpanRecord[],
  tolerance: bigint,
  ledgerIsWhole: boolean,
): { readonly candidates: Candidate[]; readonly full: ReadonlySet<number> } {
  const numbers = new Map(operations.map((operation, left) => [operation, left]));
  const byStart = operations.toSorted((a, b) => (a.start < b.start ? -1 : a.start > b.start ? 1 : 0));
  const candidates: Candidate[] = [];
  const full = new Set<number>();
  records.forEach((record, right) => {
    const fitting: { readonly operation: Operation; readonly fit: Fit }[] = [];
    const from = record.startTime - tolerance;
    for (let at = firstFrom(byStart, from); at < byStart.length; at++) {
      const operation = byStart[at]!;
      if (operation.start > record.endTime + tolerance) break;
      const fit = fitOf(operation, record, ledgerIsWhole);
      if (fit === undefined) continue;
      if (fitting.length >= MOST_FITTING) {
        full.add(right);
        break;
      }
      fitting.push({ operation, fit });
    }
    const contradictions = new Map(fitting.map(({ operation, fit }) => [operation, fit.contradictions]));
    const last = new Set(
      withoutRepeated(
        [...contradictions.keys()],
        record,
        // One that the span contradicts is no retry in it: another span's, at once with this one.
        (later, earlier) => contradictions.get(later)! <= contradictions.get(earlier)!,
      ),
    );
    for (const { operation, fit } of fitting) {
      if (!last.has(operation)) continue;
      const cost = fit.contradictions * CONTRADICTION + Number(fit.distance / 1000n);
      const left = numbers.get(operation)!;
      candidates.push({ left, right, cost, contradictions: fit.contradictions, wrong: wrongOf(fit) });
    }
  });
  return { candidates, full };
}

/** The calls that a span may show: of attempts that began and ended in it, the last one. */
export function withoutRepeated(
  operations: readonly Operation[],
  record: SpanRecord,
  mayReplace: (later: Operation, earlier: Operation) => boolean = () => true,
): readonly Operation[] {
  const inside = operations.filter(({ start, end }) => start >= record.startTime && end <= record.endTime);
  return operations.filter((earlier) => !inside.some((later) => repeats(later, earlier) && mayReplace(later, earlier)));
}

/** Candidates that share a call or a span, directly or through others: a union-find over both. */
function groupsOf(candidates: readonly Candidate[], calls: number, spans: number): Candidate[][] {
  const up = Array.from({ length: calls + spans }, (_, node) => node);
  const root = (node: number): number => {
    let at = node;
    while (up[at] !== at) {
      up[at] = up[up[at]!]!;
      at = up[at]!;
    }
    return at;
  };
  for (const { left, right } of candidates) up[root(left)] = root(calls + right);
  return [...Map.groupBy(candidates, ({ left }) => root(left)).values()];
}

function cheapestFirst(group: readonly Candidate[]): Candidate[] {
  const [lefts, rights] = [new Set<number>(), new Set<number>()];
  return group
    .toSorted((a, b) => a.cost - b.cost)
    .filter(({ left, right }) => {
      if (lefts.has(left) || rights.has(right)) return false;
      lefts.add(left);
      rights.add(right);
      return true;
    });
}

/** Whether as many pairs with as few contradictions are possible with this one among them. */
function isAsGood(group: readonly Candidate[], forced: Candidate, size: number, contradictions: number): boolean {
  const rest = group.filter(({ left, right }) => left !== forced.left && right !== forced.right);
  const taken = [forced, ...assign(rest)];
  return taken.length === size && sumOf(taken) <= contradictions;
}

function sumOf(candidates: readonly Candidate[]): number {
  return candidates.reduce((sum, { contradictions }) => sum + contradictions, 0);
}

function wrongOf({ comparisons, otherTrace }: Fit): readonly Doubt[] {
  const aspects = new Set<Doubt>(comparisons.flatMap(({ agrees, aspect }) => (agrees === "no" ? [aspect] : [])));
  if (otherTrace) aspects.add("traceparent");
  return [...aspects];
}
