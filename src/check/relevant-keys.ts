import type { Spec } from "../semconv/spec.ts";

export interface KeyInfo {
  readonly key: string;
  /** Small integer of the key, −1 when no rule looks at it. */
  readonly id: number;
  /** Whether the key makes a span a gen_ai span. */
  readonly genai: boolean;
}

/** Vendors' own ways to say that the reply was streamed. */
export const vendorStreamingKeys: readonly string[] = ["llm.is_streaming", "gen_ai.is_streaming"];

/** Keys that rules ask for by name, whether or not a pinned version has them. */
const readByName: readonly string[] = [...vendorStreamingKeys, "error.type"];

const IRRELEVANT = -1;
/** Bounds the table when a sender makes up keys; beyond it a key is looked at anew each time. */
const MOST_KEYS = 50_000;
const LONGEST_KEY = 200;

/** Interns attribute keys, so that the shape of a span is a walk over small integers. */
export class RelevantKeys {
  readonly #known = new Map<string, KeyInfo>();
  readonly #named: ReadonlySet<string>;
  #next = 0;

  constructor(specs: readonly Spec[]) {
    const named = new Set(readByName);
    for (const spec of specs) {
      for (const key of Object.keys(spec.registry.attributes)) named.add(key);
      // What any version ever had, so that a pin says the same whatever else is pinned.
      for (const key of Object.keys(spec.history.attributes)) named.add(key);
      for (const name of spec.metricNames) named.add(name);
    }
    this.#named = named;
  }

  info(key: string): KeyInfo {
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const genai = key.startsWith("gen_ai.") || key.startsWith("mcp.");
    const relevant = genai || key.startsWith("openai.") || this.#named.has(key);
    const info: KeyInfo = { key, id: relevant ? this.#next++ : IRRELEVANT, genai };
    if (this.#known.size < MOST_KEYS && key.length <= LONGEST_KEY) this.#known.set(key, info);
    return info;
  }

  /** Forgets what was interned; ids start again, so shapes made before must be dropped with it. */
  clear(): void {
    this.#known.clear();
    this.#next = 0;
  }

  get size(): number {
    return this.#known.size;
  }
}
