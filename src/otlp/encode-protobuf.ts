import protobuf from "protobufjs/light.js";
import { dataOf } from "./object-view.ts";
import { schema, type FieldSpec } from "./schema.ts";
import type { AttributeValue, KeyValue } from "./value.ts";
import type { OtlpRequest, Signal } from "./view.ts";

const messages: { readonly [signal in Signal]: string } = {
  traces: "ExportTraceServiceRequest",
  logs: "ExportLogsServiceRequest",
  metrics: "ExportMetricsServiceRequest",
};

const VARINT = 0;
const FIXED64 = 1;
const LENGTH_DELIMITED = 2;
const FIXED32 = 5;

/** Writes a request as OTLP protobuf, defaults left out. Nothing that OTLP defines is lost; unknown fields were not kept. */
export function encodeProtobuf(request: OtlpRequest): Uint8Array {
  const writer = protobuf.Writer.create();
  writeMessage(writer, messages[request.signal], dataOf(request) as unknown as Fields);
  return writer.finish();
}

type Fields = { readonly [field: string]: unknown };

function writeMessage(writer: protobuf.Writer, name: string, message: Fields): void {
  for (const [fieldName, field] of Object.entries(schema[name] ?? {})) {
    const value = message[fieldName];
    if (isDefault(field, value)) continue;
    if (!field.repeated) writeField(writer, field, value);
    else if (isPacked(field)) writePacked(writer, field, value as readonly unknown[]);
    else for (const item of value as readonly unknown[]) writeField(writer, field, item);
  }
}

function isDefault(field: FieldSpec, value: unknown): boolean {
  if (value === null || value === undefined) return true;
  if (field.repeated) return (value as readonly unknown[]).length === 0;
  if (field.oneof !== undefined || field.optional) return false;
  if (value instanceof Uint8Array) return value.length === 0;
  // Zero minus is a value of its own.
  return value === "" || value === false || value === 0n || Object.is(value, 0);
}

const NUMBERS: ReadonlySet<string> = new Set([
  "bool",
  "double",
  "enum",
  "fixed32",
  "fixed64",
  "int32",
  "int64",
  "sfixed64",
  "sint32",
  "uint32",
  "uint64",
]);

/** proto3 packs lists of numbers. */
function isPacked({ type }: FieldSpec): boolean {
  return NUMBERS.has(type);
}

function writePacked(writer: protobuf.Writer, { number, type }: FieldSpec, items: readonly unknown[]): void {
  tag(writer, number, LENGTH_DELIMITED).fork();
  for (const item of items) writeNumber(writer, type, item);
  writer.ldelim();
}

function writeField(writer: protobuf.Writer, { number, type }: FieldSpec, value: unknown): void {
  if (NUMBERS.has(type)) {
    writeNumber(tag(writer, number, wireType(type)), type, value);
  } else if (type === "string") {
    tag(writer, number, LENGTH_DELIMITED).string(value as string);
  } else if (type === "bytes") {
    tag(writer, number, LENGTH_DELIMITED).bytes(value as Uint8Array);
  } else {
    tag(writer, number, LENGTH_DELIMITED).fork();
    if (type === "AnyValue") writeAnyValue(writer, value as AttributeValue);
    else if (type === "KeyValue") writeKeyValue(writer, value as KeyValue);
    else writeMessage(writer, type, value as Fields);
    writer.ldelim();
  }
}

function wireType(type: string): number {
  if (type === "fixed32") return FIXED32;
  return type === "double" || type === "fixed64" || type === "sfixed64" ? FIXED64 : VARINT;
}

function writeNumber(writer: protobuf.Writer, type: string, value: unknown): void {
  switch (type) {
    case "bool":
      writer.bool(value as boolean);
      break;
    case "double":
      writer.double(value as number);
      break;
    case "fixed32":
      writer.fixed32(value as number);
      break;
    case "uint32":
      writer.uint32(value as number);
      break;
    case "sint32":
      writer.sint32(value as number);
      break;
    case "fixed64":
    case "sfixed64":
      writer.fixed64(halves(value as bigint));
      break;
    case "int64":
    case "uint64":
      writer.uint64(halves(value as bigint));
      break;
    // An enum is its number.
    default:
      writer.int32(value as number);
  }
}

function writeKeyValue(writer: protobuf.Writer, { key, value }: KeyValue): void {
  if (key !== "") tag(writer, 1, LENGTH_DELIMITED).string(key);
  tag(writer, 2, LENGTH_DELIMITED).fork();
  writeAnyValue(writer, value);
  writer.ldelim();
}

/** A member of the oneof is written even where it is zero. */
function writeAnyValue(writer: protobuf.Writer, value: AttributeValue): void {
  switch (value.type) {
    case "string":
      tag(writer, 1, LENGTH_DELIMITED).string(value.value);
      break;
    case "bool":
      tag(writer, 2, VARINT).bool(value.value);
      break;
    case "int":
      tag(writer, 3, VARINT).uint64(halves(value.value));
      break;
    case "double":
      tag(writer, 4, FIXED64).double(value.value);
      break;
    case "array":
      tag(writer, 5, LENGTH_DELIMITED).fork();
      for (const element of value.value) {
        tag(writer, 1, LENGTH_DELIMITED).fork();
        writeAnyValue(writer, element);
        writer.ldelim();
      }
      writer.ldelim();
      break;
    case "kvlist":
      tag(writer, 6, LENGTH_DELIMITED).fork();
      for (const pair of value.value) {
        tag(writer, 1, LENGTH_DELIMITED).fork();
        writeKeyValue(writer, pair);
        writer.ldelim();
      }
      writer.ldelim();
      break;
    case "bytes":
      tag(writer, 7, LENGTH_DELIMITED).bytes(value.value);
      break;
    case "empty":
  }
}

function tag(writer: protobuf.Writer, number: number, wire: number): protobuf.Writer {
  return writer.uint32(number * 8 + wire);
}

/** 64 bits as protobufjs takes them where the bigint would lose its upper digits. */
function halves(value: bigint): { readonly low: number; readonly high: number; readonly unsigned: boolean } {
  const bits = BigInt.asUintN(64, value);
  return { low: Number(bits & 0xffffffffn) | 0, high: Number(bits >> 32n) | 0, unsigned: true };
}
