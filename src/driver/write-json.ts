import { schema, type FieldSpec } from "../otlp/schema.ts";
import type { AttributeValue, KeyValue } from "../otlp/value.ts";
import { base64 } from "./base64.ts";
import type { ByteWriter } from "./byte-writer.ts";
import { constantOf, hexForms, traceIdSources, type HoleTable } from "./hole-table.ts";
import { isDefault, parentIds, spanIds, type Message } from "./message-fields.ts";
import { forms, sources } from "./template.ts";

/** Digits of a time that stand as they are: those below 10 s. */
const FIXED_DIGITS = 10;

/** Writes a message of the OTLP schema table as OTLP/JSON, with holes for its ids and times. */
export class JsonTemplateWriter {
  readonly #out: ByteWriter;
  readonly #holes: HoleTable;

  constructor(out: ByteWriter, holes: HoleTable) {
    this.#out = out;
    this.#holes = holes;
  }

  message(name: string, message: Message): void {
    const present = Object.entries(schema[name] ?? {}).filter(([field, spec]) => !isDefault(spec, message[field]));
    this.#out.text("{");
    for (const [index, [field, spec]] of present.entries()) {
      this.#out.text(`${index > 0 ? "," : ""}"${field}":`);
      const value = message[field];
      if (spec.repeated) this.#list(value as readonly unknown[], (item) => this.#field(message, field, spec, item));
      else this.#field(message, field, spec, value);
    }
    this.#out.text("}");
  }

  #field(message: Message, field: string, { type }: FieldSpec, value: unknown): void {
    switch (type) {
      case "string":
        this.#out.text(JSON.stringify(value));
        break;
      case "bytes":
        this.#id(message, field, value as Uint8Array);
        break;
      case "fixed64":
        this.#time(value as bigint);
        break;
      case "KeyValue":
        this.#keyValue(value as KeyValue);
        break;
      case "bool":
      case "enum":
      case "uint32":
      case "fixed32":
        this.#out.text(String(value as number | boolean));
        break;
      default:
        this.message(type, value as Message);
    }
  }

  #id(message: Message, field: string, id: Uint8Array): void {
    this.#out.text('"');
    if (field === "traceId") this.#traceId(id);
    else this.#spanId(id, this.#holes.spanPlace(field === "spanId" ? spanIds(message) : parentIds(message)));
    this.#out.text('"');
  }

  #traceId(id: Uint8Array): void {
    const place = this.#holes.tracePlace(id);
    if (place === undefined) return this.#hexBytes(id);
    for (const source of traceIdSources) this.#hexHoles(source, source === sources.trace ? place : 0);
    this.#out.text(hexWord(constantOf(place)));
  }

  #spanId(id: Uint8Array, place: number | undefined): void {
    if (place === undefined) return this.#hexBytes(id);
    this.#hexHoles(sources.span, 0);
    this.#out.text(hexWord(constantOf(place)));
  }

  #hexHoles(source: number, argument: number): void {
    for (const form of hexForms) {
      this.#hole(source, argument, form);
      this.#out.text("0000");
    }
  }

  #hexBytes(id: Uint8Array): void {
    for (const byte of id) this.#out.text(byte.toString(16).padStart(2, "0"));
  }

  #time(nanos: bigint): void {
    const { units, rest } = this.#holes.time(nanos);
    this.#out.text('"');
    this.#hole(sources.time, units, forms.digits0);
    this.#hole(sources.time, units, forms.digits4, 4);
    this.#hole(sources.time, units, forms.digits5, 5);
    this.#out.text(`000000000${String(rest).padStart(FIXED_DIGITS, "0")}"`);
  }

  #hole(source: number, argument: number, form: number, ahead = 0): void {
    this.#holes.hole(source, argument, form);
    this.#out.mark(ahead);
  }

  #keyValue({ key, value }: KeyValue): void {
    this.#out.text(`{"key":${JSON.stringify(key)},"value":`);
    this.#value(value);
    this.#out.text("}");
  }

  #value(value: AttributeValue): void {
    const out = this.#out;
    switch (value.type) {
      case "string":
        out.text(`{"stringValue":${JSON.stringify(value.value)}}`);
        break;
      case "bool":
        out.text(`{"boolValue":${value.value}}`);
        break;
      case "int":
        out.text(`{"intValue":"${value.value}"}`);
        break;
      case "double":
        out.text(`{"doubleValue":${doubleText(value.value)}}`);
        break;
      case "bytes":
        out.text(`{"bytesValue":"${base64(value.value)}"}`);
        break;
      case "array":
        out.text('{"arrayValue":{"values":');
        this.#list(value.value, (element) => this.#value(element));
        out.text("}}");
        break;
      case "kvlist":
        out.text('{"kvlistValue":{"values":');
        this.#list(value.value, (pair) => this.#keyValue(pair));
        out.text("}}");
        break;
      case "empty":
        out.text("{}");
    }
  }

  #list<Item>(items: readonly Item[], write: (item: Item) => void): void {
    this.#out.text("[");
    for (const [index, item] of items.entries()) {
      if (index > 0) this.#out.text(",");
      write(item);
    }
    this.#out.text("]");
  }
}

const hexWord = (word: number): string => word.toString(16).padStart(8, "0");

function doubleText(value: number): string {
  if (Object.is(value, -0)) return "-0";
  return Number.isFinite(value) ? String(value) : `"${value}"`;
}
