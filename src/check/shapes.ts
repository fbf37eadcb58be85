import type { SpanView } from "../otlp/view.ts";
import type { ValueType } from "../otlp/value.ts";
import type { Profile } from "./profile.ts";
import type { RelevantKeys } from "./relevant-keys.ts";

/** The relevant keys of a span with their types, in the order they were sent; a repeated key counts once. */
export interface Shape {
  readonly types: ReadonlyMap<string, ValueType>;
  readonly genai: boolean;
  readonly profiles: Map<string, Profile>;
}

interface Node {
  readonly children: Map<number, Node>;
  shape: Shape | undefined;
}

const valueTypes: readonly ValueType[] = [
  "string",
  "bool",
  "int",
  "double",
  "bytes",
  "kvlist",
  "empty",
  "string[]",
  "bool[]",
  "int[]",
  "double[]",
  "kvlist[]",
  "empty[]",
  "mixed[]",
];
const typeNumbers: ReadonlyMap<ValueType, number> = new Map(valueTypes.map((type, index) => [type, index]));
const MOST_TYPES = 16;
/** A span with more attributes than any SDK sends by default (128) is no shape that comes again: it is looked at on its own. */
const MOST_STEPS = 512;

/**
 * Finds the shape of a span: a trie over (key, type) pairs. Real services send a handful of shapes millions of times, so that all
 * rules that look only at a shape cost one walk a span.
 */
export class Shapes {
  #root: Node = { children: new Map(), shape: undefined };
  readonly #keys: RelevantKeys;
  #size = 0;

  constructor(keys: RelevantKeys) {
    this.#keys = keys;
  }

  of(span: SpanView): Shape {
    const count = span.attributeCount;
    if (count > MOST_STEPS) return this.#make(span);
    let node = this.#root;
    for (let index = 0; index < count; index++) {
      const info = this.#keys.info(span.attributeKey(index));
      if (info.id < 0) continue;
      const step = info.id * MOST_TYPES + typeNumbers.get(span.attributeType(index))!;
      let next = node.children.get(step);
      if (next === undefined) {
        next = { children: new Map(), shape: undefined };
        node.children.set(step, next);
        this.#size++;
      }
      node = next;
    }
    return (node.shape ??= this.#make(span));
  }

  /** Nodes made; the owner clears when there are too many. */
  get size(): number {
    return this.#size;
  }

  clear(): void {
    this.#root = { children: new Map(), shape: undefined };
    this.#size = 0;
  }

  #make(span: SpanView): Shape {
    const types = new Map<string, ValueType>();
    let genai = false;
    for (let index = 0; index < span.attributeCount; index++) {
      const info = this.#keys.info(span.attributeKey(index));
      if (info.id < 0 || types.has(info.key)) continue;
      types.set(info.key, span.attributeType(index));
      genai ||= info.genai;
    }
    return { types, genai, profiles: new Map() };
  }
}
