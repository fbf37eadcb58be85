import { countLineBreaks, type ByteSource } from "./byte-source.ts";
import { decodeJson } from "./decode-json.ts";
import { splitJson } from "./split-json.ts";
import { itemOf, type InputProblem, type TelemetryItem } from "./telemetry-item.ts";
import type { Signal } from "./view.ts";

const signals: ReadonlyMap<string, Signal> = new Map([
  ["resourceSpans", "traces"],
  ["resourceLogs", "logs"],
  ["resourceMetrics", "metrics"],
]);

/**
 * Elements of one document are judged together up to this many bytes. The first document may be the only one, however large, so it
 * is taken in small batches; a later one is a line of a file exporter or of --save, and is taken whole or not at all.
 */
const firstDocumentBatch = 1 << 18;
const laterDocumentBatch = 64 << 20;
/** A larger batch is decoded in parts of about this size: first all of them to the end, then once more to be judged. */
const partBytes = 1 << 20;

const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;
const colon = 0x3a;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const openBrace = 0x7b;
const closeBrace = 0x7d;

/** Where reading can start again after a damage: a document at the start of a line. */
const restart = Buffer.from('\n{"resource');

/**
 * Reads OTLP/JSON documents one after the other: a single one, pretty-printed or not, or lines as the Collector's file exporter
 * writes them, of any mix of signals. A document is read resource by resource, so its size does not matter. After a damage, reading
 * goes on with the next line that starts a document.
 */
export async function* readJsonDocuments(source: ByteSource, name: string): AsyncGenerator<TelemetryItem> {
  const reader = new DocumentReader(source, name);
  for (let index = 0; ; index++) {
    try {
      if (!(await reader.atDocument())) return;
      yield* reader.document(index === 0 ? firstDocumentBatch : laterDocumentBatch);
    } catch (error) {
      if (!(error instanceof Damage)) throw error;
      if (index === 0) yield* reader.pendingItems();
      yield { problem: error.problem };
      if (!(await reader.restart())) return;
    }
  }
}

/** The position of the quote or line break that ends a string, or where to go on looking when more has come. */
function endOfString(buffer: Buffer, start: number): number {
  let at = start;
  for (; at < buffer.length; at++) {
    const byte = buffer[at];
    if (byte === quote || byte === 0x0a) return at;
    if (byte !== backslash) continue;
    if (at + 1 === buffer.length) return at;
    if (buffer[at + 1] !== 0x0a) at++;
  }
  return at;
}

function* eachOf(parts: Iterable<Buffer>, read: (part: Buffer) => TelemetryItem): Generator<TelemetryItem> {
  for (const part of parts) yield read(part);
}

class Damage extends Error {
  readonly problem: InputProblem;

  constructor(problem: InputProblem) {
    super(problem.actual);
    this.problem = problem;
  }
}

/** Elements of a list that were scanned but not handed on yet: their bytes stand at the front of the source. */
interface Batch {
  readonly key: string;
  readonly signal: Signal;
  /** Start and end of each element, in the source's buffer. */
  readonly elements: Element[];
  /** An earlier part of the same list was handed on. */
  readonly continued: boolean;
}

interface Element {
  readonly start: number;
  readonly end: number;
}

class DocumentReader {
  readonly #source: ByteSource;
  readonly #name: string;
  /** Position in the source's buffer up to which everything was read. */
  #at = 0;
  #batch: Batch | undefined;

  constructor(source: ByteSource, name: string) {
    this.#source = source;
    this.#name = name;
  }

