import type { Attribute } from "./model.ts";
import { dataOf } from "./object-view.ts";
import { idBytes, schema, type FieldSpec } from "./schema.ts";
import type { AttributeValue, KeyValue } from "./value.ts";
import type { OtlpRequest, Signal } from "./view.ts";

const messages: { readonly [signal in Signal]: string } = {
  traces: "ExportTraceServiceRequest",
  logs: "ExportLogsServiceRequest",
  metrics: "ExportMetricsServiceRequest",
};

/**
 * Writes a request as OTLP/JSON on one line, without a line break, as the Collector's file exporter does: ids in lower-case hex,
 * 64-bit integers as strings, enums as numbers, defaults left out. Nothing that OTLP defines is lost; unknown fields were not kept.
 *
 * @param emit takes the text piece by piece, so that a large request never stands in memory twice
 */
export function encodeJson(request: OtlpRequest, emit: (piece: string) => void): void {
  encodeJsonParts([request], emit);
}

/** As encodeJson, for a request that comes in parts of the same signal, one after the other; at least one. */
export function encodeJsonParts(parts: Iterable<OtlpRequest>, emit: (piece: string) => void): void {
  const writer = new Writer(emit);
  let head = true;
  let separator = "";
  for (const request of parts) {
    const [list, field] = Object.entries(schema[messages[request.signal]] ?? {})[0] as [string, FieldSpec];
    const data = dataOf(request) as unknown as Fields;
    // The list is written even when empty, as it tells the signal.
    if (head) writer.write(`{"${list}":[`);
    head = false;
    for (const element of data[list] as readonly unknown[]) {
      writer.write(separator);
      writeField(writer, list, field, element);
      separator = ",";
    }
  }
  writer.write("]}");
  writer.flush();
}

type Fields = { readonly [field: string]: unknown };

class Writer {
  readonly #emit: (piece: string) => void;
  #pending = "";

  constructor(emit: (piece: string) => void) {
    this.#emit = emit;
  }

  write(text: string): void {
    this.#pending += text;
    if (this.#pending.length > 65_536) this.flush();
  }

  flush(): void {
    if (this.#pending !== "") this.#emit(this.#pending);
    this.#pending = "";
  }
}

function writeMessage(writer: Writer, name: string, message: Fields): void {
  let separator = "{";
  for (const [fieldName, field] of Object.entries(schema[name] ?? {})) {
    const value = message[fieldName];
    if (isDefault(field, value)) continue;
    writer.write(`${separator}"${fieldName}":`);
    separator = ",";
    if (field.repeated)
      writeList(writer, value as readonly unknown[], (item) => writeField(writer, fieldName, field, item));
    else writeField(writer, fieldName, field, value);
  }
  writer.write(separator === "{" ? "{}" : "}");
}

function isDefault(field: FieldSpec, value: unknown): boolean {
  if (value === null || value === undefined) return true;
  if (field.repeated) return (value as readonly unknown[]).length === 0;
  if (field.oneof !== undefined || field.optional) return false;
  if (Buffer.isBuffer(value)) return value.length === 0;
  // Zero minus is a value of its own.
  return value === "" || value === false || value === 0n || Object.is(value, 0);
}

function writeField(writer: Writer, name: string, { type }: FieldSpec, value: unknown): void {
  switch (type) {
    case "string":
      writer.write(JSON.stringify(value));
      break;
    case "bytes":
      writer.write(`"${(value as Buffer).toString(name in idBytes ? "hex" : "base64")}"`);
      break;
    case "double":
      writer.write(doubleText(value as number));
      break;
    case "bool":
    case "enum":
    case "int32":
    case "sint32":
    case "uint32":
    case "fixed32":
      writer.write(String(value as number | boolean));
      break;
    case "int64":
    case "uint64":
    case "fixed64":
    case "sfixed64":
      writer.write(`"${value as bigint}"`);
      break;
    case "AnyValue":
      writeAnyValue(writer, value as AttributeValue);
      break;
    case "KeyValue":
      writeKeyValue(writer, value as Attribute);
      break;
    default:
      writeMessage(writer, type, value as Fields);
  }
}

function writeKeyValue(writer: Writer, { key, value }: KeyValue): void {
  writer.write(`{"key":${JSON.stringify(key)},"value":`);
  writeAnyValue(writer, value);
  writer.write("}");
}

function writeAnyValue(writer: Writer, value: AttributeValue): void {
  switch (value.type) {
    case "string":
      writer.write(`{"stringValue":${JSON.stringify(value.value)}}`);
      break;
    case "bool":
      writer.write(`{"boolValue":${value.value}}`);
      break;
    case "int":
      writer.write(`{"intValue":"${value.value}"}`);
      break;
    case "double":
      writer.write(`{"doubleValue":${doubleText(value.value)}}`);
      break;
    case "bytes":
      writer.write(`{"bytesValue":"${Buffer.from(value.value).toString("base64")}"}`);
      break;
    case "array":
      writer.write('{"arrayValue":{"values":');
      writeList(writer, value.value, (element) => writeAnyValue(writer, element));
      writer.write("}}");
      break;
    case "kvlist":
      writer.write('{"kvlistValue":{"values":');
      writeList(writer, value.value, (pair) => writeKeyValue(writer, pair));
      writer.write("}}");
      break;
    case "empty":
      writer.write("{}");
  }
}

function writeList<Item>(writer: Writer, items: readonly Item[], writeItem: (item: Item) => void): void {
  let separator = "[";
  for (const item of items) {
    writer.write(separator);
    separator = ",";
    writeItem(item);
  }
  writer.write(separator === "[" ? "[]" : "]");
}

function doubleText(value: number): string {
  if (Object.is(value, -0)) return "-0";
  return Number.isFinite(value) ? String(value) : `"${value}"`;
}
