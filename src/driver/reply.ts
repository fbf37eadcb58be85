/**
 * Why an attempt to send a request was not acknowledged:
 * - `unreachable`: no connection could be had
 * - `broken`: the connection ended before the answer was whole
 * - `timeout`: no whole answer within the deadline
 * - `busy`: the target said that it may be sent again later
 * - `refused`: the target said no for good
 * - `nonsense`: the answer was not OTLP
 */
export type FailureKind = "unreachable" | "broken" | "timeout" | "busy" | "refused" | "nonsense";

export interface Acknowledged {
  readonly acknowledged: true;
  /** Spans that a partial success says were not taken; they must not be sent again. */
  readonly rejectedSpans: number;
  /** What a partial success says about it, "" without. */
  readonly message: string;
}

export interface Failed {
  readonly acknowledged: false;
  readonly kind: FailureKind;
  /** One line on what came instead, such as `HTTP 404: not found`. */
  readonly detail: string;
  /** Whether OTLP lets the same request be sent again. */
  readonly retryable: boolean;
  /** How long the target asked to wait before that. */
  readonly retryAfterMs?: number;
}

export type Reply = Acknowledged | Failed;

export interface Sender {
  /** Sends one encoded Export request. The bytes must not change until the promise settles; it never rejects, and never hangs. */
  send(body: Buffer): Promise<Reply>;
  /** What is still under way then is answered with a failure. */
  close(): void;
}

/** Where and how to send. */
export interface Target {
  /** The endpoint as OTEL_EXPORTER_OTLP_ENDPOINT takes it; `/v1/traces` is added for OTLP/HTTP. */
  readonly endpoint: URL;
  /** Sent with each request. */
  readonly headers: { readonly [name: string]: string };
  /** How long one attempt may take, connecting included. */
  readonly timeoutMs: number;
}

const LONGEST_DETAIL = 200;

/** What becomes of a request that is under way when its sender is closed; the target may have taken it. */
export const closedMeanwhile = failed("timeout", "no whole answer before the run ended");

/** Whether OTLP lets a request be sent again, by what became of it. */
export function failed(kind: FailureKind, detail: string, retryAfterMs?: number): Failed {
  const line = detail.replaceAll(/[\p{Cc}\s]+/gu, " ").trim();
  return {
    acknowledged: false,
    kind,
    detail: line.length > LONGEST_DETAIL ? `${line.slice(0, LONGEST_DETAIL - 1)}…` : line,
    retryable: kind !== "refused" && kind !== "nonsense",
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  };
}
