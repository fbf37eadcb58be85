import { OtlpDecodeError } from "./decode-error.ts";
import type { DecodeAllowance } from "./decode-limits.ts";
import { shortString } from "./short-strings.ts";

/** Objects and arrays of unknown fields nest at most this deep. */
const maxDepth = 200;

const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;
const colon = 0x3a;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const openBracket = 0x5b;
const closeBracket = 0x5d;

export type JsonKind = "object" | "array" | "string" | "number" | "true" | "false" | "null";

/**
 * Reads a JSON text (RFC 8259) from valid UTF-8 bytes, value by value, without building a tree: numbers come as their text, so that
 * no digit is lost, and nothing is ever a property of an object, so that no key can do harm. `path` says where in the text it is.
 */
export class JsonCursor {
  readonly path: (string | number)[] = [];
  readonly allowance: DecodeAllowance;
  readonly #bytes: Buffer;
  #pos = 0;

  constructor(bytes: Buffer, allowance: DecodeAllowance) {
    this.#bytes = bytes;
    this.allowance = allowance;
  }

  /** The kind of the value that comes next. */
  kind(): JsonKind {
    this.#skipSpace();
    const byte = this.#bytes[this.#pos];
    switch (byte) {
      case openBrace:
        return "object";
      case openBracket:
        return "array";
      case quote:
        return "string";
      case 0x74:
        return "true";
      case 0x66:
        return "false";
      case 0x6e:
        return "null";
      default:
        if (byte === 0x2d || isDigit(byte)) return "number";
        return this.#syntax("a JSON value");
    }
  }

