import type { Operation } from "./attempts.ts";
import type { SpanRecord } from "./span-record.ts";

/** What is to be taken from a ledger's times to have them in the spans' clock, in nanoseconds. */
export interface Clocks {
  readonly shift: bigint;
  /** By how much a call may seem to begin outside of its span all the same. */
  readonly tolerance: bigint;
  /** The clocks differ, and by how much is not known well enough for times to tie a call to a span. */
  readonly unsure: boolean;
}

/** A call and the span that is surely its own. */
export type Tied = readonly [operation: Operation, record: SpanRecord];

/** How far the clocks of an application and its provider may differ without any sign of it, in nanoseconds. */
export const CLOCK_TOLERANCE = 20_000_000n;
/** A difference that is known less exactly than this would tie calls to spans at random. */
const WIDEST_GUESS = 10_000_000n;

export const sameClock: Clocks = { shift: 0n, tolerance: CLOCK_TOLERANCE, unsure: false };

/** Differences that the clocks may have. */
interface Range {
  readonly least: bigint;
  readonly most: bigint;
}

/** How the clocks differ: by what makes each call begin within its own span, and the span of a whole reply not end before it. */
export function compareClocks(tied: readonly Tied[]): Clocks {
  if (tied.length === 0) return sameClock;
  const starts = intersectionOf(
    tied.map(([call, span]) => ({ least: call.start - span.endTime, most: call.start - span.startTime })),
  );
  // Several clocks, each with a difference of its own.
  if (starts.least - starts.most > CLOCK_TOLERANCE) return { ...sameClock, unsure: true };
  const ends = tied
    .filter(([{ last }]) => last.outcome.kind === "error" || (last.outcome.kind === "answered" && !last.request.stream))
    .map(([call, span]) => ({ least: call.end - span.endTime, most: starts.most }));
  // A provider that is busy notes the end of a reply late.
  const late = ends.map(({ least, most }) => ({ least: least - CLOCK_TOLERANCE, most }));
  const both = [ends, late].map((by) => intersectionOf([starts, ...by])).find((range) => !isEmpty(range));
  const { least, most } = inOrder(both ?? starts);
  if (least <= 0n && most >= 0n) return sameClock;
  const width = most - least;
  return { shift: least > 0n ? least : most, tolerance: CLOCK_TOLERANCE + width, unsure: width > WIDEST_GUESS };
}

/** Empty where no difference explains all. */
function intersectionOf(ranges: readonly Range[]): Range {
  const least = ranges.reduce((highest, range) => (range.least > highest ? range.least : highest), ranges[0]!.least);
  const most = ranges.reduce((lowest, range) => (range.most < lowest ? range.most : lowest), ranges[0]!.most);
  return { least, most };
}

/** Of an empty range what lies between its ends: clocks that drift, or round. */
function inOrder({ least, most }: Range): Range {
  return least > most ? { least: most, most: least } : { least, most };
}

function isEmpty({ least, most }: Range): boolean {
  return least > most;
}
