import type { LedgerApi } from "../ledger/ledger.ts";

/** Something that goes wrong with some of the calls. */
export interface Fault extends FaultTarget, FaultEffect {}

/** Which calls it strikes: those to which all of this applies. */
export interface FaultTarget {
  readonly api?: LedgerApi;
  readonly model?: string;
  /** How many of them, 0 to 1; which ones depends on the seed and the request alone. */
  readonly rate?: number;
  /** Which of them, 1 for the first that it could strike. */
  readonly calls?: readonly CallRange[];
  /** Only those that find this many others under way. */
  readonly concurrent?: number;
  /** Only those that come when this many were let through within the window. */
  readonly requests?: Quota;
  /** Only those that come when this many tokens were used within the window. */
  readonly tokens?: Quota;
}

export interface CallRange {
  readonly first: number;
  /** Infinity for an open end. */
  readonly last: number;
}

export interface Quota {
  readonly limit: number;
  readonly windowMs: number;
}

/** What happens to them; at least one of these. */
export interface FaultEffect {
  /** Refused with this HTTP status. */
  readonly status?: number;
  /** What a refusal says in Retry-After, in seconds. */
  readonly retryAfterSeconds?: number;
  /** Never answered. */
  readonly timeout?: boolean;
  /** Wait before the first event of a stream, or before any other reply. */
  readonly firstTokenMs?: number;
  /** Wait before each further event of a stream. */
  readonly tokenMs?: number;
  /** The connection breaks after so many events of a stream, in the middle of any other reply; 0 is before the reply begins. */
  readonly cut?: number;
  /** This event of a stream, 1 for the first, is no JSON, and the last one; any other reply is no JSON at all. */
  readonly malformed?: number;
}
