import { overloaded, RefusedError, tooLarge, type Refusal } from "./refusal.ts";

/**
 * Bounds the bytes of all bodies under way. When they are too many, the largest body is given up, not the latest: so a few clients
 * that send much and slowly cannot keep the others out.
 */
export class ReceiveBudget {
  readonly #maxBytes: number;
  readonly #bodies = new Set<Body>();
  #used = 0;

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
    while (this.#used > this.#maxBytes) {
      let largest = body;
      for (const other of this.#bodies) if (other.size > largest.size) largest = other;
      largest.close();
      if (largest === body) throw new RefusedError(overloaded(this.#maxBytes));
      largest.evicted(overloaded(this.#maxBytes));
    }
  }

  #close(body: Body): void {
    if (this.#bodies.delete(body)) this.#used -= body.size;
  }
}

/** The bytes of one request's body as they arrive. */
export class Body {
  readonly evicted: (refusal: Refusal) => void;
  size = 0;
  readonly #what: string;
  readonly #maxBytes: number;
  readonly #grow: (bytes: number) => void;
  readonly #close: () => void;
  #chunks: Buffer[] = [];

  constructor(
    what: string,
    maxBytes: number,
    evicted: (refusal: Refusal) => void,
    grow: (bytes: number) => void,
    close: () => void,
  ) {
    this.#what = what;
    this.#maxBytes = maxBytes;
    this.evicted = evicted;
    this.#grow = grow;
    this.#close = close;
  }

  /** @throws {RefusedError} when this body or all of them together become too large */
  append(chunk: Buffer): void {
    if (this.size + chunk.length > this.#maxBytes) {
      throw new RefusedError(tooLarge(this.#what, undefined, this.#maxBytes));
    }
    this.#chunks.push(chunk);
    this.size += chunk.length;
    this.#grow(chunk.length);
  }

  /** All bytes so far, in one piece. */
  bytes(): Buffer {
    const [first] = this.#chunks;
    const whole = this.#chunks.length === 1 && first !== undefined ? first : Buffer.concat(this.#chunks, this.size);
    this.#chunks = [whole];
    return whole;
  }

  /** Gives the bytes up; must be called once the request is over, whatever came of it. */
  close(): void {
    this.#close();
    this.#chunks = [];
  }
}
