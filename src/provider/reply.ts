import type { CallResponse } from "../ledger/ledger.ts";

/** What the provider means to answer; a fault may keep it from arriving whole. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Whether it is handed over event by event; any other reply is one piece. */
  readonly streamed: boolean;
  readonly pieces: readonly Piece[];
  /** The provider's own name of the error that it tells of. */
  readonly errorType?: string;
}

/** A body, or an event of a stream. */
export interface Piece {
  readonly text: string;
  /** What a client knows once it has read this piece, beside what the ones before told. */
  readonly tells?: CallResponse;
}

export function jsonReply(
  status: number,
  headers: Readonly<Record<string, string>>,
  body: object,
  tells?: CallResponse,
): Reply {
  const piece = { text: JSON.stringify(body), ...(tells !== undefined && { tells }) };
  return { status, headers: { "content-type": "application/json", ...headers }, streamed: false, pieces: [piece] };
}

export function eventStream(headers: Readonly<Record<string, string>>, pieces: readonly Piece[]): Reply {
  const all = { "content-type": "text/event-stream; charset=utf-8", "cache-control": "no-cache", ...headers };
  return { status: 200, headers: all, streamed: true, pieces };
}
