import type { LedgerCall } from "../ledger/ledger.ts";
import { firstFrom, joinAttempts, repeats, type Operation } from "./attempts.ts";
import { CLOCK_TOLERANCE, compareClocks, sameClock, type Clocks, type Tied } from "./clocks.ts";
import { compare } from "./compare.ts";
import { fitOf, isElsewhere, isUnanswered, perhapsSameKind, sameKind } from "./evidence.ts";
import { pairByTime, withoutRepeated } from "./pool.ts";
import type { LoneSpan, MatchedSpan, Proof, ReconciledCall, Reconciliation } from "./reconciliation.ts";
import { saidText } from "./said.ts";
import type { SpanRecord, SpanRecords } from "./span-record.ts";
import { parseTraceparent, type Traceparent } from "./traceparent.ts";

/** Why what is missing on one side may have been there, in words; undefined when that side is whole. */
export interface Conditions {
  readonly spansMayBeMissing: string | undefined;
  readonly callsMayBeMissing: string | undefined;
  /** Nanoseconds since the Unix epoch by the provider's clock, where they are known. */
  readonly ledgerBegan?: bigint;
  readonly ledgerEnded?: bigint;
}

/** The most that they are believed to differ: beyond it, a call and a span that fit otherwise are two things. */
const LARGEST_CLOCK_DIFFERENCE = 60_000_000_000n;
/** Some SDKs have times in milliseconds, rounded down. */
const CLOCK_RESOLUTION = 2_000_000n;
/** Of calls with the same body, so many that began after a failed one are looked at as its retry. */
const MOST_LATER = 100;
/** Of what is left over on one side, so many are tried for each that is left over on the other. */
const MOST_LEFT = 2000;

/**
 * Holds a ledger's calls against the spans that arrived. A call and its span are tied by the response id, else by the traceparent that the
 * call came with, else by time and content. Deterministic: it depends on neither the order of the spans nor that of the calls in the file.
 */
export function reconcile(calls: readonly LedgerCall[], spans: SpanRecords, conditions: Conditions): Reconciliation {
  const surely = new Matcher(calls, spans, conditions, sameClock);
  surely.matchByResponseId();
  const clocks = compareClocks(surely.surelyTied());
  const matcher = new Matcher(calls, spans, conditions, clocks);
  matcher.matchByResponseId();
  matcher.matchByTraceparent();
  matcher.findNestedTwins();
  matcher.matchByTime();
  matcher.matchWhatIsLeftByTraceparent();
  matcher.joinRetriesWithinSpans();
  matcher.findFurtherSpans();
  return matcher.result();
}

const CLOCKS_DIFFER = "the clocks differ, by how much is not sure";

/** All that may be said wrongly of a call. */
const everything: MatchedSpan["undecided"] = new Set([
  "model",
  "tokens",
  "finish-reasons",
  "streaming",
  "choice-count",
  "response-id",
  "error",
  "server",
  "parameters",
  "traceparent",
]);

interface Match {
  readonly record: SpanRecord;
  readonly proof: Proof;
  readonly undecided: MatchedSpan["undecided"];
}

class Matcher {
  readonly #calls: readonly LedgerCall[];
  readonly #spans: SpanRecords;
  readonly #records: readonly SpanRecord[];
  readonly #conditions: Conditions;
  readonly #operations: readonly Operation[];
  readonly #parents = new Map<Operation, Traceparent>();
  /** The record that a call's traceparent leads to. */
  readonly #pointed = new Map<Operation, SpanRecord>();
  readonly #matches = new Map<Operation, Match>();
  readonly #claimed = new Map<SpanRecord, Operation>();
  readonly #further = new Map<Operation, SpanRecord[]>();
  readonly #isFurther = new Set<SpanRecord>();
  /** Calls that turned out to be earlier attempts of another, and the attempts by that other. */
  readonly #joined = new Set<Operation>();
  /** Calls that may be such attempts. */
  readonly #perhapsRetried = new Set<Operation>();
  readonly #earlier = new Map<Operation, readonly LedgerCall[]>();
  #crowded: ReadonlySet<Operation | SpanRecord> = new Set();
  readonly #clocks: Clocks;
  readonly #tolerance: bigint;

