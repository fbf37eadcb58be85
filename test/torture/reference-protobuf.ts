import {
  checkIds,
  emptyTree,
  isMessageType,
  referenceMessage,
  ReferenceRefusal,
  rootMessage,
  type ReferenceField,
  type ReferenceMessage,
  type ReferenceTree,
  type ReferenceValue,
  type ReferenceVerdict,
  type Signal,
} from "./reference-schema.ts";

/**
 * What the wire format allows and the sink refuses all the same. The reference decoder goes on past each and notes it; the sink
 * must refuse a message with any of them.
 */
export const protobufDifferences: { readonly [id: string]: string } = {
  "value-depth":
    "attribute values nested deeper than 64. protobuf.dev, Encoding: no limit is stated; the libraries stop at 100 messages",
  "group-depth": "unknown groups nested deeper than 100. As above",
  "tag-length":
    "a tag of more than five bytes. protobuf.dev, Encoding, Message Structure: a tag holds a field number below 2^29; C++ refuses, Go takes it",
  "length-length":
    "a length of more than five bytes. protobuf.dev, Encoding, Length-Delimited Records: a message is below 2 GiB; C++ refuses, Go takes it",
};

const maxValueDepth = 64;
const maxGroupDepth = 100;

/**
 * Decodes an Export request from the description of the wire format alone (https://protobuf.dev/programming-guides/encoding/),
 * slowly and plainly, sharing no code with src/otlp.
 */
