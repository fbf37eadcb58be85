/** How long a target may acknowledge nothing before a run ends: it has shown nothing so far, or it has, and may be restarting. */
const PATIENCE_MS = { atFirst: 10_000, later: 30_000 } as const;

/** Ends a run whose target takes nothing any more, so that none waits for ever, or sends a million requests to nobody. */
export class Patience {
  readonly #over: AbortController;
  readonly #now: () => number;
  #last: number;
  #asked = 0;
  #any = false;

  /** @param now milliseconds of a clock that never goes back */
  constructor(over: AbortController, now: () => number) {
    this.#over = over;
    this.#now = now;
    this.#last = now();
  }

  acknowledged(): void {
    this.#any = true;
    this.#last = this.#now();
    this.#asked = 0;
  }

  /** An attempt failed. @param askedMs how long the target asked to wait: so much longer it may be quiet */
  failed(askedMs = 0): void {
    this.#asked = Math.max(this.#asked, askedMs);
    const patience = (this.#any ? PATIENCE_MS.later : PATIENCE_MS.atFirst) + this.#asked;
    const quiet = this.#now() - this.#last;
    if (quiet >= patience) this.#over.abort(`the target has acknowledged nothing for ${Math.round(quiet / 1000)} s`);
  }
}
