import { placeWord } from "./request-words.ts";
import { forms, sources, timeUnitNanos, type Template } from "./template.ts";

/** The ids that a message holds. */
interface Ids {
  readonly traceId: Uint8Array;
  readonly spanId: Uint8Array;
}

/** The words of a template while it is being compiled: which word each hole belongs to, and which place each id has. */
export class HoleTable {
  readonly #format: Template["format"];
  readonly #origin: bigint;
  readonly #traces = new Map<string, number>();
  readonly #spans = new Map<string, number>();
  readonly #words = new Map<number, number>();
  readonly #wordOfHole: number[] = [];

  /** @param origin the earliest time of the request, nanoseconds since the Unix epoch */
  constructor(format: Template["format"], origin: bigint) {
    this.#format = format;
    this.#origin = origin;
  }

  /** The place of a trace id, or undefined where it is none (of another length, all zero) and has to stay as it is. */
  tracePlace(id: Uint8Array): number | undefined {
    return isId(id, 16) ? placeOf(this.#traces, hex(id)) : undefined;
  }

  /** The place of a span id among those of the request; the same id in two traces has two places. */
  spanPlace({ traceId, spanId }: Ids): number | undefined {
    if (!isId(traceId, 16) || !isId(spanId, 8)) return undefined;
    return placeOf(this.#spans, `${hex(traceId)}${hex(spanId)}`);
  }

  /** Says what the next marked hole holds. */
  hole(source: number, argument: number, form: number): void {
    const key = (argument * 8 + source) * 8 + form;
    this.#wordOfHole.push(placeOf(this.#words, key));
  }

  /** A time as whole units after the request's start, and what is left. */
  time(nanos: bigint): { units: number; rest: bigint } {
    const unit = BigInt(timeUnitNanos[this.#format]);
    const offset = nanos - this.#origin;
    return { units: Number(offset / unit), rest: offset % unit };
  }

  /** @param marks the position of each hole, in the order in which `hole` was called */
  build(
    marks: readonly number[],
  ): Pick<Template, "wordSources" | "wordArguments" | "wordForms" | "wordEnds" | "offsets"> {
    if (marks.length !== this.#wordOfHole.length) throw new RangeError("each mark needs one call of hole");
    const keys = [...this.#words.keys()];
    const offsetsOfWord = keys.map((): number[] => []);
    for (const [hole, word] of this.#wordOfHole.entries()) offsetsOfWord[word]?.push(marks[hole] as number);
    let end = 0;
    return {
      wordSources: Uint8Array.from(keys, (key) => (key >> 3) & 7),
      wordArguments: Uint32Array.from(keys, (key) => Math.floor(key / 64)),
      wordForms: Uint8Array.from(keys, (key) => key & 7),
      wordEnds: Uint32Array.from(offsetsOfWord, ({ length }) => (end += length)),
      offsets: Uint32Array.from(offsetsOfWord.flat()),
    };
  }
}

/** The bits of an id that stay the same: the last word of a trace id, of a span id. */
export const constantOf = placeWord;

/** The words of a trace id before its constant, in their order. */
export const traceIdSources = [sources.seed, sources.request, sources.trace] as const;

/** What stands in JSON for a word: two holes, and their forms. */
export const hexForms = [forms.hexHigh, forms.hexLow] as const;

function placeOf<Key>(places: Map<Key, number>, key: Key): number {
  const known = places.get(key);
  if (known !== undefined) return known;
  const place = places.size;
  places.set(key, place);
  return place;
}

function isId(id: Uint8Array, length: number): boolean {
  return id.length === length && id.some((byte) => byte !== 0);
}

function hex(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += (byte < 16 ? "0" : "") + byte.toString(16);
  return text;
}
