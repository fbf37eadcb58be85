import { OtlpDecodeError } from "../otlp/decode-error.ts";
import { decodeJson } from "../otlp/decode-json.ts";
import { DecodeAllowance } from "../otlp/decode-limits.ts";
import { decodeProtobuf } from "../otlp/decode-protobuf.ts";
import type { OtlpRequest, Signal } from "../otlp/view.ts";
import { splitJson } from "../otlp/split-json.ts";
import { splitMessage } from "../otlp/split-message.ts";
import { collectGarbage, inSmallYoungSpace } from "./collect-garbage.ts";
import { gunzip } from "./gunzip.ts";
import type { Journal } from "./journal.ts";
import type { BodyEncoding } from "./media-type.ts";
import type { Body } from "./receive-budget.ts";
import { grpcCode, RefusedError, tooLarge, undecodable, type Refusal } from "./refusal.ts";
import { Turns } from "./turns.ts";

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

/** A request whose body has come whole. */
export interface Upload {
  readonly signal: Signal;
  readonly encoding: BodyEncoding;
  readonly isGzip: boolean;
  readonly body: Body;
}

export interface Acceptor {
  /**
   * Decodes a body, writes it to the journal and hands it on, all before it resolves: only then may the transport acknowledge. A
   * large request is first decoded to its end, part by part, then once more to be handed on; so it is taken whole or not at all,
   * and neither fills the memory nor keeps others waiting. A body that is closed before its turn comes is not taken.
   *
   * @throws {RefusedError}
   */
  accept(upload: Upload): Promise<void>;
  refuse(refused: RefusedRequest): void;
  /** To be called whenever a client does something. */
  touch(): void;
}

/** @param isContinued the request is a further part of a large one */
type OnRequest = (request: OtlpRequest, isContinued: boolean) => void;

export interface AcceptorOptions {
  /** The greatest length of a decompressed body. */
  readonly maxRequestBytes: number;
  readonly onRequest: OnRequest;
  readonly onRefused?: ((refused: RefusedRequest) => void) | undefined;
  readonly journal?: Journal | undefined;
}

/** Bodies up to this size are taken at once: nobody waits long for that. */
const smallBytes = 1 << 16;
/** Larger bodies wait for their turn, and are decoded whole up to this size. */
const wholeBytes = 1 << 20;
/** Beyond it a request is taken in parts of about this size. */
const partBytes = 1 << 18;
/** Garbage is collected when large requests have left about so much of it: often enough to matter little, and never two bodies' worth. */
const collectedBytes = 1 << 24;
/**
 * What all parts of a request may decode to, in the units of decode-limits.ts: 64 MB of spans with eight attributes each are some ten
 * million. More is a bomb, of messages that are two bytes each.
 */
const mostUnits = 20_000_000;

export class CountingAcceptor implements Acceptor {
  lastActivity = Date.now();
  readonly #options: AcceptorOptions;
  readonly #turns = new Turns();
  #ended = false;
  #garbageBytes = 0;
  readonly #counters = { requests: 0, spans: 0, logs: 0, metrics: 0, refused: 0 };

  constructor(options: AcceptorOptions) {
    this.#options = options;
  }

