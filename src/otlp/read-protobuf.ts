import { gunzipSync, zstdDecompressSync } from "node:zlib";
import type { ByteSource } from "./byte-source.ts";
import { decodeJson } from "./decode-json.ts";
import { decodeProtobuf } from "./decode-protobuf.ts";
import { compressionOf } from "./decompress.ts";
import { inferSignal } from "./infer-signal.ts";
import { splitMessage } from "./split-message.ts";
import { itemOf, type InputProblem, type TelemetryItem } from "./telemetry-item.ts";
import type { Signal } from "./view.ts";
import { lengthDelimited, readVarint } from "./wire-fields.ts";

/** Resources of one message are judged together up to this many bytes: more at a time is slower, as objects live longer. */
const batchBytes = 1 << 18;
/** What is whole but larger than this is decoded in parts. */
const partBytes = 4 << 20;
/** A record, or one resource with all its items, that is larger than this is taken in parts. */
const wholeBytes = 64 << 20;
const longestHeader = 20;

/** Field 1 of an Export request, and fields 1 and 2 of what it holds, length-delimited: alike for all three signals. */
const firstField = 0x0a;
const secondField = 0x12;

/**
 * Reads one Export request in OTLP protobuf, resource by resource, so that its size does not matter. Of a resource of more than
 * 64 MiB, a schema URL that stands behind its items is not seen.
 */
export async function* readProtobufMessage(
  source: ByteSource,
  name: string,
  signal: Signal | undefined,
): AsyncGenerator<TelemetryItem> {
  yield* new MessageReader(source, name, signal).message(Number.POSITIVE_INFINITY);
}

/**
 * Reads records as the Collector's file exporter writes them: a 4-byte big-endian length, then one Export request in OTLP protobuf,
 * possibly compressed on its own. Each may be of another signal.
 */
export async function* readProtobufRecords(
  source: ByteSource,
  name: string,
  signal: Signal | undefined,
): AsyncGenerator<TelemetryItem> {
  for (let index = 1; await source.ensure(1); index++) {
    const where = `${name}, record ${index} (byte ${source.offset})`;
    if (!(await source.ensure(4))) return yield { problem: cutShort(source, where, "a record's 4-byte length") };
    const length = source.buffer.readUInt32BE(0);
    source.advance(4);
    if (length > wholeBytes) {
      const reader = new MessageReader(source, name, signal);
      yield* reader.message(length);
      if (reader.stopped) return;
      continue;
    }
    if (!(await source.ensure(length)))
      return yield { problem: cutShort(source, where, `a record of ${length} bytes`) };
    const record = Buffer.from(source.buffer.subarray(0, length));
    source.advance(length);
    yield* readRecord(record, where, signal);
  }
  if (source.failure !== undefined)
    yield { problem: cutShort(source, `${name}, byte ${source.offset}`, "the rest of the input") };
}

function* readRecord(record: Buffer, where: string, wanted: Signal | undefined): Generator<TelemetryItem> {
  let bytes = record;
  const compression = compressionOf(record);
  try {
    if (compression === "gzip") bytes = gunzipSync(record, { maxOutputLength: wholeBytes });
    if (compression === "zstd") bytes = zstdDecompressSync(record, { maxOutputLength: wholeBytes });
  } catch (error) {
    const actual = error instanceof Error ? error.message : String(error);
    return yield {
      problem: {
        where,
        expected: `whole ${compression} data of at most ${wholeBytes} bytes`,
        actual,
        fix: "Write the file again.",
      },
    };
  }
  const key = jsonKeys.find((known) => bytes.subarray(0, 40).includes(known));
  if (bytes[0] === 0x7b && key !== undefined) {
    const signal = signalOfKey[key];
    return yield itemOf(() => decodeJson(signal, bytes), where, faultAt(where));
  }
  const signal = wanted ?? inferSignal(bytes);
  if (signal === "none") return;
  if (signal === "ambiguous") return yield { problem: ambiguous(where) };
  yield* decodeInParts(bytes, signal, where);
}

