import { closeSync, constants, fchmodSync, fstatSync, ftruncateSync, openSync, readSync, writeSync } from "node:fs";
import { LedgerError } from "./ledger-error.ts";
import type { LedgerLine } from "./ledger.ts";

/**
 * The file of --ledger. A line is handed to the operating system whole and before `append` returns, so that a killed process tears
 * at most the last line.
 */
export class LedgerFile {
  readonly path: string;
  #file: number | undefined;
  #torn = false;

  private constructor(path: string, file: number) {
    this.path = path;
    this.#file = file;
  }

  /**
   * Creates the file with mode 0600, or empties the ledger of an earlier run.
   *
   * @throws {LedgerError} when it cannot be opened for writing, or holds something that is no ledger
   */
  static create(path: string): LedgerFile {
    let file: number | undefined;
    try {
      file = openSync(path, constants.O_RDWR | constants.O_CREAT, 0o600);
      if (fstatSync(file).isFile()) emptyLedger(path, file);
      return new LedgerFile(path, file);
    } catch (error) {
      if (file !== undefined) closeSync(file);
      if (error instanceof LedgerError) throw error;
      const reason = error instanceof Error ? error.message : String(error);
      throw new LedgerError(
        `--ledger ${path}: expected a file that can be written, got ${reason}. Give a path in an existing folder that you may write to.`,
        { cause: error },
      );
    }
  }

  /** @throws {LedgerError} when the system refuses the write (a full disk); the next line starts on a line of its own all the same */
  append(line: LedgerLine): void {
    this.appendAll([line]);
  }

  /** Lines that belong together, handed over at once. Throws as `append` does. */
  appendAll(lines: readonly LedgerLine[]): void {
    const file = this.#file;
    // The system may have given the number of a closed file to another one.
    if (file === undefined)
      throw new LedgerError(`--ledger ${this.path}: expected an open file, got one that was closed.`);
    const text = (this.#torn ? "\n" : "") + lines.map((line) => `${JSON.stringify(line)}\n`).join("");
    this.#torn = true;
    try {
      writeAll(file, text);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new LedgerError(
        `--ledger ${this.path}: expected room for another line, got ${reason}. Make room and run again: calls are missing from the ledger.`,
        { cause: error },
      );
    }
    this.#torn = false;
  }

  close(): void {
    const file = this.#file;
    this.#file = undefined;
    if (file !== undefined) closeSync(file);
  }
}

const opening = '{"type":"ledger"';

/** What a user keeps under a mistyped name is not overwritten. */
function emptyLedger(path: string, file: number): void {
  const start = Buffer.alloc(opening.length);
  const length = readSync(file, start, 0, start.length, 0);
  if (length > 0 && start.toString("latin1") !== opening) {
    throw new LedgerError(
      `--ledger ${path}: expected a new file or the ledger of an earlier run, got a file that holds something else. Give another path, or delete the file.`,
    );
  }
  ftruncateSync(file, 0);
  fchmodSync(file, 0o600);
}

function writeAll(file: number, text: string): void {
  const bytes = Buffer.from(text);
  for (let written = 0; written < bytes.length;) written += writeSync(file, bytes, written);
}