  get counters(): SinkCounters {
    return { ...this.#counters };
  }

  async accept(upload: Upload): Promise<void> {
    this.touch();
    const { body } = upload;
    if (body.size <= smallBytes && this.#takeWithin(upload, smallBytes)) return;
    if (body.size <= wholeBytes && (await this.#turns.short(() => this.#takeWithin(upload, wholeBytes)))) return;
    await this.#turns.long(this.#takeLarge(upload));
  }

  /** Refuses what still waits; resolves when nothing does. */
  async end(): Promise<void> {
    this.#ended = true;
    await this.#turns.long(nothing());
  }

  /** False when the body is larger than that once it is decompressed. */
  #takeWithin(upload: Upload, maxBytes: number): boolean {
    const { signal, encoding, isGzip, body } = upload;
    if (body.isClosed) return true;
    this.#requireRunning();
    const bytes = isGzip
      ? gunzip(body.bytes(), body.what, Math.min(maxBytes, this.#options.maxRequestBytes))
      : body.bytes();
    if (bytes === undefined) return false;
    body.isTaken = true;
    this.#take(decode(signal, encoding, bytes));
    return true;
  }

  *#takeLarge(upload: Upload): Generator<void> {
    try {
      yield* this.#takeInParts(upload);
    } finally {
      const { size } = upload.body;
      upload.body.close();
      this.#countGarbage(size);
    }
  }

  /** What was received and decoded of large requests is garbage of about that many bytes, or will be. */
  #countGarbage(bytes: number): void {
    this.#garbageBytes += bytes;
    if (this.#garbageBytes < collectedBytes) return;
    this.#garbageBytes = 0;
    collectGarbage();
  }

  *#takeInParts({ signal, encoding, isGzip, body }: Upload): Generator<void> {
    if (body.isClosed) return;
    this.#requireRunning();
    body.isTaken = true;
    this.#countGarbage(body.size);
    const bytes = isGzip ? this.#decompressed(body) : body.bytes();
    yield;
    const parts = (): Generator<Buffer> => (encoding === "json" ? splitJson : splitMessage)(bytes, partBytes);
    let index = 0;
    let units = 0;
    for (const part of parts()) {
      this.#requireRunning();
      // A request that cannot be cut need not be decoded twice.
      if (part.length === bytes.length) {
        return inSmallYoungSpace(() => this.#take(decode(signal, encoding, bytes)));
      }
      const allowance = new DecodeAllowance();
      decode(signal, encoding, part, `part ${++index} of the request, `, allowance);
      units += allowance.spent;
      if (units > mostUnits) throw new RefusedError(tooManyValues);
      yield;
    }
    // In one go, as others' requests come between two turns and a request is one line.
    this.#save(decoded(signal, encoding, parts()));
    yield;
    let isContinued = false;
    for (const request of decoded(signal, encoding, parts())) {
      this.#requireRunning();
      this.#handOn(request, isContinued);
      isContinued = true;
      yield;
    }
  }

  #decompressed(body: Body): Buffer {
    const { maxRequestBytes } = this.#options;
    const bytes = gunzip(body.bytes(), body.what, maxRequestBytes);
    if (bytes === undefined) throw new RefusedError(tooLarge(`${body.what}, decompressed`, undefined, maxRequestBytes));
    body.replace(bytes);
    return bytes;
  }

  #take(request: OtlpRequest): void {
    this.#save([request]);
    this.#handOn(request, false);
  }

  #save(parts: Iterable<OtlpRequest>): void {
    try {
      this.#options.journal?.appendParts(parts);
    } catch (error) {
      throw new RefusedError(unsaved(error));
    }
  }

  #handOn(request: OtlpRequest, isContinued: boolean): void {
    this.touch();
    this.#options.onRequest(request, isContinued);
    if (!isContinued) this.#counters.requests++;
    if (request.signal === "traces") this.#counters.spans += request.spanCount;
    else if (request.signal === "logs") this.#counters.logs += request.recordCount;
    else this.#counters.metrics += request.metricCount;
  }

  #requireRunning(): void {
    if (this.#ended) throw new RefusedError(stopped);
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

function decode(
  signal: Signal,
  encoding: BodyEncoding,
  bytes: Buffer,
  where = "",
  allowance = new DecodeAllowance(),
): OtlpRequest {
  try {
    return (encoding === "json" ? decodeJson : decodeProtobuf)(signal, bytes, allowance);
  } catch (error) {
    if (!(error instanceof OtlpDecodeError)) throw error;
    const refusal = undecodable(error);
    throw new RefusedError({ ...refusal, where: `${where}${refusal.where}` });
  }
}

function* decoded(signal: Signal, encoding: BodyEncoding, parts: Iterable<Buffer>): Generator<OtlpRequest> {
  for (const part of parts) yield decode(signal, encoding, part);
}

function* nothing(): Generator<void> {}

const tooManyValues: Refusal = {
  grpcCode: grpcCode.resourceExhausted,
  httpStatus: 413,
  where: "the request",
  expected: `at most ${mostUnits} values, strings and messages`,
  actual: "more",
  fix: "Export smaller batches.",
};

const stopped: Refusal = {
  grpcCode: grpcCode.unavailable,
  httpStatus: 503,
  where: "the sink",
  expected: "the request to be judged before the sink stops",
  actual: "more requests than it could judge in time",
  fix: "Let the service flush before the sink is stopped.",
  retryAfterSeconds: 1,
};

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