function* decodeInParts(bytes: Buffer, signal: Signal, where: string): Generator<TelemetryItem> {
  for (const part of splitMessage(bytes, partBytes)) {
    yield itemOf(() => decodeProtobuf(signal, part), where, part === bytes ? faultAt(where) : () => where);
  }
}

const signalOfKey = { '"resourceSpans"': "traces", '"resourceLogs"': "logs", '"resourceMetrics"': "metrics" } as const;
const jsonKeys = Object.keys(signalOfKey) as (keyof typeof signalOfKey)[];

const faultAt =
  (where: string) =>
  (offset: number | undefined): string =>
    offset === undefined ? where : `${where}, its byte ${offset}`;

interface Field {
  readonly tag: number;
  /** Bytes of tag and length. */
  readonly header: number;
  /** Bytes after these. */
  readonly length: number;
}

class Damage extends Error {
  readonly problem: InputProblem;

  constructor(problem: InputProblem) {
    super(problem.actual);
    this.problem = problem;
  }
}

class MessageReader {
  /** Nothing after this can be read. */
  stopped = false;
  readonly #source: ByteSource;
  readonly #name: string;
  #signal: Signal | undefined;
  /** Where the resources that are held stand in the source's buffer, one behind the other. */
  #held: { readonly start: number; readonly end: number }[] = [];

  constructor(source: ByteSource, name: string, signal: Signal | undefined) {
    this.#source = source;
    this.#name = name;
    this.#signal = signal;
  }

  /** Reads a message of that length, or up to the end of the input. */
  async *message(length: number): AsyncGenerator<TelemetryItem> {
    const end = this.#source.offset + length;
    try {
      yield* this.#resources(end);
      if (this.#source.failure !== undefined)
        throw this.#damage("the rest of the input", this.#source.failure.message, shortFix);
    } catch (error) {
      if (!(error instanceof Damage)) throw error;
      yield* this.#handOn();
      yield { problem: error.problem };
      this.stopped = true;
    }
  }

  async *#resources(end: number): AsyncGenerator<TelemetryItem> {
    for (let at = 0; this.#source.offset + at < end && !this.stopped;) {
      const field = await this.#field(at, end);
      if (field === undefined) break;
      if (field.tag === firstField && field.length > wholeBytes) {
        yield* this.#handOn();
        this.#source.advance(field.header);
        yield* this.#parts(this.#source.offset + field.length, 1, (inner) => lengthDelimited(1, inner));
        at = 0;
        continue;
      }
      const start = at;
      at += await this.#whole(at, field);
      this.#held.push({ start, end: at });
      if (at >= batchBytes) {
        yield* this.#handOn();
        at = 0;
      }
    }
    yield* this.#handOn();
  }

