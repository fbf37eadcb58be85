import { isUtf8 } from "node:buffer";
import { JsonCursor } from "./json-cursor.ts";
import { readInteger } from "./json-integer.ts";
import { messageType } from "./message-types.ts";
import type { Attribute, LogsData, MetricsData, TracesData } from "./model.ts";
import { logsRequest, metricsRequest, tracesRequest } from "./object-view.ts";
import { OtlpDecodeError } from "./decode-error.ts";
import { countUnits, DecodeAllowance, maxValueDepth, messageUnits } from "./decode-limits.ts";
import { emptyValue, falseValue, trueValue } from "./read-any-value.ts";
import { idBytes, mayBeEmpty, schema, type FieldSpec } from "./schema.ts";
import type { AttributeValue } from "./value.ts";
import { valueTypeOf } from "./value-type.ts";
import type { LogsRequest, MetricsRequest, OtlpRequest, Signal, TraceRequest } from "./view.ts";

/**
 * Decodes one Export{Trace,Logs,Metrics}ServiceRequest in OTLP/JSON
 * (https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding over https://protobuf.dev/programming-guides/json/).
 *
 * @param allowance what this may decode to; tells afterwards how much it was
 * @throws {OtlpDecodeError} for anything that is not exactly that: not JSON, more than one document, bytes that are not UTF-8, an
 * id that is not hex of its length, an enum by name, an integer with a fraction or out of range, an object for an array, a known key
 * twice, values nested deeper than 64. Unknown fields are ignored, int64 may be a string or a number and keeps every digit.
 */
export function decodeJson(signal: "traces", json: string | Uint8Array, allowance?: DecodeAllowance): TraceRequest;
export function decodeJson(signal: "logs", json: string | Uint8Array, allowance?: DecodeAllowance): LogsRequest;
export function decodeJson(signal: "metrics", json: string | Uint8Array, allowance?: DecodeAllowance): MetricsRequest;
export function decodeJson(signal: Signal, json: string | Uint8Array, allowance?: DecodeAllowance): OtlpRequest;
export function decodeJson(signal: Signal, json: string | Uint8Array, allowance = new DecodeAllowance()): OtlpRequest {
  const cursor = new JsonCursor(utf8Bytes(json), allowance);
  switch (signal) {
    case "traces":
      return tracesRequest(readDocument(cursor, "ExportTraceServiceRequest") as TracesData);
    case "logs":
      return logsRequest(readDocument(cursor, "ExportLogsServiceRequest") as LogsData);
    case "metrics":
      return metricsRequest(readDocument(cursor, "ExportMetricsServiceRequest") as MetricsData);
  }
}

function utf8Bytes(json: string | Uint8Array): Buffer {
  const valid = typeof json === "string" ? json.isWellFormed() : isUtf8(json);
  if (!valid) {
    throw new OtlpDecodeError({
      where: "OTLP/JSON",
      expected: "text in UTF-8",
      actual: "bytes that are not UTF-8",
      fix: "Encode the JSON text as UTF-8 (RFC 8259, section 8.1), and put binary data in bytesValue as base64.",
    });
  }
  if (typeof json === "string") return Buffer.from(json);
  return Buffer.isBuffer(json) ? json : Buffer.from(json.buffer, json.byteOffset, json.byteLength);
}

function readDocument(cursor: JsonCursor, message: string): unknown {
  const data = readMessage(cursor, readerOf(message));
  cursor.end();
  return data;
}

type Fields = { [field: string]: unknown };

interface MessageReader {
  readonly name: string;
  readonly create: () => Fields;
  readonly fields: ReadonlyMap<string, FieldReader>;
  /** The ids that must not be missing. */
  readonly requiredIds: readonly string[];
}

interface FieldReader {
  readonly name: string;
  /** One bit for each field of the message, to notice a key that comes twice. */
  readonly bit: number;
  /** The bits of the other members of its oneof. */
  readonly rivals: number;
  readonly repeated: boolean;
  readonly read: (cursor: JsonCursor) => unknown;
}

const readers = new Map<string, MessageReader>();

