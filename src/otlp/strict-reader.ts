import { isUtf8 } from "node:buffer";
import protobuf from "protobufjs/light.js";
import { OtlpDecodeError } from "./decode-error.ts";
import { bytesUnits, countUnits, DecodeAllowance } from "./decode-limits.ts";
import { shortString } from "./short-strings.ts";

/** protobufjs's reader as the generated decoders use it, with 64-bit values as bigint. */
interface WireReader {
  readonly buf: Buffer;
  pos: number;
  len: number;
  tag(): number;
  size(): number;
  uint32(): number;
  bool(): boolean;
  double(): number;
  bytes(): Buffer;
  skip(length?: number): this;
  skipType(wireType: number, depth?: number, fieldNumber?: number): this;
}

/** Empty bytes are two bytes on the wire; each of its own would be some two hundred in memory. */
const noBytes = Buffer.alloc(0);

const BufferReader = protobuf.BufferReader as unknown as new (bytes: Buffer) => WireReader;

/**
 * protobufjs's reader, made as strict as the wire format is (https://protobuf.dev/programming-guides/encoding/): a varint has at
 * most ten bytes and 64 bits, and a string is UTF-8 (proto3). Gives 64-bit integers as bigint, all digits kept.
 */
export class StrictReader extends BufferReader {
  readonly allowance: DecodeAllowance;
  readonly #view: DataView;

  constructor(bytes: Buffer, allowance = new DecodeAllowance()) {
    super(bytes);
    this.allowance = allowance;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  override uint32(): number {
    const start = this.pos;
    const value = super.uint32();
    if (this.pos - start === 10) this.#checkTenthByte();
    return value;
  }

  override bool(): boolean {
    const start = this.pos;
    const value = super.bool();
    if (this.pos - start === 10) this.#checkTenthByte();
    return value;
  }

  override skip(length?: number): this {
    if (length !== undefined) return super.skip(length);
    this.#varint();
    return this;
  }

  int64(): bigint {
    this.allowance.spend(1);
    return BigInt.asIntN(64, this.#varint());
  }

  uint64(): bigint {
    this.allowance.spend(countUnits);
    return this.#varint();
  }

  #varint(): bigint {
    const { buf, len } = this;
    let pos = this.pos;
    let low = 0;
    for (let shift = 0; shift < 28; shift += 7) {
      if (pos >= len) this.#endOfMessage();
      const byte = buf[pos++] as number;
      low |= (byte & 0x7f) << shift;
      if (byte < 0x80) {
        this.pos = pos;
        return BigInt(low);
      }
    }
    let middle = 0;
    for (let shift = 0; shift < 28; shift += 7) {
      if (pos >= len) this.#endOfMessage();
      const byte = buf[pos++] as number;
      middle |= (byte & 0x7f) << shift;
      // 56 bits do not fit a double, 53 do: the low half is exact, so only the sum has to be big.
      if (byte < 0x80) {
        this.pos = pos;
        return (BigInt(middle) << 28n) | BigInt(low);
      }
    }
    let high = 0;
    for (let shift = 0; shift < 14; shift += 7) {
      if (pos >= len) this.#endOfMessage();
      const byte = buf[pos++] as number;
      high |= (byte & 0x7f) << shift;
      if (byte < 0x80) {
        this.pos = pos;
        if (shift === 7) this.#checkTenthByte();
        return (BigInt(high) << 56n) | (BigInt(middle) << 28n) | BigInt(low);
      }
    }
    this.pos = pos;
    return this.fail("a varint of at most 10 bytes", "one that goes on after its tenth byte");
  }

  sint64(): bigint {
    const zigzag = this.uint64();
    return (zigzag >> 1n) ^ -(zigzag & 1n);
  }

  fixed64(): bigint {
    const pos = this.pos;
    if (pos + 8 > this.len) this.#endOfMessage();
    this.allowance.spend(countUnits);
    this.pos = pos + 8;
    return this.#view.getBigUint64(pos, true);
  }

  sfixed64(): bigint {
    return BigInt.asIntN(64, this.fixed64());
  }

  string(): string {
    return this.stringVerify();
  }

  /** The name under which the generated decoders read a proto3 string. */
  stringVerify(): string {
    const start = this.#takeLengthDelimited();
    return this.#utf8(start, this.pos);
  }

  /** A string that is likely to have been seen before: an attribute key, an enum value. */
  repeatedString(): string {
    const start = this.#takeLengthDelimited();
    return shortString(this.buf, start, this.pos) ?? this.#utf8(start, this.pos);
  }

  override bytes(): Buffer {
    const length = this.size();
    if (length === 0) return noBytes;
    this.allowance.spend(bytesUnits);
    const start = this.pos;
    if (start + length > this.len) this.#endOfMessage();
    this.pos = start + length;
    return this.buf.subarray(start, this.pos);
  }

  override double(): number {
    const pos = this.pos;
    if (pos + 8 > this.len) this.#endOfMessage();
    this.pos = pos + 8;
    return this.#view.getFloat64(pos, true);
  }

  /** Narrows reading to a submessage of that many bytes; returns the limit that `leave` takes back. */
  enter(length: number): number {
    this.allowance.spend(1);
    const outer = this.len;
    const end = this.pos + length;
    if (end > outer) this.#endOfMessage();
    this.len = end;
    return outer;
  }

  leave(outer: number): void {
    this.len = outer;
  }

  fail(
    expected: string,
    actual: string,
    fix = "The bytes are damaged or are not OTLP protobuf; send an unaltered Export request.",
  ): never {
    throw new OtlpDecodeError({ where: "OTLP protobuf", expected, actual, fix, offset: this.pos });
  }

  #takeLengthDelimited(): number {
    this.allowance.spend(1);
    const length = this.size();
    const start = this.pos;
    if (start + length > this.len) this.#endOfMessage();
    this.pos = start + length;
    return start;
  }

  #utf8(start: number, end: number): string {
    const text = this.buf.toString("utf8", start, end);
    // Decoding puts U+FFFD for what is not UTF-8; only when one stands there is it worth asking whether it was sent.
    if (text.includes("\ufffd") && !isUtf8(this.buf.subarray(start, end))) {
      this.pos = start;
      this.fail(
        "a string in UTF-8",
        "bytes that are not UTF-8",
        "Encode strings as UTF-8, and put binary data in bytesValue.",
      );
    }
    return text;
  }

  #checkTenthByte(): void {
    const tenth = this.buf[this.pos - 1] as number;
    if (tenth > 1) this.fail("a varint of at most 64 bits", `one with ${tenth} in its tenth byte`);
  }

  #endOfMessage(): never {
    return this.fail(
      "the rest of a field",
      this.len === this.buf.length ? "the end of the data" : "the end of the message that holds it",
      "The data is cut short, or its lengths are wrong; send the whole message.",
    );
  }
}
