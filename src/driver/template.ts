/**
 * An Export request that is encoded once and sent many times, each time with other ids and times. What changes stands in holes of
 * 32 bits; all holes of one word hold the same value, so that a request is made by computing a few words and writing each to its
 * offsets. Typed arrays and numbers only: it can be written to a file and patched by another engine.
 */
export interface Template {
  readonly format: "protobuf" | "json";
  readonly bytes: Uint8Array;
  /** What each word is made of: one of `sources`. */
  readonly wordSources: Uint8Array;
  /** Which trace of the request, or how many units of time after the base; 0 where the source takes no argument. */
  readonly wordArguments: Uint32Array;
  /** How each word's value is written: one of `forms`. */
  readonly wordForms: Uint8Array;
  /** For each word, where its offsets end in `offsets`; they begin where those of the word before it end. */
  readonly wordEnds: Uint32Array;
  /** Positions in `bytes`, four bytes each. */
  readonly offsets: Uint32Array;
  readonly spanCount: number;
  readonly traceCount: number;
  /** From the earliest to the latest time in the request, in milliseconds, rounded up. */
  readonly durationMs: number;
}

/** What a word is made of. */
export const sources = { seed: 0, request: 1, trace: 2, span: 3, time: 4 } as const;

/**
 * How a word's value stands in the bytes: as four bytes of an id or of a little-endian time, or in JSON as four of its eight hex
 * digits or as four of the nine decimal digits that a time begins with (the last two parts of these share three digits).
 */
export const forms = { id: 0, time: 1, hexHigh: 2, hexLow: 3, digits0: 4, digits4: 5, digits5: 6 } as const;

/**
 * Times move by whole units of this many nanoseconds, so that all that a request's base time changes in them is one number: the
 * high half of a fixed64 in protobuf, the first nine of nineteen decimal digits in JSON.
 */
export const timeUnitNanos = { protobuf: 4_294_967_296, json: 10_000_000_000 } as const;

/** Where the ids of a span come from: its trace's and its own place among the ids of the request, its parent's where it has one. */
export interface SpanIdentity {
  readonly trace: number;
  readonly span: number;
  readonly parent: number | undefined;
}