function readerOf(message: string): MessageReader {
  let reader = readers.get(message);
  if (reader === undefined) readers.set(message, (reader = makeReader(message)));
  return reader;
}

function makeReader(message: string): MessageReader {
  const spec = Object.entries(schema[message] ?? {});
  const type = messageType(message);
  const fields = new Map<string, FieldReader>();
  for (const [index, [name, field]] of spec.entries()) {
    let rivals = 0;
    for (const [other, [, rival]] of spec.entries()) {
      if (other !== index && field.oneof !== undefined && rival.oneof === field.oneof) rivals |= 1 << other;
    }
    fields.set(name, {
      name,
      bit: 1 << index,
      rivals,
      repeated: field.repeated === true,
      read: fieldReader(message, name, field),
    });
  }
  const requiredIds = spec.map(([name]) => name).filter((name) => name in idBytes && !mayBeEmpty(message, name));
  return { name: message, create: () => new type.ctor() as unknown as Fields, fields, requiredIds };
}

function fieldReader(message: string, name: string, { type }: FieldSpec): (cursor: JsonCursor) => unknown {
  switch (type) {
    case "string":
      return readString;
    case "bytes": {
      const length = idBytes[name];
      return length === undefined ? readBase64 : (cursor) => readHexId(cursor, length, mayBeEmpty(message, name));
    }
    case "bool":
      return readBool;
    case "double":
      return readDouble;
    case "enum":
      return readEnum;
    case "int32":
    case "sint32":
      return (cursor) => Number(readInt(cursor, -(2n ** 31n), 2n ** 31n - 1n));
    case "uint32":
    case "fixed32":
      return (cursor) => Number(readInt(cursor, 0n, 2n ** 32n - 1n));
    case "int64":
    case "sfixed64":
      return readInt64;
    case "uint64":
    case "fixed64":
      return (cursor) => {
        cursor.allowance.spend(countUnits - 1);
        return readInt(cursor, 0n, 2n ** 64n - 1n);
      };
    case "AnyValue":
      return (cursor) => readAnyValue(cursor, 1);
    case "KeyValue":
      return (cursor) => readKeyValue(cursor, 1);
    default:
      return (cursor) => readMessage(cursor, readerOf(type));
  }
}

function readMessage(cursor: JsonCursor, reader: MessageReader): Fields {
  requireKind(cursor, "object", `a JSON object (${reader.name})`);
  cursor.allowance.spend(messageUnits);
  const message = reader.create();
  let seen = 0;
  let set = 0;
  cursor.object((key) => {
    const field = reader.fields.get(key);
    if (field === undefined) return cursor.skip();
    if ((seen & field.bit) !== 0) failTwice(cursor, key);
    seen |= field.bit;
    // ProtoJSON: null stands for "not set", for any field.
    if (cursor.kind() === "null") return cursor.literal("null");
    if ((set & field.rivals) !== 0) failOneof(cursor, key);
    set |= field.bit;
    message[field.name] = field.repeated ? readList(cursor, field.read) : field.read(cursor);
  });
  for (const id of reader.requiredIds) {
    if ((message[id] as Buffer).length > 0) continue;
    cursor.path.push(id);
    cursor.fail(`${(idBytes[id] as number) * 2} hex digits`, "none", "Every span needs a trace id and a span id.");
  }
  return message;
}

function readList(cursor: JsonCursor, read: (cursor: JsonCursor) => unknown): unknown[] {
  requireKind(cursor, "array", "a JSON array");
  const list: unknown[] = [];
  cursor.array(() => {
    list.push(read(cursor));
  });
  return list;
}

