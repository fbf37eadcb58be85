import { createWriteStream, type WriteStream } from "node:fs";
import { once } from "node:events";
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

  /** @param out A path; `-` is standard output. */
  constructor(out: string, format: TelemetryFormat) {
    this.#out = out;
    this.#format = format;
    this.#stream = out === "-" ? process.stdout : createWriteStream(out);
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

  /** A stream that breaks closes and never drains. */
  #drained(): Promise<void> {
    const stream = this.#stream;
    return new Promise((resolve) => {
      const settle = (): void => {
        stream.off("drain", settle);
        stream.off("close", settle);
        resolve();
      };
      stream.on("drain", settle);
      stream.on("close", settle);
    });
  }

  /** Throws a KitError unless all was written. */
  async end(): Promise<void> {
    if (this.#out !== "-") {
      this.#stream.end();
      await once(this.#stream, "close").catch(() => undefined);
    }
    this.#requireWhole();
  }

  #requireWhole(): void {
    const failure = this.#failure as NodeJS.ErrnoException | undefined;
    if (failure === undefined || (this.#out === "-" && failure.code === "EPIPE")) return;
    throw new KitError(
      `--out ${this.#out}: cannot write: ${failure.message}`,
      "Give a path in an existing folder with room.",
      { cause: failure },
    );
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
