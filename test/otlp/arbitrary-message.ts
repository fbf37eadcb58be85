import fc from "fast-check";
import { idBytes, mayBeEmpty, schema, type FieldSpec } from "../../src/otlp/schema.ts";

/** A message as sent, field by field, in neither encoding yet: 64-bit integers as bigint, bytes raw, absent fields absent. */
export interface SentMessage {
  readonly message: string;
  readonly fields: readonly (readonly [name: string, value: unknown])[];
}

const maxDepth = 14;

/** Any message of the schema table, with any subset of its fields, at most one of each oneof. */
export function arbitraryMessage(message: string, depth = 0): fc.Arbitrary<SentMessage> {
  const spec = Object.entries(schema[message] ?? {});
  const oneofs = new Map<string, string[]>();
  for (const [name, field] of spec) {
    if (field.oneof !== undefined) oneofs.set(field.oneof, [...(oneofs.get(field.oneof) ?? []), name]);
  }
  const plain = spec.filter(([, field]) => field.oneof === undefined);
  const parts: fc.Arbitrary<readonly (readonly [string, unknown])[]>[] = plain.map(([name, field]) => {
    const value = arbitraryField(message, name, field, depth).map((sent) => [[name, sent] as const]);
    const required = name in idBytes && !mayBeEmpty(message, name);
    return required ? value : fc.oneof({ weight: 1, arbitrary: fc.constant([]) }, { weight: 2, arbitrary: value });
  });
  for (const members of oneofs.values()) {
    const usable = members.filter((name) => depth < maxDepth || !/^(array|kvlist)Value$/.test(name));
    const choices = usable.map((name) =>
      arbitraryField(message, name, spec.find(([other]) => other === name)?.[1] as FieldSpec, depth).map((sent) => [
        [name, sent] as const,
      ]),
    );
    parts.push(fc.oneof(fc.constant([]), ...choices));
  }
  return fc.tuple(...parts).map((fields) => ({ message, fields: fields.flat() }));
}

function arbitraryField(message: string, name: string, field: FieldSpec, depth: number): fc.Arbitrary<unknown> {
  const one = fc.constant(null).chain(() => arbitraryValue(message, name, field.type, depth + 1));
  return field.repeated ? fc.array(one, { maxLength: 2 }) : one;
}

function arbitraryValue(message: string, name: string, type: string, depth: number): fc.Arbitrary<unknown> {
  switch (type) {
    case "string":
      return fc.oneof(
        fc.string({ unit: "grapheme" }),
        fc.constantFrom("gen_ai.operation.name", "chat", "__proto__", "constructor"),
      );
    case "bytes": {
      const length = idBytes[name];
      if (length === undefined) return bytes(0, 40);
      return mayBeEmpty(message, name) ? fc.oneof(bytes(length, length), bytes(0, 0)) : bytes(length, length);
    }
    case "bool":
      return fc.boolean();
    case "double":
      return fc.double();
    case "enum":
    case "int32":
    case "sint32":
      return fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
    case "uint32":
    case "fixed32":
      return fc.integer({ min: 0, max: 2 ** 32 - 1 });
    case "int64":
    case "sfixed64":
      return fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
    case "uint64":
    case "fixed64":
      return fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
    default:
      return arbitraryMessage(type, depth);
  }
}

function bytes(minLength: number, maxLength: number): fc.Arbitrary<Buffer> {
  return fc.uint8Array({ minLength, maxLength }).map((array) => Buffer.from(array));
}

/** The message as protobufjs's own fromObject takes it. */
export function asProtobufObject({ fields }: SentMessage): { [field: string]: unknown } {
  return Object.fromEntries(fields.map(([name, value]) => [name, mapList(value, protobufValue)]));
}

function protobufValue(value: unknown): unknown {
  if (typeof value === "bigint") return value.toString();
  return isMessage(value) ? asProtobufObject(value) : value;
}

/** The message as OTLP/JSON text; 64-bit integers as strings or bare numbers, and ids in upper or lower case, as `style` says. */
export function asJsonText(
  { message, fields }: SentMessage,
  style: { bareIntegers: boolean; upperCase: boolean },
): string {
  const members = fields.map(([name, value]) => {
    const type = schema[message]?.[name]?.type;
    const text = (one: unknown): string => {
      if (isMessage(one)) return asJsonText(one, style);
      if (typeof one === "bigint") return style.bareIntegers ? one.toString() : `"${one}"`;
      if (Buffer.isBuffer(one)) {
        if (!(name in idBytes)) return JSON.stringify(one.toString("base64"));
        const id = one.toString("hex");
        return JSON.stringify(style.upperCase ? id.toUpperCase() : id);
      }
      if (type === "double" && !Number.isFinite(one)) return `"${String(one)}"`;
      return Object.is(one, -0) ? "-0" : JSON.stringify(one);
    };
    return `${JSON.stringify(name)}:${Array.isArray(value) ? `[${value.map(text).join(",")}]` : text(value)}`;
  });
  return `{${members.join(",")}}`;
}

function isMessage(value: unknown): value is SentMessage {
  return typeof value === "object" && value !== null && "message" in value && "fields" in value;
}

function mapList(value: unknown, map: (one: unknown) => unknown): unknown {
  return Array.isArray(value) ? value.map(map) : map(value);
}
