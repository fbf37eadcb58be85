import { schema, type FieldSpec } from "../otlp/schema.ts";
import type { AttributeValue, KeyValue } from "../otlp/value.ts";
import type { ByteWriter } from "./byte-writer.ts";
import { constantOf, traceIdSources, type HoleTable } from "./hole-table.ts";
import { isDefault, parentIds, spanIds, type Message } from "./message-fields.ts";
import { forms, sources } from "./template.ts";

const VARINT = 0;
const FIXED64 = 1;
const LENGTH_DELIMITED = 2;
const FIXED32 = 5;

/** Writes a message of the OTLP schema table as protobuf, with holes for its ids and times. */
export class ProtobufTemplateWriter {
  readonly #out: ByteWriter;
  readonly #holes: HoleTable;

  constructor(out: ByteWriter, holes: HoleTable) {
    this.#out = out;
    this.#holes = holes;
  }

  message(name: string, message: Message): void {
    for (const [field, spec] of Object.entries(schema[name] ?? {})) {
      const value = message[field];
      if (isDefault(spec, value)) continue;
      for (const item of spec.repeated ? (value as readonly unknown[]) : [value])
        this.#field(message, field, spec, item);
    }
  }

  #field(message: Message, field: string, { number, type }: FieldSpec, value: unknown): void {
    const out = this.#out;
    switch (type) {
      case "string":
        this.#nested(number, () => out.text(value as string));
        break;
      case "bytes":
        this.#nested(number, () => this.#bytes(message, field, value as Uint8Array));
        break;
      case "bool":
      case "enum":
      case "uint32":
        this.#tag(number, VARINT);
        out.varint64(BigInt(value as number | boolean));
        break;
      case "fixed32":
        this.#tag(number, FIXED32);
        out.uint32(value as number, true);
        break;
      case "fixed64":
        this.#tag(number, FIXED64);
        this.#time(value as bigint);
        break;
      case "KeyValue":
        this.#nested(number, () => this.#keyValue(value as KeyValue));
        break;
      default:
        this.#nested(number, () => this.message(type, value as Message));
    }
  }

  #bytes(message: Message, field: string, value: Uint8Array): void {
    if (field === "traceId") this.#traceId(value);
    else if (field === "spanId") this.#spanId(value, this.#holes.spanPlace(spanIds(message)));
    else if (field === "parentSpanId") this.#spanId(value, this.#holes.spanPlace(parentIds(message)));
    else this.#out.bytes(value);
  }

  #traceId(id: Uint8Array): void {
    const place = this.#holes.tracePlace(id);
    if (place === undefined) return this.#out.bytes(id);
    for (const source of traceIdSources) this.#hole(source, source === sources.trace ? place : 0, forms.id);
    this.#out.uint32(constantOf(place), false);
  }

  #spanId(id: Uint8Array, place: number | undefined): void {
    if (place === undefined) return this.#out.bytes(id);
    this.#hole(sources.span, 0, forms.id);
    this.#out.uint32(constantOf(place), false);
  }

  /** The low half stands as it is, the high half is a hole. */
  #time(nanos: bigint): void {
    const { units, rest } = this.#holes.time(nanos);
    this.#out.uint32(Number(rest), true);
    this.#hole(sources.time, units, forms.time);
  }

  #hole(source: number, argument: number, form: number): void {
    this.#holes.hole(source, argument, form);
    this.#out.mark();
    this.#out.uint32(0, true);
  }

  #keyValue({ key, value }: KeyValue): void {
    if (key !== "") this.#nested(1, () => this.#out.text(key));
    this.#nested(2, () => this.#value(value));
  }

  /** AnyValue: a member of its oneof is written even where it is zero. */
  #value(value: AttributeValue): void {
    const out = this.#out;
    switch (value.type) {
      case "string":
        this.#nested(1, () => out.text(value.value));
        break;
      case "bool":
        this.#tag(2, VARINT);
        out.byte(value.value ? 1 : 0);
        break;
      case "int":
        this.#tag(3, VARINT);
        out.varint64(value.value);
        break;
      case "double":
        this.#tag(4, FIXED64);
        out.float64(value.value);
        break;
      case "array":
        this.#nested(5, () => {
          for (const element of value.value) this.#nested(1, () => this.#value(element));
        });
        break;
      case "kvlist":
        this.#nested(6, () => {
          for (const pair of value.value) this.#nested(1, () => this.#keyValue(pair));
        });
        break;
      case "bytes":
        this.#nested(7, () => out.bytes(value.value));
        break;
      case "empty":
    }
  }

  #nested(number: number, write: () => void): void {
    this.#tag(number, LENGTH_DELIMITED);
    this.#out.lengthDelimited(write);
  }

  #tag(number: number, wireType: number): void {
    this.#out.varint(number * 8 + wireType);
  }
}
