import type { LedgerFile } from "../ledger/ledger-file.ts";
import type { FailureFigures, SpanFigures, Tally } from "./tally.ts";
import type { PaceFigures } from "./pace.ts";
import type { ArrivalTime } from "./arrival-times.ts";
import type { DrawnTrace } from "./draw-traces.ts";
import type { Target } from "./reply.ts";
import type { CallCounts } from "./live/call-counts.ts";

export type Protocol = "grpc" | "http/protobuf" | "http/json";

/** What every driver is given. */
export interface Replay {
  /** The traces to send, round and round. */
  readonly traces: readonly DrawnTrace[];
  /** How many traces the run sends; Infinity where only time ends it. */
  readonly wanted: number;
  readonly durationMs: number;
  /** When each trace is to be sent; absent in a closed model, where each follows the one before. */
  readonly arrival?: ArrivalTime;
  readonly maxInFlight: number;
  /** A request takes a further trace as long as it holds fewer spans than this. */
  readonly spansPerRequest: number;
  readonly services: readonly string[];
  readonly toolVersion: string;
  /** Of the version of the conventions, "" where it has none. */
  readonly schemaUrl: string;
  /** What ids follow from, where the driver makes them. */
  readonly idSeed: number;
  readonly protocol: Protocol;
  readonly gzip: boolean;
  readonly target: Target;
  /** How often a request is sent again at most. */
  readonly retries: number;
  readonly ledger?: LedgerFile;
  /** Ends the run when it is aborted; drivers abort it, with the reason in words, when the target takes nothing any more. */
  readonly over: AbortController;
  /** Called now and then with what was done so far. */
  readonly onProgress: (progress: ReplayProgress) => void;
}

export interface ReplayProgress {
  readonly spans: SpanFigures;
  readonly attemptsFailed: number;
}

/** What a run came to. */
export interface ReplayFigures {
  readonly pace: PaceFigures;
  /** What the figures of `pace` count. */
  readonly unit: "request" | "trace";
  /** About how many spans were to be sent; exact where nothing was dropped. */
  readonly offeredSpans: number;
  /** The time in which they were to be sent; undefined in a closed model, which offers what is taken. */
  readonly offeredMs: number | undefined;
  /** Spans that were made, but that the driver itself lost before it sent them: the queue of an SDK was full. */
  readonly droppedSpans: number;
  readonly spans: SpanFigures;
  readonly requests: Tally["requests"];
  readonly failures: readonly FailureFigures[];
  /** What the target said when it first rejected spans; "" where it did not, or said nothing. */
  readonly rejection: string;
  /** Of the live driver. */
  readonly live?: LiveFigures;
}

/** What services did that were really there. */
export interface LiveFigures {
  readonly calls: CallCounts;
  /** What the plan has the calls come to, where what becomes of them was not taken from the plan. */
  readonly planned?: CallCounts;
  /** What went otherwise than planned, and must not have. */
  readonly deviations: number;
  readonly firstDeviation: string;
}
