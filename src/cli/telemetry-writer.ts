import { closeSync, createWriteStream, fstatSync, ftruncateSync, openSync, readSync, type WriteStream } from "node:fs";
import { finished } from "node:stream/promises";
import { encodeJson } from "../otlp/encode-json.ts";
import { encodeProtobuf } from "../otlp/encode-protobuf.ts";
import type { TraceRequest } from "../otlp/view.ts";
import { KitError } from "./kit-error.ts";

export type TelemetryFormat = "json" | "protobuf";

/** Writes requests to a file or to standard output, as `check` reads them: OTLP/JSON lines, or protobuf records with their length before them. */
export class TelemetryWriter {
  readonly #format: TelemetryFormat;
  readonly #stream: WriteStream | NodeJS.WriteStream;
  readonly #out: string;
  #failure: Error | undefined;

  /** @param out A path; `-` is standard output. Throws a KitError when it cannot be opened. */
  constructor(out: string, format: TelemetryFormat) {
    this.#out = out;
    this.#format = format;
    this.#stream = out === "-" ? process.stdout : createWriteStream(out, { fd: openForWriting(out) });
    this.#stream.on("error", (error) => (this.#failure = error));
  }

  /** Waits while the reader is behind. False when a pipe's reader went away: more would be for nobody. */
  async write(request: TraceRequest): Promise<boolean> {
    this.#requireWhole();
    if (this.#failure !== undefined) return false;
    const full = !this.#stream.write(this.#bytes(request));
    if (full) await this.#drained();
    return true;
  }

  /** A stream that breaks never drains. */
  #drained(): Promise<void> {
    const stream = this.#stream;
    if (stream.destroyed) return Promise.resolve();
    return new Promise((resolve) => {
      const events = ["drain", "close", "error"] as const;
      const settle = (): void => {
        for (const event of events) stream.off(event, settle);
        resolve();
      };
      for (const event of events) stream.on(event, settle);
    });
  }

  /** Throws a KitError unless all was written. */
  async end(): Promise<void> {
    if (this.#out !== "-") {
      this.#stream.end();
      // What went wrong was kept as it happened.
      await finished(this.#stream).catch(() => undefined);
    }
    this.#requireWhole();
  }

  #requireWhole(): void {
    const failure = this.#failure as NodeJS.ErrnoException | undefined;
    if (failure === undefined || (this.#out === "-" && failure.code === "EPIPE")) return;
    throw cannotWrite(this.#out, failure);
  }

  #bytes(request: TraceRequest): string | Uint8Array {
    if (this.#format === "json") {
      let line = "";
      encodeJson(request, (piece) => (line += piece));
      return `${line}\n`;
    }
    const message = encodeProtobuf(request);
    const record = Buffer.alloc(4 + message.length);
    record.writeUInt32BE(message.length);
    record.set(message, 4);
    return record;
  }
}

/** Opens a new file, or empties what an earlier run wrote: what a user keeps under a mistyped name is not overwritten. */
function openForWriting(path: string): number {
  let file: number;
  try {
    file = openSync(path, "a+");
  } catch (error) {
    throw cannotWrite(path, error as Error);
  }
  if (!fstatSync(file).isFile()) return file;
  if (!holdsTelemetry(file)) {
    closeSync(file);
    throw new KitError(
      `--out ${path}: expected a new file or what an earlier run wrote, got a file that holds something else`,
      "Give another path, or delete the file.",
    );
  }
  ftruncateSync(file, 0);
  return file;
}

const JSON_START = '{"resourceSpans":';
/** A record's length, and then the first field of its message. */
const RECORD_START = 5;
const FIRST_FIELD = 0x0a;

function holdsTelemetry(file: number): boolean {
  const start = Buffer.alloc(JSON_START.length);
  const length = readSync(file, start, 0, start.length, 0);
  if (length === 0 || start.toString("latin1") === JSON_START) return true;
  return length >= RECORD_START && start[0] === 0 && start[RECORD_START - 1] === FIRST_FIELD;
}

function cannotWrite(path: string, cause: Error): KitError {
  return new KitError(`--out ${path}: cannot write: ${cause.message}`, "Give a path in an existing folder with room.", {
    cause,
  });
}
