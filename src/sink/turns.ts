/** Short work that is done in one turn, beside a piece of the long. */
const shortMs = 10;

/**
 * Work that takes long, a piece at a time: between two pieces the event loop serves whoever sends little. Long work is done one
 * after the other, so that at any moment at most one large request stands decoded in memory; short work goes before it.
 */
export class Turns {
  readonly #short: (() => void)[] = [];
  readonly #long: (() => boolean)[] = [];
  #scheduled = false;

  short<Outcome>(work: () => Outcome): Promise<Outcome> {
    return new Promise((resolve, reject) => {
      this.#short.push(() => {
        try {
          resolve(work());
        } catch (error) {
          reject(error);
        }
      });
      this.#schedule();
    });
  }

  /** @param pieces each step of it is a piece */
  long(pieces: Generator<void>): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#long.push(() => {
        try {
          if (!pieces.next().done) return false;
          resolve();
        } catch (error) {
          reject(error);
        }
        return true;
      });
      this.#schedule();
    });
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#turn();
      if (this.#short.length + this.#long.length > 0) this.#schedule();
    });
  }

  #turn(): void {
    const deadline = performance.now() + shortMs;
    do this.#short.shift()?.();
    while (this.#short.length > 0 && performance.now() < deadline);
    const isDone = this.#long[0];
    if (isDone?.()) this.#long.shift();
  }
}