  /** Reads an object; `member` must read the value of each member, whose key is also the last element of `path`. */
  object(member: (key: string) => void): void {
    const bytes = this.#bytes;
    this.#pos++;
    this.#skipSpace();
    if (bytes[this.#pos] === closeBrace) {
      this.#pos++;
      return;
    }
    for (;;) {
      this.#skipSpace();
      if (bytes[this.#pos] !== quote) this.#syntax("a quoted key");
      const key = this.repeatedString();
      this.#skipSpace();
      if (bytes[this.#pos] !== colon) this.#syntax("a colon");
      this.#pos++;
      this.path.push(key);
      member(key);
      this.path.pop();
      this.#skipSpace();
      const next = bytes[this.#pos];
      if (next === closeBrace) break;
      if (next !== comma) this.#syntax("a comma or the end of the object");
      this.#pos++;
    }
    this.#pos++;
  }

  /** Reads an array; `element` must read each element. */
  array(element: () => void): void {
    const bytes = this.#bytes;
    this.#pos++;
    this.#skipSpace();
    if (bytes[this.#pos] === closeBracket) {
      this.#pos++;
      return;
    }
    for (let index = 0; ; index++) {
      this.path.push(index);
      element();
      this.path.pop();
      this.#skipSpace();
      const next = bytes[this.#pos];
      if (next === closeBracket) break;
      if (next !== comma) this.#syntax("a comma or the end of the array");
      this.#pos++;
    }
    this.#pos++;
  }

  /** Reads a string, escapes resolved. */
  string(): string {
    const start = this.#pos + 1;
    const end = this.#plainEnd(start);
    if (this.#bytes[end] === backslash) return this.#escapedString(start, end);
    this.#pos = end + 1;
    return this.#bytes.toString("utf8", start, end);
  }

  /** Reads a string that is likely to have been seen before: an attribute key. */
  repeatedString(): string {
    const start = this.#pos + 1;
    const end = this.#plainEnd(start);
    if (this.#bytes[end] === backslash) return this.#escapedString(start, end);
    this.#pos = end + 1;
    return shortString(this.#bytes, start, end) ?? this.#bytes.toString("utf8", start, end);
  }

  /** Reads a number and gives its text, which follows the grammar of JSON. */
  number(): string {
    const start = this.#pos;
    this.#skipNumber();
    return this.#bytes.toString("latin1", start, this.#pos);
  }

  #skipNumber(): void {
    const bytes = this.#bytes;
    let at = this.#pos;
    if (bytes[at] === 0x2d) at++;
    if (bytes[at] === 0x30) at++;
    else at = this.#digits(at);
    if (bytes[at] === 0x2e) at = this.#digits(at + 1);
    if (bytes[at] === 0x65 || bytes[at] === 0x45) {
      at++;
      if (bytes[at] === 0x2b || bytes[at] === 0x2d) at++;
      at = this.#digits(at);
    }
    this.#pos = at;
  }

  /** Reads the literal that `kind` announced. */
  literal(text: "true" | "false" | "null"): void {
    const end = this.#pos + text.length;
    if (this.#bytes.toString("latin1", this.#pos, end) !== text) this.#syntax("a JSON value");
    this.#pos = end;
  }

  /** Reads and drops the value that comes next, whatever it is, holding it to the grammar all the same. */
  skip(depth = 0): void {
    if (depth > maxDepth) {
      this.fail(
        `values nested at most ${maxDepth} deep`,
        "one that nests deeper",
        "Leave out what OTLP does not define.",
      );
    }
    const kind = this.kind();
    switch (kind) {
      case "object":
        this.object(() => this.skip(depth + 1));
        break;
      case "array":
        this.array(() => this.skip(depth + 1));
        break;
      case "string":
        this.#skipString();
        break;
      case "number":
        this.#skipNumber();
        break;
      default:
        this.literal(kind);
    }
  }

  /** Holds that nothing but white space follows. */
  end(): void {
    this.#skipSpace();
    if (this.#pos < this.#bytes.length) {
      this.fail(
        "the end of the JSON text",
        `${this.#came()} after it`,
        "Send one JSON document a request; lines of JSON can be read from a file with `check`.",
      );
    }
  }

  fail(expected: string, actual: string, fix: string): never {
    throw new OtlpDecodeError({ where: this.#where(), expected, actual, fix, offset: this.#pos });
  }

  /** Where a string ends, or its first escape stands. */
  #plainEnd(start: number): number {
    const bytes = this.#bytes;
    const { length } = bytes;
    for (let at = start; at < length; at++) {
      const byte = bytes[at] as number;
      if (byte === quote || byte === backslash) return at;
      if (byte < 0x20) return this.#controlCharacter(at);
    }
    return this.#cutShort("the end of a string");
  }

  #where(): string {
    let where = "";
    for (const step of this.path.slice(0, 40))
      where += typeof step === "number" ? `[${step}]` : `.${step.slice(0, 60)}`;
    return where === "" ? "OTLP/JSON" : where.slice(where.startsWith(".") ? 1 : 0);
  }

  #skipSpace(): void {
    const bytes = this.#bytes;
    for (;;) {
      const byte = bytes[this.#pos];
      if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return;
      this.#pos++;
    }
  }

  #digits(start: number): number {
    let at = start;
    while (isDigit(this.#bytes[at])) at++;
    if (at === start) {
      this.#pos = at;
      this.#syntax("a digit");
    }
    return at;
  }

  /** Reads a string with escapes. What it says is never longer in UTF-8 than what stands there. */
  #escapedString(start: number, firstEscape: number): string {
    const bytes = this.#bytes;
    const end = this.#stringEnd(firstEscape);
    const text = Buffer.allocUnsafe(end - start);
    let length = bytes.copy(text, 0, start, firstEscape);
    for (let at = firstEscape; at < end;) {
      const byte = bytes[at] as number;
      if (byte !== backslash) {
        text[length++] = byte;
        at++;
        continue;
      }
      const escape = bytes[at + 1] as number;
      if (escape === 0x75) {
        const unit = this.#hexUnit(at);
        const pair = unit >= 0xd800 && unit <= 0xdfff;
        const character = pair ? this.#surrogatePair(unit, at + 6) : unit;
        length += text.write(String.fromCodePoint(character), length);
        at += pair ? 12 : 6;
      } else {
        text[length++] = this.#plainEscape(escape, at);
        at += 2;
      }
    }
    this.#pos = end + 1;
    return text.toString("utf8", 0, length);
  }

  /** Where a string with escapes ends. */
  #stringEnd(firstEscape: number): number {
    const bytes = this.#bytes;
    for (let at = firstEscape; at < bytes.length; at++) {
      const byte = bytes[at] as number;
      if (byte === quote) return at;
      if (byte === backslash) at++;
      else if (byte < 0x20) return this.#controlCharacter(at);
    }
    return this.#cutShort("the end of a string");
  }

  /** Reads and drops a string, holding it to the grammar. */
  #skipString(): void {
    const bytes = this.#bytes;
    let at = this.#plainEnd(this.#pos + 1);
    while (bytes[at] === backslash) {
      const escape = bytes[at + 1];
      if (escape === 0x75) this.#hexUnit(at);
      else this.#plainEscape(escape, at);
      at = this.#plainEnd(at + (escape === 0x75 ? 6 : 2));
    }
    this.#pos = at + 1;
  }

  #plainEscape(escape: number | undefined, at: number): number {
    const plain = escape === undefined ? undefined : escapes.get(escape);
    if (plain !== undefined) return plain;
    this.#pos = at;
    return this.#syntax('an escape (one of \\" \\\\ \\/ \\b \\f \\n \\r \\t \\u)');
  }

  #hexUnit(at: number): number {
    let unit = 0;
    for (let offset = 2; offset < 6; offset++) {
      const digit = hexDigit(this.#bytes[at + offset]);
      if (digit < 0) {
        this.#pos = at;
        this.#syntax("four hex digits after \\u");
      }
      unit = unit * 16 + digit;
    }
    return unit;
  }

  #surrogatePair(high: number, at: number): number {
    const low = high < 0xdc00 && this.#bytes[at] === backslash && this.#bytes[at + 1] === 0x75 ? this.#hexUnit(at) : 0;
    if (low < 0xdc00 || low > 0xdfff) {
      this.#pos = at - 6;
      return this.fail(
        "Unicode text",
        `a lone surrogate (\\u${high.toString(16)})`,
        "Escape characters beyond U+FFFF as a pair, or send them as UTF-8; lone surrogates stand for no character.",
      );
    }
    return (high - 0xd800) * 0x400 + (low - 0xdc00) + 0x10000;
  }

  #controlCharacter(at: number): never {
    this.#pos = at;
    return this.fail(
      "a string without bare control characters",
      this.#came(),
      "Escape control characters in strings, a line break as \\n.",
    );
  }

  #syntax(expected: string): never {
    if (this.#pos >= this.#bytes.length) return this.#cutShort(expected);
    return this.fail(expected, this.#came(), "The text is not JSON; send what a JSON encoder made, unaltered.");
  }

  #cutShort(expected: string): never {
    this.#pos = this.#bytes.length;
    return this.fail(expected, "the end of the text", "The JSON text is cut short (or empty); send all of it.");
  }

  #came(): string {
    const byte = this.#bytes[this.#pos];
    if (byte === undefined) return "the end of the text";
    if (byte > 0x20 && byte < 0x7f) return `\`${String.fromCharCode(byte)}\``;
    return `byte 0x${byte.toString(16).padStart(2, "0")}`;
  }
}

const escapes: ReadonlyMap<number, number> = new Map([
  [quote, quote],
  [backslash, backslash],
  [0x2f, 0x2f],
  [0x62, 0x08],
  [0x66, 0x0c],
  [0x6e, 0x0a],
  [0x72, 0x0d],
  [0x74, 0x09],
]);

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x30 && byte <= 0x39;
}

function hexDigit(byte: number | undefined): number {
  if (byte === undefined) return -1;
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}