function readKeyValue(cursor: JsonCursor, depth: number): Attribute {
  requireKind(cursor, "object", "a JSON object with key and value");
  cursor.allowance.spend(1);
  let key = "";
  let value = emptyValue;
  let keySeen = false;
  let valueSeen = false;
  cursor.object((name) => {
    if (name === "key") {
      if (keySeen) failTwice(cursor, name);
      keySeen = true;
      if (cursor.kind() === "null") {
        cursor.literal("null");
      } else {
        requireKind(cursor, "string", "a JSON string");
        key = cursor.repeatedString();
      }
    } else if (name === "value") {
      if (valueSeen) failTwice(cursor, name);
      valueSeen = true;
      if (cursor.kind() === "null") cursor.literal("null");
      else value = readAnyValue(cursor, depth);
    } else {
      cursor.skip();
    }
  });
  return { key, value, valueType: valueTypeOf(value) };
}

function readAnyValue(cursor: JsonCursor, depth: number): AttributeValue {
  if (depth > maxValueDepth) {
    cursor.fail(
      `attribute values nested at most ${maxValueDepth} deep`,
      "one that nests deeper",
      "Flatten the value, or send it as a JSON string.",
    );
  }
  requireKind(cursor, "object", 'a JSON object such as {"stringValue": "…"}');
  cursor.allowance.spend(1);
  let value: AttributeValue | undefined;
  let seen = 0;
  cursor.object((name) => {
    if (!isValueMember(name)) return cursor.skip();
    const bit = memberBits[name];
    if ((seen & bit) !== 0) failTwice(cursor, name);
    seen |= bit;
    if (cursor.kind() === "null") return cursor.literal("null");
    if (value !== undefined) failOneof(cursor, name);
    value = readMember(cursor, name, depth);
  });
  return value ?? emptyValue;
}

/** One bit for each member, to notice one that comes twice. */
const memberBits = {
  stringValue: 1,
  boolValue: 2,
  intValue: 4,
  doubleValue: 8,
  arrayValue: 16,
  kvlistValue: 32,
  bytesValue: 64,
} as const;

type ValueMember = keyof typeof memberBits;

const isValueMember = (name: string): name is ValueMember => Object.hasOwn(memberBits, name);

function readMember(cursor: JsonCursor, name: ValueMember, depth: number): AttributeValue {
  switch (name) {
    case "stringValue":
      return { type: "string", value: readString(cursor) };
    case "boolValue":
      return readBool(cursor) ? trueValue : falseValue;
    case "intValue":
      return { type: "int", value: readInt64(cursor) };
    case "doubleValue":
      return { type: "double", value: readDouble(cursor) };
    case "arrayValue":
      return { type: "array", value: readValues(cursor, () => readAnyValue(cursor, depth + 1)) };
    case "kvlistValue":
      return { type: "kvlist", value: readValues(cursor, () => readKeyValue(cursor, depth + 1)) };
    case "bytesValue":
      return { type: "bytes", value: readBase64(cursor) };
  }
}

/** ArrayValue and KeyValueList: an object with `values`. */
function readValues<Item>(cursor: JsonCursor, read: () => Item): Item[] {
  requireKind(cursor, "object", 'a JSON object such as {"values": […]}');
  cursor.allowance.spend(1);
  const values: Item[] = [];
  let seen = false;
  cursor.object((name) => {
    if (name !== "values") return cursor.skip();
    if (seen) failTwice(cursor, name);
    seen = true;
    if (cursor.kind() === "null") return cursor.literal("null");
    requireKind(cursor, "array", "a JSON array");
    cursor.array(() => {
      values.push(read());
    });
  });
  return values;
}

function readString(cursor: JsonCursor): string {
  requireKind(cursor, "string", "a JSON string");
  cursor.allowance.spend(1);
  return cursor.string();
}

function readBool(cursor: JsonCursor): boolean {
  const kind = cursor.kind();
  if (kind !== "true" && kind !== "false") return failKind(cursor, "true or false", kind);
  cursor.literal(kind);
  return kind === "true";
}

function readEnum(cursor: JsonCursor): number {
  const kind = cursor.kind();
  if (kind === "string") {
    return cursor.fail(
      "an enum value as a number",
      `the string "${cursor.string().slice(0, 60)}"`,
      "OTLP/JSON has enum values as integers only, unlike ProtoJSON; names must not be used.",
    );
  }
  if (kind !== "number") return failKind(cursor, "an enum value as a number", kind);
  return Number(readInt(cursor, -(2n ** 31n), 2n ** 31n - 1n));
}