  /** Reads a resource (level 1) or a scope (level 2) that is too large to hold, and hands its items on a batch at a time. */
  async *#parts(end: number, level: 1 | 2, wrap: (inner: Buffer) => Buffer): AsyncGenerator<TelemetryItem> {
    let context: Buffer = Buffer.alloc(0);
    let at = 0;
    const batch = (): Buffer => {
      const bytes = wrap(Buffer.concat([context, this.#source.buffer.subarray(0, at)]));
      this.#source.advance(at);
      at = 0;
      return bytes;
    };
    while (this.#source.offset + at < end && !this.stopped) {
      const field = await this.#field(at, end);
      if (field === undefined) throw this.#damage("the rest of a resource", "the end of the input", shortFix);
      if (field.tag !== secondField) {
        if (at > 0) yield* this.#judge(batch(), this.#where());
        const length = await this.#whole(0, field);
        context = Buffer.concat([context, this.#source.buffer.subarray(0, length)]);
        this.#source.advance(length);
      } else if (level === 1 && field.length > batchBytes) {
        if (at > 0) yield* this.#judge(batch(), this.#where());
        this.#source.advance(field.header);
        const outer = context;
        yield* this.#parts(this.#source.offset + field.length, 2, (inner) =>
          wrap(Buffer.concat([outer, lengthDelimited(2, inner)])),
        );
      } else {
        at += await this.#whole(at, field);
        if (at >= batchBytes) yield* this.#judge(batch(), this.#where());
      }
    }
    if (at > 0) yield* this.#judge(batch(), this.#where());
  }

  /** Hands on what is held, and drops it. */
  *#handOn(): Generator<TelemetryItem> {
    const held = this.#held;
    const last = held.at(-1);
    if (last === undefined) return;
    this.#held = [];
    const { buffer } = this.#source;
    const where = this.#where();
    const base = this.#source.offset;
    this.#source.advance(last.end);
    const items = [...this.#judge(buffer.subarray(0, last.end), where)];
    if (held.length === 1 || items.every((item) => "request" in item) || this.stopped) {
      yield* items;
    } else {
      // One of them is bad: the others are not to be lost for it.
      for (const { start, end } of held)
        yield* this.#judge(buffer.subarray(start, end), `${this.#name}, byte ${base + start}`);
    }
  }

  *#judge(bytes: Buffer, where: string): Generator<TelemetryItem> {
    if (this.#signal === undefined) {
      const inferred = inferSignal(bytes);
      if (inferred === "none") return;
      if (inferred === "ambiguous") {
        this.stopped = true;
        return yield { problem: ambiguous(where) };
      }
      this.#signal = inferred;
    }
    const signal = this.#signal;
    yield* decodeInParts(bytes, signal, where);
  }

  /** The field that starts there; undefined at the end of the input. */
  async #field(at: number, end: number): Promise<Field | undefined> {
    await this.#source.ensure(at + longestHeader);
    const { buffer, offset } = this.#source;
    if (at >= buffer.length) return undefined;
    const tag = readVarint(buffer, at);
    const length = tag && lengthOf(buffer, tag.value, tag.end);
    if (tag === undefined || length === undefined) {
      if (buffer.length - at < longestHeader)
        throw this.#damage("the rest of a field", "the end of the input", shortFix, at);
      throw this.#damage("OTLP protobuf", "bytes that are no protobuf field", otherFix, at);
    }
    const field = { tag: tag.value, header: length.end - at, length: length.value };
    if (offset + length.end + field.length > end) {
      throw this.#damage(
        "a field within its message",
        `one of ${field.length} bytes, which goes beyond it`,
        otherFix,
        at,
      );
    }
    return field;
  }

  /** Waits for all of a field; gives its length with tag. */
  async #whole(at: number, { header, length }: Field): Promise<number> {
    if (length > wholeBytes) throw this.#damage("OTLP protobuf", `an unknown field of ${length} bytes`, otherFix, at);
    if (!(await this.#source.ensure(at + header + length))) {
      const actual =
        this.#source.failure?.message ?? `${this.#source.buffer.length - at - header} bytes and the end of the input`;
      throw this.#damage(`a field of ${length} bytes`, actual, shortFix, at);
    }
    return header + length;
  }

  #where(): string {
    return `${this.#name}, byte ${this.#source.offset}`;
  }

  #damage(expected: string, actual: string, fix: string, at = 0): Damage {
    return new Damage({ where: `${this.#name}, byte ${this.#source.offset + at}`, expected, actual, fix });
  }
}

function lengthOf(bytes: Buffer, tag: number, at: number): { value: number; end: number } | undefined {
  switch (tag % 8) {
    case 0: {
      const value = readVarint(bytes, at);
      return value && { value: value.end - at, end: at };
    }
    case 1:
      return { value: 8, end: at };
    case 2:
      return readVarint(bytes, at);
    case 5:
      return { value: 4, end: at };
    default:
      return undefined;
  }
}

const shortFix =
  "The input is cut short, or still being written; what came before was read. Write it again to have all of it.";
const otherFix =
  "Give OTLP protobuf (one Export request, or records with a 4-byte big-endian length), OTLP/JSON, or either in gzip or zstd.";

function cutShort(source: ByteSource, where: string, expected: string): InputProblem {
  const actual = source.failure?.message ?? `${source.buffer.length} bytes and the end of the input`;
  return { where, expected, actual, fix: shortFix };
}

function ambiguous(where: string): InputProblem {
  return {
    where,
    expected: "spans, log records or metrics that can be told apart",
    actual: "items that fit none of them, or several",
    fix: "If it is OTLP protobuf, say which with --signal traces, logs or metrics.",
  };
}
