import { maxValueDepth } from "./decode-limits.ts";
import type { Attribute } from "./model.ts";
import type { StrictReader } from "./strict-reader.ts";
import type { AttributeValue } from "./value.ts";
import { valueTypeOf } from "./value-type.ts";

export const emptyValue: AttributeValue = { type: "empty" };
export const trueValue: AttributeValue = { type: "bool", value: true };
export const falseValue: AttributeValue = { type: "bool", value: false };

/**
 * Reads an AnyValue of that many bytes, in the form in which protobufjs calls the decoder of a type. A member that comes twice: the
 * last one counts, but arrays and kvlists are joined, as protobuf merges messages.
 */
export function readAnyValue(
  reader: StrictReader,
  length: number,
  _group?: undefined,
  _depth?: number,
  previous?: AttributeValue | null,
): AttributeValue {
  return readValue(reader, length, 1, previous ?? emptyValue);
}

/** Reads a KeyValue of that many bytes, in the form in which protobufjs calls the decoder of a type. */
export function readKeyValue(reader: StrictReader, length: number): Attribute {
  return readPair(reader, length, 1);
}

function readPair(reader: StrictReader, length: number, depth: number): Attribute {
  const outer = reader.enter(length);
  let key = "";
  let value = emptyValue;
  while (reader.pos < reader.len) {
    const tag = reader.tag();
    if (tag === 0x0a) key = reader.repeatedString();
    else if (tag === 0x12) value = readValue(reader, reader.size(), depth, value);
    else reader.skipType(tag & 7, 0, tag >>> 3);
  }
  reader.leave(outer);
  return { key, value, valueType: valueTypeOf(value) };
}

function readValue(reader: StrictReader, length: number, depth: number, previous: AttributeValue): AttributeValue {
  if (depth > maxValueDepth) {
    reader.fail(
      `attribute values nested at most ${maxValueDepth} deep`,
      "one that nests deeper",
      "Flatten the value, or send it as a JSON string.",
    );
  }
  const outer = reader.enter(length);
  let value = previous;
  while (reader.pos < reader.len) {
    const tag = reader.tag();
    switch (tag) {
      case 0x0a:
        value = { type: "string", value: reader.stringVerify() };
        break;
      case 0x10:
        value = reader.bool() ? trueValue : falseValue;
        break;
      case 0x18:
        value = { type: "int", value: reader.int64() };
        break;
      case 0x21:
        value = { type: "double", value: reader.double() };
        break;
      case 0x2a: {
        // Joined in place: a value split into a million pieces must not be copied a million times.
        const elements = value.type === "array" ? (value.value as AttributeValue[]) : [];
        readElements(reader, reader.size(), depth + 1, elements);
        value = { type: "array", value: elements };
        break;
      }
      case 0x32: {
        const pairs = value.type === "kvlist" ? (value.value as Attribute[]) : [];
        readPairs(reader, reader.size(), depth + 1, pairs);
        value = { type: "kvlist", value: pairs };
        break;
      }
      case 0x3a:
        value = { type: "bytes", value: reader.bytes() };
        break;
      default:
        reader.skipType(tag & 7, 0, tag >>> 3);
    }
  }
  reader.leave(outer);
  return value;
}

function readElements(reader: StrictReader, length: number, depth: number, into: AttributeValue[]): void {
  const outer = reader.enter(length);
  while (reader.pos < reader.len) {
    const tag = reader.tag();
    if (tag === 0x0a) into.push(readValue(reader, reader.size(), depth, emptyValue));
    else reader.skipType(tag & 7, 0, tag >>> 3);
  }
  reader.leave(outer);
}

function readPairs(reader: StrictReader, length: number, depth: number, into: Attribute[]): void {
  const outer = reader.enter(length);
  while (reader.pos < reader.len) {
    const tag = reader.tag();
    if (tag === 0x0a) into.push(readPair(reader, reader.size(), depth));
    else reader.skipType(tag & 7, 0, tag >>> 3);
  }
  reader.leave(outer);
}
