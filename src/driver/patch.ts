import { seedWord, spanWord, traceWord } from "./request-words.ts";
import { forms, sources, type Template } from "./template.ts";

/** Which request of which run, and when its spans took place. */
export interface RequestPosition {
  /** A 32-bit integer. */
  readonly seed: number;
  /** 0 … 2³² − 1. */
  readonly k: number;
  /** The earliest time of the request, in milliseconds since the Unix epoch; rounded down to a whole unit of the template's format. */
  readonly startMs: number;
}

/**
 * Makes request k of a run in place: writes ids and times over those that are there. The result depends on nothing but the template
 * and the position, so requests can be made in any order, anywhere.
 *
 * @param bytes a copy of the template's bytes, patched before or not
 */
export function patch(template: Template, bytes: DataView, position: RequestPosition): void {
  const { wordEnds, offsets } = template;
  const start = startUnit(template, position.startMs);
  let next = 0;
  for (let word = 0; word < wordEnds.length; word++) {
    const value = formOf(template.wordForms[word] as number, valueOf(template, word, position, start));
    const end = wordEnds[word] as number;
    for (; next < end; next++) bytes.setUint32(offsets[next] as number, value, true);
  }
}

/** The start of a request in whole units of its template's format; inexact below a microsecond, which no unit shows. */
function startUnit({ format }: Template, startMs: number): number {
  return Math.floor(format === "protobuf" ? (startMs * 1e6) / 4_294_967_296 : startMs / 10_000);
}

function valueOf(template: Template, word: number, { seed, k }: RequestPosition, start: number): number {
  const argument = template.wordArguments[word] as number;
  switch (template.wordSources[word]) {
    case sources.seed:
      return seedWord(seed);
    case sources.request:
      return k;
    case sources.trace:
      return traceWord(seed, k, argument);
    case sources.span:
      return spanWord(seed, k);
    default:
      return start + argument;
  }
}

/** The four bytes that stand for a value, the first one lowest. */
function formOf(form: number, value: number): number {
  switch (form) {
    case forms.id:
      return ((value & 0xff) << 24) | ((value & 0xff00) << 8) | ((value >>> 8) & 0xff00) | (value >>> 24);
    case forms.hexHigh:
      return hexDigits(value >>> 16);
    case forms.hexLow:
      return hexDigits(value & 0xffff);
    case forms.digits0:
      return decimalDigits(Math.floor(value / 100_000));
    case forms.digits4:
      return decimalDigits(Math.floor(value / 10));
    case forms.digits5:
      return decimalDigits(value);
    default:
      return value;
  }
}

function hexDigits(value: number): number {
  const digit = (nibble: number): number => (nibble < 10 ? 0x30 : 0x57) + nibble;
  return (
    digit(value >>> 12) |
    (digit((value >>> 8) & 15) << 8) |
    (digit((value >>> 4) & 15) << 16) |
    (digit(value & 15) << 24)
  );
}

/** The last four decimal digits of a value. */
function decimalDigits(value: number): number {
  const digit = (power: number): number => 0x30 + (Math.floor(value / power) % 10);
  return digit(1000) | (digit(100) << 8) | (digit(10) << 16) | (digit(1) << 24);
}
