const noBytes: Buffer = Buffer.alloc(0);

/** Bytes that arrive in chunks, of which only those not yet consumed are held. */
export class ByteSource {
  /** What has arrived and was not consumed. */
  buffer: Buffer = noBytes;
  /** Offset of `buffer` in the whole input. */
  offset = 0;
  /** Line of the first byte of `buffer`, from 1. */
  line = 1;
  /** Why the input ended before its end, if it did. */
  failure: Error | undefined;
  readonly #chunks: AsyncIterator<Uint8Array>;
  #ended = false;

  constructor(chunks: AsyncIterable<Uint8Array>) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  /** Waits until that many bytes are held; false when the input ends before. */
  async ensure(length: number): Promise<boolean> {
    if (this.buffer.length >= length) return true;
    const parts = [this.buffer];
    let held = this.buffer.length;
    while (held < length && !this.#ended) {
      const chunk = await this.#next();
      if (chunk === undefined) break;
      parts.push(chunk);
      held += chunk.length;
    }
    if (parts.length > 1) this.buffer = Buffer.concat(parts, held);
    return held >= length;
  }

  /** Waits for more bytes, the more the more are held already, so that growing stays cheap; false at the end. */
  async more(): Promise<boolean> {
    const before = this.buffer.length;
    await this.ensure(before + Math.max(1, before >> 1));
    return this.buffer.length > before;
  }

  /** Drops bytes from the front. */
  consume(length: number): void {
    this.line += countLineBreaks(this.buffer, length);
    this.buffer = this.buffer.subarray(length);
    this.offset += length;
  }

  /** As consume, for binary input, where lines mean nothing. */
  advance(length: number): void {
    this.buffer = this.buffer.subarray(length);
    this.offset += length;
  }

  /** Lets go of the input when not all of it is wanted. */
  async close(): Promise<void> {
    this.#ended = true;
    await this.#chunks.return?.();
  }

  async #next(): Promise<Buffer | undefined> {
    try {
      const { done, value } = await this.#chunks.next();
      if (!done) return Buffer.isBuffer(value) ? value : Buffer.from(value.buffer, value.byteOffset, value.byteLength);
    } catch (error) {
      this.failure = error instanceof Error ? error : new Error(String(error));
    }
    this.#ended = true;
    return undefined;
  }
}

export function countLineBreaks(bytes: Buffer, end: number): number {
  let count = 0;
  for (let at = bytes.indexOf(0x0a); at >= 0 && at < end; at = bytes.indexOf(0x0a, at + 1)) count++;
  return count;
}
