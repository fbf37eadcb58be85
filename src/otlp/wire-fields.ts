/** A field of a protobuf message as it stands on the wire: the positions of its tag, of its content, and of what follows it. */
export interface WireField {
  readonly number: number;
  readonly wireType: number;
  readonly start: number;
  readonly content: number;
  readonly end: number;
}

/** In bytes, of a tag and of a length: neither has more than 32 bits. */
const longest = 5;

/** The fields of a message, undecoded; ends with undefined where the bytes are none. Groups, which OTLP has none of, are none. */
export function* wireFields(message: Buffer): Generator<WireField | undefined> {
  let start = 0;
  while (start < message.length) {
    const tag = readVarint(message, start);
    if (tag === undefined || tag.value < 8 || tag.value > 0xffffffff || tag.end - start > longest)
      return yield undefined;
    const wireType = tag.value % 8;
    let content = tag.end;
    let end = content;
    if (wireType === 0) {
      const value = readVarint(message, content);
      if (value === undefined) return yield undefined;
      end = value.end;
    } else if (wireType === 1 || wireType === 5) {
      end = content + (wireType === 1 ? 8 : 4);
    } else if (wireType === 2) {
      const length = readVarint(message, content);
      if (length === undefined || length.end - content > longest) return yield undefined;
      content = length.end;
      end = content + length.value;
    } else {
      return yield undefined;
    }
    if (end > message.length) return yield undefined;
    yield { number: Math.floor(tag.value / 8), wireType, start, content, end };
    start = end;
  }
}

/** A varint of at most ten bytes; the value is exact up to 2^53, which is all that tags and lengths need. */
export function readVarint(bytes: Buffer, start: number): { value: number; end: number } | undefined {
  let value = 0;
  let factor = 1;
  for (let at = start; at < start + 10; at++) {
    const byte = bytes[at];
    if (byte === undefined) return undefined;
    value += (byte & 0x7f) * factor;
    if (byte < 0x80) return { value, end: at + 1 };
    factor *= 128;
  }
  return undefined;
}

/** A length-delimited field with that content. */
export function lengthDelimited(number: number, content: Buffer): Buffer {
  return Buffer.concat([lengthDelimitedHeader(number, content.length), content]);
}

/** What stands before the content of a length-delimited field: its tag and its length. */
export function lengthDelimitedHeader(number: number, length: number): Buffer {
  const header = [number * 8 + 2];
  let rest = length;
  for (; rest > 0x7f; rest = Math.floor(rest / 128)) header.push((rest % 128) | 0x80);
  header.push(rest);
  return Buffer.from(header);
}
