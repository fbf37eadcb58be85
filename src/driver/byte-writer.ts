/** Bytes that grow, and the places in them that are filled in later. Uses no API of a host. */
export class ByteWriter {
  #bytes = new Uint8Array(4096);
  #view = new DataView(this.#bytes.buffer);
  /** How many bytes were written. */
  length = 0;
  /** Positions that were marked, in the order of the marks. */
  readonly marks: number[] = [];

  /** Remembers a place: that of the next byte, or of one so many bytes after it. */
  mark(ahead = 0): void {
    this.marks.push(this.length + ahead);
  }

  byte(value: number): void {
    this.#reserve(1);
    this.#bytes[this.length++] = value;
  }

  bytes(values: Uint8Array): void {
    this.#reserve(values.length);
    this.#bytes.set(values, this.length);
    this.length += values.length;
  }

  uint32(value: number, littleEndian: boolean): void {
    this.#reserve(4);
    this.#view.setUint32(this.length, value, littleEndian);
    this.length += 4;
  }

  uint64(value: bigint): void {
    this.#reserve(8);
    this.#view.setBigUint64(this.length, BigInt.asUintN(64, value), true);
    this.length += 8;
  }

  float64(value: number): void {
    this.#reserve(8);
    this.#view.setFloat64(this.length, value, true);
    this.length += 8;
  }

  /** A protobuf varint of a value below 2³². */
  varint(value: number): void {
    let rest = value >>> 0;
    for (; rest > 0x7f; rest >>>= 7) this.byte((rest & 0x7f) | 0x80);
    this.byte(rest);
  }

  /** A protobuf varint of an integer of 64 bits; negative ones take ten bytes. */
  varint64(value: bigint): void {
    let rest = BigInt.asUintN(64, value);
    for (; rest > 0x7fn; rest >>= 7n) this.byte(Number(rest & 0x7fn) | 0x80);
    this.byte(Number(rest));
  }

  /** UTF-8; a lone surrogate, which UTF-8 has no bytes for, becomes U+FFFD. */
  text(text: string): void {
    for (let at = 0; at < text.length; at++) {
      let code = text.codePointAt(at) as number;
      if (code > 0xffff) at++;
      else if (code >= 0xd800 && code <= 0xdfff) code = 0xfffd;
      if (code < 0x80) this.byte(code);
      else {
        if (code < 0x800) this.byte(0xc0 | (code >> 6));
        else {
          if (code < 0x10000) this.byte(0xe0 | (code >> 12));
          else {
            this.byte(0xf0 | (code >> 18));
            this.byte(0x80 | ((code >> 12) & 0x3f));
          }
          this.byte(0x80 | ((code >> 6) & 0x3f));
        }
        this.byte(0x80 | (code & 0x3f));
      }
    }
  }

  /** What `write` writes, with its length before it as a varint. Marks inside move along. */
  lengthDelimited(write: () => void): void {
    const start = this.length;
    const firstMark = this.marks.length;
    write();
    const size = this.length - start;
    const shift = varintLength(size);
    this.#reserve(shift);
    this.#bytes.copyWithin(start + shift, start, this.length);
    this.length = start;
    this.varint(size);
    this.length += size;
    for (let mark = firstMark; mark < this.marks.length; mark++)
      this.marks[mark] = (this.marks[mark] as number) + shift;
  }

  /** A copy of all that was written. */
  finish(): Uint8Array {
    return this.#bytes.slice(0, this.length);
  }

  #reserve(more: number): void {
    if (this.length + more <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(this.#bytes.length * 2, this.length + more));
    grown.set(this.#bytes);
    this.#bytes = grown;
    this.#view = new DataView(grown.buffer);
  }
}

function varintLength(value: number): number {
  let length = 1;
  for (let rest = value; rest > 0x7f; rest >>>= 7) length++;
  return length;
}
