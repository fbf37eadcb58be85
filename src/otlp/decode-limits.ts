import { OtlpDecodeError } from "./decode-error.ts";

/** Attribute values nest at most this deep, in both encodings; a value that is no array or kvlist has depth 1. */
export const maxValueDepth = 64;

/**
 * How much may be decoded at once: a value, a string or an integer of an attribute is one unit (some 40 bytes of memory), an attribute one
 * besides its key and its value, any other message six. A part of a large request is some thousands of units, and a span with a
 * million attributes four million; 60 MB of empty values in one span, two bytes each, would be 1 GB of objects.
 */
const maxUnits = 4_050_000;

/** Counts what a request decodes to, so that a small body cannot become a large heap. */
export class DecodeAllowance {
  #left = maxUnits;

  get spent(): number {
    return maxUnits - this.#left;
  }

  /** @throws {OtlpDecodeError} of kind `too-large` */
  spend(units: number): void {
    this.#left -= units;
    if (this.#left < 0) throw tooMuch();
  }
}

/** What a message other than attributes and values costs. */
export const messageUnits = 6;
/** What bytes cost that are not empty: an object of some two hundred bytes points to where they stand. */
export const bytesUnits = 5;
/** What an unsigned 64-bit integer costs: bucket counts are a list of nothing else, which is moved as it grows. */
export const countUnits = 2;

function tooMuch(): OtlpDecodeError {
  return new OtlpDecodeError({
    kind: "too-large",
    where: "the request",
    expected: `at most ${maxUnits} values, strings and messages in one request`,
    actual: "more",
    fix: "Export smaller batches.",
  });
}
