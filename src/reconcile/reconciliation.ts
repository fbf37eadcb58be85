import type { LedgerCall } from "../ledger/ledger.ts";
import type { Aspect, Comparison } from "./compare.ts";
import type { SpanRecord } from "./span-record.ts";
import type { Traceparent } from "./traceparent.ts";
import type { LedgerSummary } from "../result/result.ts";

/** Which evidence ties a call to its span, strongest first. */
export type Proof = "response-id" | "traceparent" | "time";

/** A call as the application made it, and what became of it in the telemetry. */
export interface ReconciledCall {
  /** The last attempt: what the application got. */
  readonly call: LedgerCall;
  /** All attempts of the client's own retries, that one included. */
  readonly attempts: readonly LedgerCall[];
  readonly span: MatchedSpan | undefined;
  /** Further spans of the same call. */
  readonly furtherSpans: readonly SpanRecord[];
  /** Why a call without a span may have one all the same; undefined when it surely has none, or has one. */
  readonly spanMayExist: string | undefined;
  readonly traceparent: Traceparent;
}

export interface MatchedSpan {
  readonly record: SpanRecord;
  readonly proof: Proof;
  readonly comparisons: readonly Comparison[];
  /** What another, equally good assignment of calls to spans would not find wrong. */
  readonly undecided: ReadonlySet<Aspect | "traceparent">;
  /** What the request's traceparent leads to, seen from this span. */
  readonly traceparentLeads:
    | "to this span"
    | "into its trace"
    | "to another call's span"
    | "to another trace"
    | undefined;
}

/** A span of a model call that no call belongs to. */
export interface LoneSpan {
  readonly record: SpanRecord;
  /** Why its call may have happened all the same; undefined when it surely did not. */
  readonly callMayExist: string | undefined;
}

/** Every attempt is counted in one of the calls' counts, every span of a model call in one of the spans'. */
type ReconciliationCounts = Pick<
  LedgerSummary,
  | "calls"
  | "spans"
  | "matched"
  | "retriedWithin"
  | "callsWithoutSpan"
  | "furtherSpans"
  | "spansWithoutCall"
  | "cannotTell"
>;

export interface Reconciliation {
  readonly calls: readonly ReconciledCall[];
  readonly loneSpans: readonly LoneSpan[];
  readonly counts: ReconciliationCounts;
}
