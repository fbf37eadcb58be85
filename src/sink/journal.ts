import { closeSync, constants, fchmodSync, fstatSync, openSync, readSync, writeSync } from "node:fs";
import { encodeJsonParts } from "../otlp/encode-json.ts";
import type { OtlpRequest } from "../otlp/view.ts";

/** The path of --save cannot be written to. */
export class JournalError extends Error {
  override readonly name = "JournalError";
}

/**
 * The file of --save: every accepted request as one line of OTLP/JSON, as the Collector's file exporter writes. Each line is handed
 * to the operating system before `append` returns, so what is acknowledged after that survives the process being killed.
 */
export class Journal {
  readonly path: string;
  #file: number | undefined;
  #torn = false;

  private constructor(path: string, file: number) {
    this.path = path;
    this.#file = file;
  }

  /**
   * Creates the file or continues it, ending a line that a killed process left torn. Its mode becomes 0600: it holds content.
   *
   * @throws {JournalError} when it cannot be opened for writing
   */
  static open(path: string): Journal {
    let file: number;
    try {
      file = openSync(path, constants.O_RDWR | constants.O_CREAT | constants.O_APPEND, 0o600);
      if (fstatSync(file).isFile()) fchmodSync(file, 0o600);
      if (!endsWithLineBreak(file)) writeAll(file, "\n");
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new JournalError(
        `--save ${path}: expected a file that can be written, got ${reason}. Give a path in an existing folder that you may write to.`,
        { cause: error },
      );
    }
    return new Journal(path, file);
  }

  /** @throws {Error} when the system refuses the write (a full disk); the next line starts on a line of its own all the same */
  append(request: OtlpRequest): void {
    this.appendParts([request]);
  }

  /** As append, for a request that comes in parts: they are one line. */
  appendParts(parts: Iterable<OtlpRequest>): void {
    const file = this.#file;
    // The system may have given the number of a closed file to another one.
    if (file === undefined)
      throw new JournalError(`--save ${this.path}: expected an open file, got one that was closed.`);
    if (this.#torn) writeAll(file, "\n");
    this.#torn = true;
    encodeJsonParts(parts, (piece) => writeAll(file, piece));
    writeAll(file, "\n");
    this.#torn = false;
  }

  close(): void {
    const file = this.#file;
    this.#file = undefined;
    if (file !== undefined) closeSync(file);
  }
}

function endsWithLineBreak(file: number): boolean {
  const { size } = fstatSync(file);
  if (size === 0) return true;
  const last = Buffer.alloc(1);
  readSync(file, last, 0, 1, size - 1);
  return last[0] === 0x0a;
}

function writeAll(file: number, text: string): void {
  const bytes = Buffer.from(text);
  for (let written = 0; written < bytes.length;) written += writeSync(file, bytes, written);
}