  /** Moves to the next document; false at the end of the input. */
  async atDocument(): Promise<boolean> {
    if (await this.#skipSpace("input")) return true;
    if (this.#source.failure !== undefined) this.#cutShort();
    return false;
  }

  async *document(maxBatchBytes: number): AsyncGenerator<TelemetryItem> {
    const line = this.#source.line;
    if ((await this.#peek()) !== openBrace) this.#damage("an OTLP/JSON object", this.#came(), notOtlp);
    this.#at++;
    const keys: string[] = [];
    if ((await this.#peek()) === closeBrace) {
      this.#at++;
    } else {
      do {
        const key = await this.#key();
        keys.push(key.slice(0, 60));
        const signal = signals.get(key);
        if (signal === undefined) await this.#skipValue();
        else yield* this.#list(key, signal, maxBatchBytes);
      } while (await this.#separator(closeBrace));
    }
    yield* this.pendingItems();
    this.#drop();
    if (!keys.some((key) => signals.has(key))) yield { problem: this.#notOtlp(keys, line) };
  }

  /** What was scanned of a list and not yet handed on. */
  *pendingItems(): Generator<TelemetryItem> {
    const batch = this.#batch;
    this.#batch = undefined;
    if (batch === undefined || (batch.continued && batch.elements.length === 0)) return;
    const whole = this.#read(batch, batch.elements);
    if (!("problem" in whole)) yield* whole;
    else if (batch.elements.length === 1) yield whole;
    else {
      for (const element of batch.elements) {
        const one = this.#read(batch, [element]);
        if ("problem" in one) yield one;
        else yield* one;
      }
    }
  }

  /** Moves to the next line that starts a document; false when there is none. */
  async restart(): Promise<boolean> {
    this.#batch = undefined;
    // The damage may have been noticed at the very start of the next document, so the line break before it counts.
    this.#at = Math.max(0, this.#at - 1);
    for (;;) {
      const found = this.#source.buffer.indexOf(restart, this.#at);
      if (found >= 0) {
        this.#at = found + 1;
        this.#drop();
        return true;
      }
      this.#at = Math.max(this.#at, this.#source.buffer.length - restart.length);
      this.#drop();
      if (!(await this.#source.more())) return false;
    }
  }

  async *#list(key: string, signal: Signal, maxBatchBytes: number): AsyncGenerator<TelemetryItem> {
    yield* this.pendingItems();
    if ((await this.#peek()) !== openBracket) return yield* this.#noList(key, signal);
    this.#at++;
    this.#open({ key, signal, elements: [], continued: false });
    if ((await this.#peek()) === closeBracket) {
      this.#at++;
      return;
    }
    do {
      await this.#peek();
      const start = this.#at;
      await this.#scanValue(() => undefined);
      this.#batch?.elements.push({ start, end: this.#at });
      if (this.#at > maxBatchBytes) {
        yield* this.pendingItems();
        this.#open({ key, signal, elements: [], continued: true });
      }
    } while (await this.#separator(closeBracket));
  }

  /** Null stands for an empty list; anything else is the decoder's to refuse. */
  async *#noList(key: string, signal: Signal): AsyncGenerator<TelemetryItem> {
    this.#drop();
    const where = this.#where(this.#source.line);
    await this.#scanValue(() => undefined);
    const json = Buffer.concat([
      Buffer.from(`{"${key}":`),
      this.#source.buffer.subarray(0, this.#at),
      Buffer.from("}"),
    ]);
    yield itemOf(
      () => decodeJson(signal, json),
      where,
      () => where,
    );
  }

  /** From here on the bytes are kept until the batch is handed on. */
  #open(batch: Batch): void {
    this.#drop();
    this.#batch = batch;
  }

  /** A request, or the parts of a large one; or what is wrong with it, before any part of it is handed on. */
  #read(batch: Batch, elements: readonly Element[]): Iterable<TelemetryItem> | { problem: InputProblem } {
    const start = elements[0]?.start ?? 0;
    const end = elements.at(-1)?.end ?? start;
    const head = Buffer.from(`{"${batch.key}":[`);
    const json = Buffer.concat([head, this.#source.buffer.subarray(start, end), Buffer.from("]}")]);
    const where = this.#where(this.#lineAt(start));
    const read = (part: Buffer): TelemetryItem =>
      itemOf(
        () => decodeJson(batch.signal, part),
        where,
        (offset) =>
          part === json ? this.#where(this.#lineAt(start + Math.max(0, (offset ?? 0) - head.length))) : where,
      );
    if (json.length <= partBytes) {
      const item = read(json);
      return "problem" in item ? item : [item];
    }
    for (const part of splitJson(json, partBytes)) {
      const item = read(part);
      if ("problem" in item) return item;
    }
    return eachOf(splitJson(json, partBytes), read);
  }

  async #key(): Promise<string> {
    if ((await this.#peek()) !== quote) this.#damage("a quoted key", this.#came(), damaged);
    const start = this.#at;
    await this.#scanValue(() => undefined);
    const text = this.#source.buffer.toString("utf8", start, this.#at);
    if ((await this.#peek()) !== colon) this.#damage("a colon after a key", this.#came(), damaged);
    this.#at++;
    await this.#peek();
    try {
      return String(JSON.parse(text));
    } catch {
      return this.#damage("a quoted key", text.slice(0, 60), damaged);
    }
  }

  /** True when another element follows, false when the list or object ended. */
  async #separator(end: number): Promise<boolean> {
    const byte = await this.#peek();
    if (byte !== comma && byte !== end) {
      this.#damage(`a comma or \`${String.fromCharCode(end)}\``, this.#came(), damaged);
    }
    this.#at++;
    return byte === comma;
  }

  /** The next byte of a document that is no white space. */
  async #peek(): Promise<number> {
    for (;;) {
      if (!(await this.#skipSpace("line"))) this.#cutShort();
      const byte = this.#source.buffer[this.#at] as number;
      if (byte !== 0x0a) return byte;
      if (await this.#startsDocument()) this.#damage("the rest of a document", "the start of another one", torn);
      this.#at++;
    }
  }

  /** Moves to what is no white space, or to the end of the line if that is nearer; false at the end of the input. */
  async #skipSpace(within: "line" | "input"): Promise<boolean> {
    for (;;) {
      const { buffer } = this.#source;
      while (this.#at < buffer.length) {
        const byte = buffer[this.#at];
        if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return true;
        if (byte === 0x0a && within === "line") return true;
        this.#at++;
      }
      if (!(await this.#source.more())) return false;
    }
  }

  /** Drops a value of no interest as it goes by. */
  async #skipValue(): Promise<void> {
    if (this.#batch === undefined) await this.#scanValue(() => this.#drop());
    else await this.#scanValue(() => undefined);
  }

  /**
   * Moves to the end of the value that starts here, whatever is in it: its brackets are counted and its strings stepped over, the
   * rest is the decoder's to judge.
   */
  async #scanValue(beforeMore: () => void): Promise<void> {
    let depth = 0;
    let inString = false;
    for (;;) {
      let { buffer } = this.#source;
      let at = this.#at;
      while (at < buffer.length) {
        if (inString) {
          at = endOfString(buffer, at);
          if (at === buffer.length || buffer[at] === backslash) break;
          this.#at = at;
          if (buffer[at] === 0x0a) this.#damage("the end of a string", "the end of the line", torn);
          inString = false;
          at++;
          if (depth === 0) {
            this.#at = at;
            return;
          }
          continue;
        }
        const byte = buffer[at] as number;
        if (byte === quote) {
          inString = true;
        } else if (byte === openBrace || byte === openBracket) {
          depth++;
        } else if (byte === closeBrace || byte === closeBracket) {
          if (depth <= 1) {
            // At depth 0 this is the end of what holds a bare value.
            this.#at = depth === 0 ? at : at + 1;
            return;
          }
          depth--;
        } else if (byte === comma && depth === 0) {
          this.#at = at;
          return;
        } else if (byte === 0x0a && (buffer[at + 1] === openBrace || at + 1 === buffer.length)) {
          this.#at = at;
          if (await this.#startsDocument()) this.#damage("the rest of a document", "the start of another one", torn);
          buffer = this.#source.buffer;
        }
        at++;
      }
      this.#at = at;
      beforeMore();
      if (!(await this.#source.more())) this.#cutShort();
    }
  }

  /** Whether the line that begins after this line break starts a document, which no value within a document does. */
  async #startsDocument(): Promise<boolean> {
    await this.#source.ensure(this.#at + restart.length);
    return this.#source.buffer.subarray(this.#at, this.#at + restart.length).equals(restart);
  }

  #drop(): void {
    this.#source.consume(this.#at);
    this.#at = 0;
  }

  #lineAt(at: number): number {
    return this.#source.line + countLineBreaks(this.#source.buffer, at);
  }

  #where(line: number): string {
    return `${this.#name}, line ${line}`;
  }

  #came(): string {
    const text = this.#source.buffer.toString("utf8", this.#at, this.#at + 40);
    return `\`${/^[^\r\n]*/.exec(text)?.[0] ?? ""}\``;
  }

  #cutShort(): never {
    const { failure } = this.#source;
    return this.#damage("the rest of a document", failure?.message ?? "the end of the input", cutShort);
  }

  #damage(expected: string, actual: string, fix: string): never {
    throw new Damage({ where: this.#where(this.#lineAt(this.#at)), expected, actual, fix });
  }

  #notOtlp(keys: readonly string[], line: number): InputProblem {
    return {
      where: this.#where(line),
      expected: "a JSON object with resourceSpans, resourceLogs or resourceMetrics",
      actual: keys.length === 0 ? "an empty object" : `one with ${keys.slice(0, 5).join(", ")}`,
      fix: keys.some((key) => key.startsWith("resource_")) ? "OTLP/JSON has its keys in lowerCamelCase." : notOtlp,
    };
  }
}

const notOtlp =
  "Give OTLP/JSON (one Export request, or one a line as the Collector's file exporter writes), not another format.";
const damaged =
  "The text is not JSON here; repair or remove this part. Reading goes on with the next line that starts a document.";
const torn =
  "A line was cut off, as when its writer is killed. Reading goes on with the next line that starts a document.";
const cutShort =
  "The input is cut short, or still being written; what came before was read. Write it again to have all of it.";
