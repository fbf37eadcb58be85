import { OtlpDecodeError } from "./decode-error.ts";

/** Attribute values nest at most this deep, in both encodings; a value that is no array or kvlist has depth 1. */
export const maxValueDepth = 64;

/**
 * How much a request may decode to: a value, a string or a 64-bit integer is one unit (some 40 bytes of memory), an attribute two
 * besides its value, any other message six. 60 MB of ordinary spans fit; 60 MB of empty messages, two bytes each, would be 2 GB of
 * objects.
 */
const maxUnits = 6_000_000;

/** Counts what a request decodes to, so that a small body cannot become a large heap. */
export class DecodeAllowance {
  #left = maxUnits;

  /** @throws {OtlpDecodeError} of kind `too-large` */
  spend(units: number): void {
    this.#left -= units;
    if (this.#left < 0) throw tooMuch();
  }
}

/** What a message other than attributes and values costs. */
export const messageUnits = 6;

function tooMuch(): OtlpDecodeError {
  return new OtlpDecodeError({
    kind: "too-large",
    where: "the request",
    expected: `at most ${maxUnits} values, strings and messages in one request`,
    actual: "more",
    fix: "Export smaller batches.",
  });
}
