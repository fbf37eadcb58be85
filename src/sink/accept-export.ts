import { OtlpDecodeError } from "../otlp/decode-error.ts";
import { decodeJson } from "../otlp/decode-json.ts";
import { decodeProtobuf } from "../otlp/decode-protobuf.ts";
import type { OtlpRequest, Signal } from "../otlp/view.ts";
import type { Journal } from "./journal.ts";
import { grpcCode, RefusedError, undecodable, type Refusal } from "./refusal.ts";

/** A request that the sink did not take: what was wrong, and where it came in. */
export interface RefusedRequest extends Refusal {
  readonly transport: "grpc" | "http";
  /** Undefined when not even that could be told. */
  readonly signal: Signal | undefined;
}

/** What was taken and what was not, since the sink started. */
export interface SinkCounters {
  readonly requests: number;
  readonly spans: number;
  readonly logs: number;
  readonly metrics: number;
  readonly refused: number;
}

export interface Acceptor {
  /**
   * Decodes a body, writes it to the journal and hands it on, all before it returns: only then may the transport acknowledge.
   *
   * @throws {RefusedError}
   */
  accept(signal: Signal, encoding: "protobuf" | "json", body: Buffer): void;
  refuse(refused: RefusedRequest): void;
  /** To be called whenever a client does something. */
  touch(): void;
}

export interface AcceptorOptions {
  readonly onRequest: (request: OtlpRequest) => void;
  readonly onRefused?: ((refused: RefusedRequest) => void) | undefined;
  readonly journal?: Journal | undefined;
}

export class CountingAcceptor implements Acceptor {
  lastActivity = Date.now();
  readonly #options: AcceptorOptions;
  readonly #counters = { requests: 0, spans: 0, logs: 0, metrics: 0, refused: 0 };

  constructor(options: AcceptorOptions) {
    this.#options = options;
  }

  get counters(): SinkCounters {
    return { ...this.#counters };
  }

  accept(signal: Signal, encoding: "protobuf" | "json", body: Buffer): void {
    this.touch();
    const request = decode(signal, encoding, body);
    try {
      this.#options.journal?.append(request);
    } catch (error) {
      throw new RefusedError(unsaved(error));
    }
    this.#options.onRequest(request);
    this.#counters.requests++;
    if (request.signal === "traces") this.#counters.spans += request.spanCount;
    else if (request.signal === "logs") this.#counters.logs += request.recordCount;
    else this.#counters.metrics += request.metricCount;
  }

  refuse(refused: RefusedRequest): void {
    this.touch();
    this.#counters.refused++;
    this.#options.onRefused?.(refused);
  }

  touch(): void {
    this.lastActivity = Date.now();
  }
}

function decode(signal: Signal, encoding: "protobuf" | "json", body: Buffer): OtlpRequest {
  try {
    return encoding === "json" ? decodeJson(signal, body) : decodeProtobuf(signal, body);
  } catch (error) {
    throw error instanceof OtlpDecodeError ? new RefusedError(undecodable(error)) : error;
  }
}

function unsaved(error: unknown): Refusal {
  return {
    grpcCode: grpcCode.unavailable,
    httpStatus: 503,
    where: "the file of --save",
    expected: "the request to be written before it is acknowledged",
    actual: error instanceof Error ? error.message : String(error),
    fix: "Make room or give a file that can be written; the request was not acknowledged, so the client may send it again.",
    retryAfterSeconds: 5,
  };
}

/** What to answer for an error that came up while a request was being taken; a fault of our own is no client's fault. */
export function refusalOf(error: unknown): Refusal {
  if (error instanceof RefusedError) return error.refusal;
  return {
    grpcCode: grpcCode.internal,
    httpStatus: 500,
    where: "the sink",
    expected: "the request to be judged",
    actual: error instanceof Error ? `${error.name}: ${error.message}` : String(error),
    fix: "This is a fault of the kit, not of the client; please report it.",
  };
}
