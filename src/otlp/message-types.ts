import protobuf from "protobufjs/light.js";
import { messageUnits } from "./decode-limits.ts";
import { readAnyValue, readKeyValue } from "./read-any-value.ts";
import { schema, type MessageSpec } from "./schema.ts";
import type { StrictReader } from "./strict-reader.ts";

/** The schema table as a protobufjs root: what a plain decoder or encoder is built from. */
export function protobufRoot(): protobuf.Root {
  const nested: { [message: string]: protobuf.IType } = {};
  for (const [name, spec] of Object.entries(schema)) nested[name] = typeDescriptor(spec);
  return protobuf.Root.fromJSON({ nested });
}

function typeDescriptor(spec: MessageSpec): protobuf.IType {
  const fields: { [field: string]: protobuf.IField } = {};
  const oneofs: { [oneof: string]: { oneof: string[] } } = {};
  for (const [name, field] of Object.entries(spec)) {
    fields[name] = {
      id: field.number,
      type: field.type === "enum" ? "int32" : field.type,
      ...(field.repeated && { rule: "repeated" }),
      ...(field.optional && { options: { proto3_optional: true } }),
    };
    // An optional field is a oneof of its own, as protoc has it: without that, protobufjs takes a zero that was sent for absent.
    const oneof = field.optional ? `_${name}` : field.oneof;
    if (oneof !== undefined) (oneofs[oneof] ??= { oneof: [] }).oneof.push(name);
  }
  return { fields, oneofs };
}

const bigintTypes: ReadonlySet<string> = new Set(["int64", "uint64", "fixed64", "sfixed64"]);
const emptyBytes = Buffer.alloc(0);

/** How protobufjs's generated decoders call one another. */
type Decode = (reader: StrictReader, length?: number, group?: undefined, depth?: number, merged?: unknown) => unknown;

/**
 * The message types that both decoders build from. They differ from plain protobufjs in two ways: 64-bit integers are bigint, and
 * attributes (nine in ten of all messages) are read by hand into the tagged union of value.ts.
 */
const types: ReadonlyMap<string, protobuf.Type> = modelTypes();

function modelTypes(): ReadonlyMap<string, protobuf.Type> {
  const root = protobufRoot();
  const all = new Map<string, protobuf.Type>();
  for (const name of Object.keys(schema)) all.set(name, root.lookupType(name).setup());
  for (const [name, spec] of Object.entries(schema)) {
    const defaults = (all.get(name) as protobuf.Type).ctor.prototype as { [field: string]: unknown };
    for (const [fieldName, field] of Object.entries(spec)) {
      if (field.repeated) continue;
      if (field.oneof !== undefined || field.optional) defaults[fieldName] = null;
      else if (bigintTypes.has(field.type)) defaults[fieldName] = 0n;
      else if (field.type === "bytes") defaults[fieldName] = emptyBytes;
    }
  }
  for (const type of all.values()) {
    const decode = Reflect.get(type, "decode") as unknown as Decode;
    const counted: Decode = (reader, ...rest) => {
      reader.allowance.spend(messageUnits);
      return decode(reader, ...rest);
    };
    Object.assign(type, { decode: counted });
  }
  Object.assign(all.get("AnyValue") as object, { decode: readAnyValue });
  Object.assign(all.get("KeyValue") as object, { decode: readKeyValue });
  return all;
}

/** The type of a message of the schema table. */
export function messageType(name: string): protobuf.Type {
  const type = types.get(name);
  if (type === undefined) throw new TypeError(`no message ${name} in the OTLP schema table`);
  return type;
}