function readInt64(cursor: JsonCursor): bigint {
  return readInt(cursor, -(2n ** 63n), 2n ** 63n - 1n);
}

function readInt(cursor: JsonCursor, min: bigint, max: bigint): bigint {
  const text = readNumberText(cursor, "an integer (as a number or a string)");
  const reading = readInteger(text, min, max);
  if (typeof reading === "bigint") return reading;
  const shown = text.length > 40 ? `${text.slice(0, 40)}…` : text;
  const fixes = {
    fraction: "Send whole numbers for integer fields; a measured number belongs in doubleValue or asDouble.",
    range: "Send a value that fits the field.",
    syntax: "Write an integer in decimal digits, without spaces, plus sign or leading zeros.",
  };
  return cursor.fail(`an integer from ${min} to ${max}`, shown === "" ? "an empty string" : shown, fixes[reading]);
}

const doubleSyntax = /^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?$/;

function readDouble(cursor: JsonCursor): number {
  const text = readNumberText(cursor, "a number");
  switch (text) {
    case "NaN":
      return Number.NaN;
    case "Infinity":
      return Number.POSITIVE_INFINITY;
    case "-Infinity":
      return Number.NEGATIVE_INFINITY;
    default: {
      const value = doubleSyntax.test(text) ? Number(text) : Number.NaN;
      if (Number.isFinite(value)) return value;
      return cursor.fail(
        'a number that fits a double, or "NaN", "Infinity", "-Infinity"',
        text === "" ? "an empty string" : text.slice(0, 40),
        "Write doubles as JSON numbers (ProtoJSON).",
      );
    }
  }
}

function readNumberText(cursor: JsonCursor, expected: string): string {
  cursor.allowance.spend(1);
  const kind = cursor.kind();
  if (kind === "number") return cursor.number();
  if (kind === "string") return cursor.string();
  return failKind(cursor, expected, kind);
}

function readHexId(cursor: JsonCursor, length: number, emptyAllowed: boolean): Buffer {
  const text = readString(cursor);
  if (text === "" && emptyAllowed) return Buffer.alloc(0);
  if (text.length !== length * 2 || !/^[0-9a-fA-F]*$/.test(text)) {
    cursor.fail(
      `exactly ${length * 2} hex digits`,
      text === "" ? "an empty string" : `"${text.slice(0, 40)}" (${text.length} characters)`,
      "OTLP/JSON has trace and span ids in hex, not in base64; every span needs both.",
    );
  }
  return Buffer.from(text, "hex");
}

function readBase64(cursor: JsonCursor): Buffer {
  const text = readString(cursor);
  const unpadded = text.length - (text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0);
  const paddingFits = unpadded === text.length || text.length % 4 === 0;
  if (!paddingFits || unpadded % 4 === 1 || !/^[A-Za-z0-9+/_-]*$/.test(text.slice(0, unpadded))) {
    cursor.fail("base64", `"${text.slice(0, 40)}"`, "Encode bytes as base64 (RFC 4648), with or without padding.");
  }
  return Buffer.from(text, "base64");
}

function requireKind(cursor: JsonCursor, wanted: "object" | "array" | "string", expected: string): void {
  const kind = cursor.kind();
  if (kind !== wanted) failKind(cursor, expected, kind);
}

function failKind(cursor: JsonCursor, expected: string, kind: string): never {
  const names: { readonly [kind: string]: string } = {
    object: "an object",
    array: "an array",
    string: "a string",
    number: "a number",
  };
  return cursor.fail(
    expected,
    names[kind] ?? kind,
    "Encode the message as OTLP/JSON; values are not converted between types.",
  );
}

function failTwice(cursor: JsonCursor, key: string): never {
  return cursor.fail(
    `"${key}" once in an object`,
    "it twice",
    "Send each field once; which of the two is meant cannot be told.",
  );
}

function failOneof(cursor: JsonCursor, key: string): never {
  return cursor.fail("one value", `"${key}" beside another one`, "Set one field of a oneof only.");
}
