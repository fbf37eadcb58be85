import type { Since } from "./overlay.ts";

/** The order of the versions, oldest first, so that `since` and `until` can be read. */
export class VersionOrder {
  readonly #positions: ReadonlyMap<string, number>;

  constructor(oldestFirst: readonly string[]) {
    this.#positions = new Map(oldestFirst.map((id, index) => [id, index]));
  }

  /** Negative when a is older than b. Unknown versions are an error: an overlay entry with a typo must not pass in silence. */
  compare(a: string, b: string): number {
    return this.#position(a) - this.#position(b);
  }

  /** Whether an overlay entry holds for a version; both ends are included. */
  holds(entry: Since, version: string): boolean {
    if (entry.since !== undefined && this.compare(version, entry.since) < 0) return false;
    return entry.until === undefined || this.compare(version, entry.until) <= 0;
  }

  #position(id: string): number {
    const position = this.#positions.get(id);
    if (position === undefined) throw new Error(`unknown semconv version "${id}" in specs/overlay`);
    return position;
  }
}