  constructor(calls: readonly LedgerCall[], spans: SpanRecords, conditions: Conditions, clocks: Clocks) {
    this.#clocks = clocks;
    this.#tolerance = clocks.tolerance;
    this.#calls = calls;
    this.#spans = spans;
    this.#records = spans.records.toSorted(byStartAndId);
    this.#conditions = conditions;
    this.#operations = joinAttempts(calls, clocks.shift);
    for (const operation of this.#operations) {
      const parent = parseTraceparent(operation.last.context.traceparent);
      this.#parents.set(operation, parent);
      const pointed = parent.kind === "ok" ? spans.nearest(parent.traceId, parent.parentId) : undefined;
      if (pointed !== undefined) this.#pointed.set(operation, pointed);
    }
  }

  matchByResponseId(): void {
    const records = Map.groupBy(this.#records, (record) => saidText(record, "gen_ai.response.id"));
    const pointedBy = Map.groupBy(this.#operations, (operation) => this.#pointed.get(operation));
    for (const [id, operations] of Map.groupBy(this.#operations, ({ last }) => last.response?.id)) {
      const [operation, another] = operations;
      if (id === undefined || operation === undefined || another !== undefined) continue;
      const every = records.get(id) ?? [];
      // The ids of an earlier run may be the same.
      const within = every.filter((record) => this.#outsideOfLedger(record) === undefined);
      const all = within.length > 0 ? within : every;
      const own = all.filter((record) => {
        const by = pointedBy.get(record) ?? [];
        return by.length === 0 || by.includes(operation);
      });
      const [first, ...others] = this.#innermostFirst(own.length > 0 ? own : all, this.#pointed.get(operation));
      if (first === undefined) continue;
      this.#match(operation, first, "response-id");
      for (const other of others) this.#addFurther(operation, other);
    }
  }

  /** Calls that an id ties to a span; without any, those whose traceparent does, if their span says nothing else and no other request has it. */
  surelyTied(): readonly Tied[] {
    if (this.#matches.size > 0) return [...this.#matches].map(([operation, { record }]) => [operation, record]);
    return [...Map.groupBy(this.#pointed, ([, record]) => record)].flatMap(([record, pointing]): Tied[] => {
      const [last, ...earlier] = pointing.map(([operation]) => operation).toReversed();
      if (last === undefined || !earlier.every((operation) => repeats(last, operation))) return [];
      const fits = perhapsSameKind(last, record) && contradictionsOf(record, last) === 0;
      return fits ? [last, ...earlier].map((operation) => [operation, record]) : [];
    });
  }

  matchByTraceparent(): void {
    const open = this.#operations.filter((operation) => !this.#matches.has(operation));
    for (const [record, operations] of Map.groupBy(open, (operation) => this.#pointed.get(operation))) {
      if (record === undefined || this.#isTaken(record)) continue;
      const fitting = operations.filter(
        (operation) => this.#isInTime(operation, record) && perhapsSameKind(operation, record),
      );
      const [best] = withoutRepeated(fitting, record).toSorted(
        (a, b) => contradictionsOf(record, a) - contradictionsOf(record, b) || compareBigints(b.start, a.start),
      );
      if (best !== undefined) this.#match(best, record, "traceparent");
    }
  }

  /** Spans inside or around the span of a call that say the same of it, before time alone gives them to another call. */
  findNestedTwins(): void {
    const claimed = Map.groupBy(this.#claimed, ([{ traceId }]) => traceId);
    for (const record of this.#records) {
      if (!record.certain || this.#isTaken(record)) continue;
      const operation = this.#claimedNestedWith(record, claimed.get(record.traceId) ?? []);
      if (operation !== undefined && contradictionsOf(record, operation) === 0) this.#addFurther(operation, record);
    }
  }

  matchByTime(): void {
    const operations = this.#operations.filter((operation) => {
      const parent = this.#parents.get(operation);
      const unsampled = parent?.kind === "ok" && !parent.sampled;
      return !this.#matches.has(operation) && !unsampled && !this.#isRetryOfPointed(operation);
    });
    const records = this.#records.filter((record) => !this.#isTaken(record));
    const whole = this.#conditions.callsMayBeMissing === undefined;
    const { pairs, crowded } = pairByTime(operations, records, this.#tolerance, whole);
    for (const { operation, record, undecided } of pairs) {
      this.#match(operation, record, "time", this.#clocks.unsure ? everything : undecided);
    }
    this.#crowded = crowded;
  }

  /** Where the clocks differ by more than anything has shown, the traceparent alone ties the two together. */
  matchWhatIsLeftByTraceparent(): void {
    for (const operation of this.#unmatched()) {
      const record = this.#pointed.get(operation);
      if (record === undefined || this.#isTaken(record) || !perhapsSameKind(operation, record)) continue;
      if (!this.#isRetryOfPointed(operation)) this.#match(operation, record, "traceparent");
    }
  }

  /** Failed calls with the same body that began in the span of a later one were retried by what made that span. */
  joinRetriesWithinSpans(): void {
    const matched = this.#operations.filter((operation) => this.#matches.has(operation));
    const byStart = matched.toSorted((a, b) => compareBigints(a.start, b.start));
    const byBody = Map.groupBy(byStart, ({ last }) => last.request.bodyDigest);
    for (const operation of this.#unmatched()) {
      const same = byBody.get(operation.last.request.bodyDigest) ?? [];
      const from = firstFrom(same, operation.start);
      const later = same.slice(from, from + MOST_LATER).find((other) => {
        const record = this.#matches.get(other)?.record;
        return record !== undefined && this.#isRetriedBy(operation, other, record);
      });
      if (later === undefined) continue;
      // A client that counts its retries says that this was none of them; what stands around the client may have made it again.
      const counted = operation.last.request.retry !== undefined;
      if (counted && this.#pointed.get(operation) !== this.#matches.get(later)?.record) {
        this.#perhapsRetried.add(operation);
        continue;
      }
      this.#earlier.set(later, [...(this.#earlier.get(later) ?? []), ...operation.attempts]);
      this.#joined.add(operation);
    }
  }

  findFurtherSpans(): void {
    const matched = this.#operations.filter((operation) => this.#matches.has(operation));
    const byStart = matched.toSorted((a, b) => compareBigints(a.start, b.start));
    const claimed = Map.groupBy(this.#claimed, ([{ traceId }]) => traceId);
    for (const record of this.#records) {
      if (!record.certain || this.#isTaken(record)) continue;
      const around = this.#claimedNestedWith(record, claimed.get(record.traceId) ?? []);
      const operation =
        around ?? (this.#callMayExist(record) === undefined ? this.#coveredBy(record, byStart) : undefined);
      if (operation !== undefined) this.#addFurther(operation, record);
    }
  }

  result(): Reconciliation {
    const operations = this.#operations.filter((operation) => !this.#joined.has(operation));
    const lonely = this.#records.filter((record) => !this.#isTaken(record));
    const unmatched = this.#unmatched();
    const calls = operations.map((operation) => this.#reconciled(operation, lonely));
    const loneSpans = lonely
      .filter((record) => record.certain)
      .map((record): LoneSpan => ({ record, callMayExist: this.#callMayExist(record) ?? nearCall(record, unmatched) }));
    const proven = (proof: Proof): number => calls.filter(({ span }) => span?.proof === proof).length;
    const without = calls.filter(({ span }) => span === undefined);
    const lost = without.filter(({ spanMayExist }) => spanMayExist === undefined).length;
    const alone = loneSpans.filter(({ callMayExist }) => callMayExist === undefined).length;
    const matched = {
      byResponseId: proven("response-id"),
      byTraceparent: proven("traceparent"),
      byTime: proven("time"),
    };
    const furtherSpans = this.#isFurther.size;
    return {
      calls,
      loneSpans,
      counts: {
        calls: this.#calls.length,
        spans: this.#matches.size + furtherSpans + loneSpans.length,
        matched,
        retriedWithin: this.#calls.length - calls.length,
        callsWithoutSpan: lost,
        furtherSpans,
        spansWithoutCall: alone,
        cannotTell: { calls: without.length - lost, spans: loneSpans.length - alone },
      },
    };
  }

  #reconciled(operation: Operation, lonely: readonly SpanRecord[]): ReconciledCall {
    const match = this.#matches.get(operation);
    const attempts = [...(this.#earlier.get(operation) ?? []), ...operation.attempts];
    return {
      call: operation.last,
      attempts,
      span:
        match === undefined
          ? undefined
          : {
              ...match,
              comparisons: compare(match.record, attempts),
              traceparentLeads: this.#traceparentLeads(operation, match.record),
            },
      furtherSpans: this.#further.get(operation) ?? [],
      spanMayExist: match === undefined ? this.#spanMayExist(operation, lonely) : undefined,
      traceparent: this.#parents.get(operation) ?? { kind: "absent" },
    };
  }

  #unmatched(): readonly Operation[] {
    return this.#operations.filter((operation) => !this.#matches.has(operation) && !this.#joined.has(operation));
  }

  #isTaken(record: SpanRecord): boolean {
    return this.#claimed.has(record) || this.#isFurther.has(record);
  }

  #match(operation: Operation, record: SpanRecord, proof: Proof, undecided: Match["undecided"] = new Set()): void {
    this.#matches.set(operation, { record, proof, undecided });
    this.#claimed.set(record, operation);
  }

  #addFurther(operation: Operation, record: SpanRecord): void {
    this.#further.set(operation, [...(this.#further.get(operation) ?? []), record]);
    this.#isFurther.add(record);
  }

  /** The one that the request came from, else the one that has no other inside it: what calls the model itself. */
  #innermostFirst(records: readonly SpanRecord[], pointed: SpanRecord | undefined): SpanRecord[] {
    const around = new Set(records.flatMap((record) => this.#allAbove(record)));
    const rank = (record: SpanRecord): number => (record === pointed ? 0 : around.has(record) ? 2 : 1);
    return records.toSorted((a, b) => rank(a) - rank(b));
  }

  #allAbove(record: SpanRecord): SpanRecord[] {
    const above: SpanRecord[] = [];
    for (let at = this.#spans.above(record); at !== undefined && !above.includes(at); at = this.#spans.above(at)) {
      above.push(at);
    }
    return above;
  }

  #isInTime(operation: Operation, record: SpanRecord): boolean {
    return outsideBy(operation, record) <= this.#tolerance;
  }

  /** A failed attempt whose traceparent leads to the span of the attempt that went well. */
  #isRetryOfPointed(operation: Operation): boolean {
    const record = this.#pointed.get(operation);
    const owner = record === undefined ? undefined : this.#claimed.get(record);
    return record !== undefined && owner !== undefined && this.#isRetriedBy(operation, owner, record);
  }

  #isRetriedBy(operation: Operation, later: Operation, record: SpanRecord): boolean {
    // A client that counts its retries and calls this a first attempt has to be surely inside the span.
    const first = operation.last.request.retry !== undefined;
    const tolerance = first ? this.#tolerance - CLOCK_TOLERANCE + CLOCK_RESOLUTION : this.#tolerance;
    return (
      repeats(later, operation) && outsideBy(operation, record) <= tolerance && !this.#isFromElsewhere(operation, later)
    );
  }

  /** Its traceparent leads past the span that the other's leads to: it was not made in there. */
  #isFromElsewhere(operation: Operation, later: Operation): boolean {
    const record = this.#matches.get(later)?.record;
    const parent = this.#parents.get(operation);
    return parent?.kind === "ok" && this.#pointed.get(later) === record && this.#pointed.get(operation) !== record;
  }

  /** The call of a span that is around the record, or inside it. */
  #claimedNestedWith(
    record: SpanRecord,
    ofTrace: readonly (readonly [SpanRecord, Operation])[],
  ): Operation | undefined {
    const above = this.#allAbove(record).flatMap((around) => this.#claimed.get(around) ?? []);
    const below = ofTrace.flatMap(([inner, operation]) => (this.#allAbove(inner).includes(record) ? [operation] : []));
    const [best] = [...above, ...below]
      .filter((operation) => perhapsSameKind(operation, record) && this.#isInTime(operation, record))
      .toSorted((a, b) => contradictionsOf(record, a) - contradictionsOf(record, b) || b.last.call - a.last.call);
    return best;
  }

  /** A matched call that the record describes as well as that call's own span does. */
  #coveredBy(record: SpanRecord, byStart: readonly Operation[]): Operation | undefined {
    const [from, to] = [record.startTime - this.#tolerance, record.endTime + this.#tolerance];
    for (let at = firstFrom(byStart, from); at < byStart.length; at++) {
      const operation = byStart[at]!;
      if (operation.start > to) return undefined;
      const alike = record.failed === this.#matches.get(operation)?.record.failed;
      if (alike && operation.end <= to && fitOf(operation, record, true)?.contradictions === 0) return operation;
    }
    return undefined;
  }

  #traceparentLeads(operation: Operation, record: SpanRecord): MatchedSpan["traceparentLeads"] {
    const parent = this.#parents.get(operation);
    if (parent?.kind !== "ok") return undefined;
    const pointed = this.#pointed.get(operation);
    if (pointed === record || (pointed !== undefined && this.#further.get(operation)?.includes(pointed))) {
      return "to this span";
    }
    const owner = pointed === undefined ? undefined : this.#claimed.get(pointed);
    const nested = pointed !== undefined && this.#allAbove(record).includes(pointed);
    if (owner !== undefined && owner !== operation && !nested) return "to another call's span";
    return parent.traceId === record.traceId ? "into its trace" : "to another trace";
  }

  #spanMayExist(operation: Operation, lonely: readonly SpanRecord[]): string | undefined {
    const parent = this.#parents.get(operation);
    if (parent?.kind === "ok" && !parent.sampled) return "its traceparent says that its trace was not sampled";
    if (this.#conditions.spansMayBeMissing !== undefined) return this.#conditions.spansMayBeMissing;
    if (this.#clocks.unsure) return CLOCKS_DIFFER;
    if (this.#crowded.has(operation)) return "it is one of too many calls at once that nothing tells apart";
    if (this.#perhapsRetried.has(operation))
      return "the span of the same request, made again, was open then and may cover both";
    const near = lonely.slice(0, MOST_LEFT).find((record) => isNear(operation, record));
    return near && `a span without a call would fit if ${whatDiffers(operation, near)}`;
  }

  #callMayExist(record: SpanRecord): string | undefined {
    if (this.#conditions.callsMayBeMissing !== undefined) return this.#conditions.callsMayBeMissing;
    if (this.#calls.length === 0) return "the ledger has no call at all";
    const outside = this.#outsideOfLedger(record);
    if (outside !== undefined) return outside;
    if (this.#clocks.unsure) return CLOCKS_DIFFER;
    if (this.#crowded.has(record)) return "it is one of too many spans at once that nothing tells apart";
    if (isElsewhere(record, this.#calls)) return "it names another provider or server than the ledger's";
    return isUnanswered(record) ? "it failed without an answer, perhaps before it reached the provider" : undefined;
  }

  #outsideOfLedger({ startTime, endTime }: SpanRecord): string | undefined {
    const { ledgerBegan, ledgerEnded } = this.#conditions;
    const [start, end] = [startTime + this.#clocks.shift, endTime + this.#clocks.shift];
    if (ledgerBegan !== undefined && end < ledgerBegan - this.#tolerance) return "it ended before the ledger began";
    return ledgerEnded !== undefined && start > ledgerEnded + this.#tolerance
      ? "it began after the ledger had ended"
      : undefined;
  }
}

function nearCall(record: SpanRecord, unmatched: readonly Operation[]): string | undefined {
  const near = unmatched.slice(0, MOST_LEFT).find((operation) => isNear(operation, record));
  return near && `a call without a span would fit if ${whatDiffers(near, record)}`;
}

function whatDiffers(operation: Operation, record: SpanRecord): string {
  return sameKind(operation, record) ? "the clocks differ" : "its API is served by the provider that the span names";
}

/** How far outside of the span a call began, in nanoseconds. */
function outsideBy(operation: Operation, record: SpanRecord): bigint {
  if (operation.start < record.startTime) return record.startTime - operation.start;
  return operation.start > record.endTime ? operation.start - record.endTime : 0n;
}

function isNear(operation: Operation, record: SpanRecord): boolean {
  return (
    outsideBy(operation, record) <= LARGEST_CLOCK_DIFFERENCE &&
    fitOf(operation, record, true, perhapsSameKind)?.contradictions === 0
  );
}

function contradictionsOf(record: SpanRecord, operation: Operation): number {
  return compare(record, operation.attempts).filter(({ agrees }) => agrees === "no").length;
}

function compareBigints(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function byStartAndId(a: SpanRecord, b: SpanRecord): number {
  const place = (record: SpanRecord): string => record.traceId + record.spanId;
  return compareBigints(a.startTime, b.startTime) || (place(a) < place(b) ? -1 : 1);
}
