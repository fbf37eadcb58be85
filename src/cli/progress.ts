const INTERVAL_MS = 200;

/** One line on standard error that is written over; nothing at all unless that is a terminal. */
export class Progress {
  #last = 0;
  #shown = false;

  show(text: () => string): void {
    if (!process.stderr.isTTY) return;
    const now = performance.now();
    if (now - this.#last < INTERVAL_MS) return;
    this.#last = now;
    this.#shown = true;
    process.stderr.write(`\r\u001B[K${text()}`);
  }

  clear(): void {
    if (this.#shown) process.stderr.write("\r\u001B[K");
    this.#shown = false;
  }
}
