import { collectYoungGarbage } from "./collect-garbage.ts";
import { overloaded, RefusedError, tooLarge, type Refusal } from "./refusal.ts";

const collectedBytes = 1 << 24;

/**
 * Bounds the bytes of all bodies under way. When they are too many, the largest body is given up, not the latest: so a few clients
 * that send much and slowly cannot keep the others out.
 */
export class ReceiveBudget {
  readonly #maxBytes: number;
  readonly #bodies = new Set<Body>();
  #used = 0;
  #garbageBytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /**
   * @param evicted told when this body is the one to give up while another one grows
   */
  open(what: string, maxBytes: number, evicted: (refusal: Refusal) => void): Body {
    const body: Body = new Body(
      what,
      maxBytes,
      evicted,
      (bytes) => this.#grow(body, bytes),
      () => this.#close(body),
    );
    this.#bodies.add(body);
    return body;
  }

  #grow(body: Body, bytes: number): void {
    this.#used += bytes;
    if (body.size > largestBlock) this.#countGarbage(bytes);
    while (this.#used > this.#maxBytes) {
      let largest = body;
      for (const other of this.#bodies) if (!other.isTaken && other.size > largest.size) largest = other;
      largest.close();
      if (largest === body) throw new RefusedError(overloaded(this.#maxBytes));
      largest.evicted(overloaded(this.#maxBytes));
    }
  }

  /** The chunks that a large body came in are garbage, and too few objects to be collected soon. */
  #countGarbage(bytes: number): void {
    this.#garbageBytes += bytes;
    if (this.#garbageBytes < collectedBytes) return;
    this.#garbageBytes = 0;
    collectYoungGarbage();
  }

  #close(body: Body): void {
    if (this.#bodies.delete(body)) this.#used -= body.size;
  }
}

/** Of the blocks that a body is kept in: as much as there is already, within these bounds. */
const smallestBlock = 1 << 14;
const largestBlock = 1 << 20;

/**
 * The bytes of one request's body as they arrive. They are copied: what the network hands over may be a small view of a large buffer,
 * and a client chooses how small. What is copied to can also be freed at once, without waiting for garbage to be collected.
 */
export class Body {
  /** What it is called in a refusal. */
  readonly what: string;
  readonly evicted: (refusal: Refusal) => void;
  size = 0;
  /** It was given up, for this or another body's size, or because its request is over. */
  isClosed = false;
  /** It is being decoded: too late to give it up. */
  isTaken = false;
  readonly #maxBytes: number;
  readonly #grow: (bytes: number) => void;
  readonly #close: () => void;
  /** All are full but the last. */
  #blocks: Buffer[] = [];
  #roomLeft = 0;

  constructor(
    what: string,
    maxBytes: number,
    evicted: (refusal: Refusal) => void,
    grow: (bytes: number) => void,
    close: () => void,
  ) {
    this.what = what;
    this.#maxBytes = maxBytes;
    this.evicted = evicted;
    this.#grow = grow;
    this.#close = close;
  }

  /** @throws {RefusedError} when this body or all of them together become too large */
  append(chunk: Buffer): void {
    if (this.size + chunk.length > this.#maxBytes) {
      throw new RefusedError(tooLarge(this.what, undefined, this.#maxBytes));
    }
    for (let copied = 0; copied < chunk.length;) {
      if (this.#roomLeft === 0) this.#addBlock();
      const block = this.#blocks.at(-1) as Buffer;
      const count = chunk.copy(block, block.length - this.#roomLeft, copied);
      copied += count;
      this.#roomLeft -= count;
    }
    this.size += chunk.length;
    this.#grow(chunk.length);
  }

  /** All bytes so far, in one piece; the last to be asked of a body that grows. */
  bytes(): Buffer {
    const [first] = this.#blocks;
    if (first !== undefined && this.#blocks.length === 1) return first.subarray(0, this.size);
    const whole = Buffer.allocUnsafeSlow(this.size);
    let at = 0;
    for (const block of this.#blocks) {
      at += block.copy(whole, at);
      free(block);
    }
    this.#blocks = [whole];
    return whole;
  }

  /** From here on these bytes count instead. @throws {RefusedError} when that is more than can be had */
  replace(bytes: Buffer): void {
    const more = bytes.length - this.size;
    this.#free();
    this.#blocks = [bytes];
    this.size = bytes.length;
    this.#grow(more);
  }

  /** Gives the bytes up; must be called once the request is over, whatever came of it. */
  close(): void {
    this.#close();
    this.isClosed = true;
    this.#free();
  }

  #addBlock(): void {
    this.#roomLeft = Math.min(Math.max(this.size, smallestBlock), largestBlock);
    this.#blocks.push(Buffer.allocUnsafeSlow(this.#roomLeft));
  }

  #free(): void {
    this.#blocks.forEach(free);
    this.#blocks = [];
    this.#roomLeft = 0;
  }
}

/** What is at least so long is no part of a pool that other buffers share. */
const leastFreed = 1 << 17;

/** Gives memory back at once: megabytes that wait to be collected are the most that a process of few objects holds. */
function free(block: Buffer<ArrayBufferLike>): void {
  if (block.length >= leastFreed && block.buffer instanceof ArrayBuffer) block.buffer.transfer(0);
}
