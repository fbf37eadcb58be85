import { integers, texts } from "./interesting.ts";
import type { Random } from "./random.ts";
import { idLength, isMessageType, isRequiredId, referenceMessage, type ReferenceField } from "./reference-schema.ts";

/** One field on the wire, whole or bent: what the mutations work on. */
export interface WireField {
  number: number;
  wireType: number;
  /** A varint or fixed number, bytes, or the fields of a message or group. */
  value: bigint | Buffer | WireField[];
  /** The type in the schema, or "" for a field of nobody's. */
  readonly type: string;
  /** Bytes to write more of the tag, the length and the varint than they need. */
  tagPadding?: number;
  lengthPadding?: number;
  varintPadding?: number;
  /** Added to the length that is written. */
  lengthError?: bigint;
  /** The number under which a group ends, when that is another one. */
  groupEnd?: number;
}

const fixed8: ReadonlySet<string> = new Set(["double", "fixed64", "sfixed64"]);

/** A message of the schema with some of its fields. */
export function randomMessage(random: Random, name: string, depth = 0): WireField[] {
  const { fields } = referenceMessage(name);
  const kept = fields.filter((field) => isRequiredId(name, field.name) || random.chance(fields.length > 4 ? 40 : 80));
  const oneofs = new Set<string>();
  return kept.flatMap((field) => {
    // Containers of values nest; everything else ends by itself.
    if (depth > 12 && /^(array|kvlist)Value$/.test(field.name)) return [];
    if (field.oneof !== undefined) {
      if (oneofs.has(field.oneof)) return [];
      oneofs.add(field.oneof);
    }
    const many = field.repeated ? random.nat(3) : 1;
    return Array.from({ length: many }, () => randomField(random, name, field, depth));
  });
}

function randomField(random: Random, message: string, field: ReferenceField, depth: number): WireField {
  const { number, type } = field;
  if (isMessageType(type)) return { number, wireType: 2, type, value: randomMessage(random, type, depth + 1) };
  if (type === "string") {
    return { number, wireType: 2, type, value: Buffer.from(random.pick(texts)) };
  }
  if (type === "bytes") {
    const length = idLength(field.name);
    const empty = length !== undefined && !isRequiredId(message, field.name) && random.chance(30);
    return { number, wireType: 2, type, value: random.bytes(empty ? 0 : (length ?? random.nat(20))) };
  }
  const value = random.pick(integers);
  const wireType = fixed8.has(type) ? 1 : type === "fixed32" ? 5 : 0;
  return { number, wireType, type, value: type === "bool" ? value & 1n : value };
}

export function encodeWire(fields: readonly WireField[]): Buffer {
  const parts: Buffer[] = [];
  for (const field of fields) pushField(field, parts);
  return Buffer.concat(parts);
}

function pushField(field: WireField, parts: Buffer[]): void {
  const { number, wireType, value } = field;
  parts.push(varint(BigInt(number) * 8n + BigInt(wireType), field.tagPadding));
  switch (wireType) {
    case 0:
      parts.push(varint(asNumber(value), field.varintPadding));
      break;
    case 1:
    case 5: {
      const bytes = Buffer.alloc(8);
      bytes.writeBigUInt64LE(BigInt.asUintN(64, asNumber(value)));
      parts.push(bytes.subarray(0, wireType === 1 ? 8 : 4));
      break;
    }
    case 2: {
      const bytes = asBytes(value);
      const length = BigInt(bytes.length) + (field.lengthError ?? 0n);
      parts.push(varint(length < 0n ? 0n : length, field.lengthPadding), bytes);
      break;
    }
    case 3:
      parts.push(asBytes(value), varint(BigInt(field.groupEnd ?? number) * 8n + 4n));
      break;
    default:
      // Wire types 4, 6 and 7 have no value.
      break;
  }
}

function asNumber(value: WireField["value"]): bigint {
  return typeof value === "bigint" ? value : 5n;
}

function asBytes(value: WireField["value"]): Buffer {
  if (typeof value === "bigint") return varint(value);
  return Buffer.isBuffer(value) ? value : encodeWire(value);
}

/** Not held to 64 bits, so that a value beyond them can be written. */
export function varint(value: bigint, padding = 0): Buffer {
  const bytes: number[] = [];
  for (let rest = value; ; rest >>= 7n) {
    bytes.push(Number(rest & 0x7fn) | 0x80);
    if (rest >> 7n === 0n) break;
  }
  for (let index = 0; index < padding; index++) bytes.push(0x80);
  bytes.push((bytes.pop() as number) & 0x7f);
  return Buffer.from(bytes);
}

/** All lists of fields, the outermost first. */
export function fieldLists(fields: WireField[]): WireField[][] {
  return [fields, ...fields.flatMap(({ value }) => (Array.isArray(value) ? fieldLists(value) : []))];
}

export function cloneWire(fields: readonly WireField[]): WireField[] {
  return fields.map((field) => ({
    ...field,
    value: Array.isArray(field.value) ? cloneWire(field.value) : field.value,
  }));
}
