import { createHash } from "node:crypto";
import type { Conditions } from "../registry.ts";
import { ImportError, type Place } from "./import-error.ts";

/** First 12 hex digits of the SHA-256 of a condition's wording: white space folded, lower case, closing stop dropped. */
export function wordingHash(wording: string): string {
  const folded = wording.replaceAll(/\s+/g, " ").trim().toLowerCase().replace(/\.$/, "");
  return createHash("sha256").update(folded).digest("hex").slice(0, 12);
}

/** Turns upstream's wording of a condition into the id of specs/overlay/conditions.json, which keeps hashes instead of sentences. */
export class ConditionClassifier {
  readonly #ids = new Map<string, string>();

  /** Throws when two ids claim the same wording. */
  constructor(conditions: Conditions) {
    for (const [id, condition] of Object.entries(conditions)) {
      for (const hash of condition.wordings) {
        const other = this.#ids.get(hash);
        if (other !== undefined) {
          throw new Error(`conditions.json: wording ${hash} stands under both ${other} and ${id}. Keep it under one.`);
        }
        this.#ids.set(hash, id);
      }
    }
  }

  /** Throws ImportError, with the wording and its hash, when no id covers it. */
  classify(wording: string, place: Place): string {
    const hash = wordingHash(wording);
    const id = this.#ids.get(hash);
    if (id !== undefined) return id;
    throw new ImportError(
      place,
      `condition "${wording.trim()}" is not classified`,
      `Add "${hash}" to the wordings of the id that means this in specs/overlay/conditions.json, or add an id.`,
    );
  }
}
