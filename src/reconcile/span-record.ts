import type { AttributeValue } from "../otlp/value.ts";

/**
 * A compact copy of an inference or embeddings span that outlives its request: what can be held against a ledger, no content.
 * Ids are lower-case hex, times nanoseconds since the Unix epoch.
 */
export interface SpanRecord {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string;
  readonly name: string;
  readonly startTime: bigint;
  readonly endTime: bigint;
  readonly failed: boolean;
  readonly service: string;
  readonly scope: string;
  /** Its type in each pinned version, in the order of the pins. */
  readonly spanTypes: readonly string[];
  /**
   * Whether it is surely a call of a model: it names such an operation, or one type alone fits. Otherwise it may be one, and nothing is said
   * of it when no call fits.
   */
  readonly certain: boolean;
  /** The attributes that a ledger can tell something of, by key. */
  readonly said: ReadonlyMap<string, AttributeValue>;
  /** Of the last user message, like a ledger's; absent where the span has no content. */
  readonly userTextDigest: string | undefined;
}

/** Where a span stands, for all spans: a request may name a span below the gen_ai span as its parent. */
export interface SpanRecords {
  readonly records: readonly SpanRecord[];
  /** The nearest record at or above a span of a trace; undefined where there is none. */
  nearest(traceId: string, spanId: string): SpanRecord | undefined;
  /** The next record above a record. */
  above(record: SpanRecord): SpanRecord | undefined;
  /** Spans came that were not kept, because there were too many. */
  readonly full: boolean;
}