export function referenceProtobuf(signal: Signal, bytes: Uint8Array): ReferenceVerdict {
  const wire = new Wire(bytes);
  const root = referenceMessage(rootMessage[signal]);
  const tree = emptyTree(root);
  try {
    wire.message(root, tree, bytes.length, 0);
    checkIds(root, tree);
    return { tree, differences: wire.differences };
  } catch (error) {
    if (error instanceof ReferenceRefusal) return { refused: error.message };
    throw error;
  }
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

const wireTypes: { readonly [scalar: string]: number } = {
  string: 2,
  bytes: 2,
  double: 1,
  fixed64: 1,
  sfixed64: 1,
  fixed32: 5,
};
const wireTypeOf = (type: string): number => (isMessageType(type) ? 2 : (wireTypes[type] ?? 0));
const isPackable = (type: string): boolean => wireTypeOf(type) !== 2;

class Wire {
  readonly differences = new Set<string>();
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  message(message: ReferenceMessage, into: ReferenceTree, end: number, depth: number): void {
    if (message.name === "AnyValue" && depth > maxValueDepth) this.#tooDeep("value-depth", depth);
    while (this.#at < end) {
      const { number, type } = this.#tag(end);
      const field = message.byNumber.get(number);
      if (field === undefined) this.#skip(number, type, end, 0);
      else if (type === wireTypeOf(field.type)) this.#field(message, field, into, end, depth);
      else if (type === 2 && field.repeated && isPackable(field.type)) this.#packed(field, into, end);
      // A known number with another wire type: an unknown field.
      else this.#skip(number, type, end, 0);
    }
  }

  #field(message: ReferenceMessage, field: ReferenceField, into: ReferenceTree, end: number, depth: number): void {
    if (field.oneof !== undefined) {
      for (const rival of message.fields) {
        if (rival.oneof === field.oneof && rival !== field) into[rival.name] = null;
      }
    }
    const { name, repeated } = field;
    if (!isMessageType(field.type)) {
      const value = this.#scalar(field.type, end);
      if (repeated) (into[name] as ReferenceValue[]).push(value);
      else into[name] = value;
      return;
    }
    const inner = referenceMessage(field.type);
    const innerEnd = this.#length(end);
    let target: ReferenceTree;
    if (repeated) (into[name] as ReferenceValue[]).push((target = emptyTree(inner)));
    // A message field that comes again is merged into what came before.
    else target = (into[name] ??= emptyTree(inner)) as ReferenceTree;
    this.message(inner, target, innerEnd, field.type === "AnyValue" ? depth + 1 : depth);
  }

  #packed(field: ReferenceField, into: ReferenceTree, end: number): void {
    const blockEnd = this.#length(end);
    while (this.#at < blockEnd) (into[field.name] as ReferenceValue[]).push(this.#scalar(field.type, blockEnd));
  }

  #scalar(type: string, end: number): ReferenceValue {
    switch (type) {
      case "string": {
        const slice = this.#slice(end);
        try {
          return utf8.decode(slice);
        } catch {
          throw new ReferenceRefusal("a string is not UTF-8");
        }
      }
      case "bytes":
        return Buffer.from(this.#slice(end)).toString("hex");
      case "double":
        return this.#fixed(8, end).getFloat64(0, true);
      case "fixed64":
        return this.#fixed(8, end).getBigUint64(0, true);
      case "sfixed64":
        return this.#fixed(8, end).getBigInt64(0, true);
      case "fixed32":
        return this.#fixed(4, end).getUint32(0, true);
      case "bool":
        return this.#varint(end) !== 0n;
      case "int64":
        return BigInt.asIntN(64, this.#varint(end));
      case "uint64":
        return this.#varint(end);
      case "uint32":
        return Number(BigInt.asUintN(32, this.#varint(end)));
      case "enum":
        return Number(BigInt.asIntN(32, this.#varint(end)));
      case "sint32": {
        const zigzag = BigInt.asUintN(32, this.#varint(end));
        return Number(zigzag % 2n === 0n ? zigzag / 2n : -(zigzag + 1n) / 2n);
      }
      default:
        throw new TypeError(type);
    }
  }

  #skip(number: number, type: number, end: number, depth: number): void {
    switch (type) {
      case 0:
        this.#varint(end);
        return;
      case 1:
        this.#fixed(8, end);
        return;
      case 2:
        this.#slice(end);
        return;
      case 3:
        this.#group(number, end, depth + 1);
        return;
      case 5:
        this.#fixed(4, end);
        return;
      default:
        throw new ReferenceRefusal(type === 4 ? "a group ends that did not begin" : `wire type ${type}`);
    }
  }

  #group(number: number, end: number, depth: number): void {
    if (depth > maxGroupDepth) this.#tooDeep("group-depth", depth);
    for (;;) {
      const tag = this.#tag(end);
      if (tag.type !== 4) {
        this.#skip(tag.number, tag.type, end, depth);
        continue;
      }
      if (tag.number !== number) throw new ReferenceRefusal("a group ends under another number");
      return;
    }
  }

  /** Far beyond the limit it is refused here too, before the stack of this decoder ends. */
  #tooDeep(difference: string, depth: number): void {
    this.differences.add(difference);
    if (depth > 1000) throw new ReferenceRefusal(difference);
  }

  #tag(end: number): { number: number; type: number } {
    const start = this.#at;
    const tag = this.#varint(end);
    if (tag >= 1n << 32n) throw new ReferenceRefusal("a tag beyond 32 bits");
    if (this.#at - start > 5) this.differences.add("tag-length");
    if (tag >> 3n === 0n) throw new ReferenceRefusal("field number 0");
    return { number: Number(tag >> 3n), type: Number(tag & 7n) };
  }

  /** Reads a length and gives where it ends. */
  #length(end: number): number {
    const start = this.#at;
    const length = this.#varint(end);
    if (this.#at - start > 5) this.differences.add("length-length");
    if (length > BigInt(end - this.#at)) throw new ReferenceRefusal("a length beyond the end");
    return this.#at + Number(length);
  }

  #slice(end: number): Uint8Array {
    const sliceEnd = this.#length(end);
    const slice = this.#bytes.subarray(this.#at, sliceEnd);
    this.#at = sliceEnd;
    return slice;
  }

  #fixed(length: number, end: number): DataView {
    if (this.#at + length > end) throw new ReferenceRefusal("the end within a number");
    const view = new DataView(this.#bytes.buffer, this.#bytes.byteOffset + this.#at, length);
    this.#at += length;
    return view;
  }

  #varint(end: number): bigint {
    let value = 0n;
    for (let index = 0; index < 10; index++) {
      if (this.#at >= end) throw new ReferenceRefusal("the end within a varint");
      const byte = this.#bytes[this.#at++] as number;
      value |= BigInt(byte & 0x7f) << BigInt(7 * index);
      if (byte < 0x80) {
        if (value >= 1n << 64n) throw new ReferenceRefusal("a varint beyond 64 bits");
        return value;
      }
    }
    throw new ReferenceRefusal("a varint of more than ten bytes");
  }
}
