import {
  checkIds,
  emptyTree,
  idLength,
  is64Bit,
  isMessageType,
  isRequiredId,
  referenceMessage,
  ReferenceRefusal,
  rootMessage,
  type ReferenceField,
  type ReferenceMessage,
  type ReferenceTree,
  type ReferenceValue,
  type ReferenceVerdict,
  type Signal,
} from "./reference-schema.ts";

/** What JSON allows and the sink refuses all the same, as in reference-protobuf.ts. */
export const jsonDifferences: { readonly [id: string]: string } = {
  "value-depth":
    "attribute values nested deeper than 64. RFC 8259, section 9: an implementation may set limits on the depth of nesting",
  "unknown-depth": "unknown members nested deeper than 200. RFC 8259, section 9",
  "surrogate-key":
    "a lone surrogate in a key, known or not. RFC 8259, section 8.2: what becomes of it is unpredictable",
};

const maxValueDepth = 64;
const maxUnknownDepth = 200;

/**
 * Decodes an Export request with JSON.parse and the rules of OTLP/JSON over ProtoJSON
 * (https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding, https://protobuf.dev/programming-guides/json/), sharing no
 * code with src/otlp.
 */
export function referenceJson(signal: Signal, bytes: Uint8Array): ReferenceVerdict {
  const differences = new Set<string>();
  const root = referenceMessage(rootMessage[signal]);
  try {
    const tree = new Reading(differences).message(root, parse(bytes, differences), 0);
    checkIds(root, tree);
    return { tree, differences };
  } catch (error) {
    if (error instanceof ReferenceRefusal) return { refused: error.message };
    throw error;
  }
}

/** A number with its digits as sent. */
class JsonNumber {
  readonly source: string;

  constructor(source: string) {
    this.source = source;
  }
}

type Json = string | boolean | null | JsonNumber | readonly Json[] | JsonObject;

interface JsonObject {
  readonly [numberedKey: string]: Json;
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * Gives each key a number of its own before parsing (`"3|name"`): so duplicates stay, in their order, and `__proto__` is a key like
 * any other. Numbers keep their source text through the reviver's context.
 */
function parse(bytes: Uint8Array, differences: Set<string>): Json {
  let text: string;
  try {
    text = utf8.decode(bytes);
  } catch {
    throw new ReferenceRefusal("not UTF-8");
  }
  let keys = 0;
  const numbered = text.replace(/"((?:[^"\\]|\\[^])*)"([ \t\r\n]*:)?/g, (whole, inside: string, colon?: string) =>
    colon === undefined ? whole : `"${keys++}|${inside}"${colon}`,
  );
  let parsed: Json;
  try {
    parsed = JSON.parse(numbered, (key, value: unknown, context?: { source?: string }) => {
      if (!key.isWellFormed()) differences.add("surrogate-key");
      return typeof value === "number" ? new JsonNumber(context?.source ?? "") : value;
    }) as Json;
  } catch (error) {
    throw new ReferenceRefusal(`not JSON: ${String(error)}`);
  }
  return parsed;
}

const isObject = (json: Json): json is JsonObject =>
  typeof json === "object" && json !== null && !Array.isArray(json) && !(json instanceof JsonNumber);

class Reading {
  readonly #differences: Set<string>;

  constructor(differences: Set<string>) {
    this.#differences = differences;
  }

  message(message: ReferenceMessage, json: Json, depth: number): ReferenceTree {
    if (!isObject(json)) throw new ReferenceRefusal(`${message.name} is no object`);
    if (message.name === "AnyValue" && depth > maxValueDepth) this.#differences.add("value-depth");
    const tree = emptyTree(message);
    const seen = new Set<string>();
    const oneofs = new Set<string>();
    for (const [numbered, value] of Object.entries(json)) {
      const key = numbered.slice(numbered.indexOf("|") + 1);
      // Only lowerCamelCase names are fields; everything else is ignored.
      const field = message.byName.get(key);
      if (field === undefined) {
        this.#ignore(value, 0);
        continue;
      }
      if (seen.has(key)) throw new ReferenceRefusal(`${key} twice`);
      seen.add(key);
      if (value === null) continue;
      if (field.oneof !== undefined && oneofs.has(field.oneof)) throw new ReferenceRefusal(`two of ${field.oneof}`);
      if (field.oneof !== undefined) oneofs.add(field.oneof);
      tree[key] = this.#field(message, field, value, depth);
    }
    return tree;
  }

  #field(message: ReferenceMessage, field: ReferenceField, json: Json, depth: number): ReferenceValue {
    if (!field.repeated) return this.#value(message, field, json, depth);
    if (!Array.isArray(json)) throw new ReferenceRefusal(`${field.name} is no array`);
    return json.map((one: Json) => this.#value(message, field, one, depth));
  }

  #value(message: ReferenceMessage, field: ReferenceField, json: Json, depth: number): ReferenceValue {
    const { type } = field;
    // A protobuf string is UTF-8, in which a lone surrogate cannot be written.
    if (typeof json === "string" && !json.isWellFormed()) throw new ReferenceRefusal("a lone surrogate");
    if (isMessageType(type)) {
      return this.message(referenceMessage(type), json, type === "AnyValue" ? depth + 1 : depth);
    }
    switch (type) {
      case "string":
        if (typeof json !== "string") throw new ReferenceRefusal(`${field.name} is no string`);
        return json;
      case "bool":
        if (typeof json !== "boolean") throw new ReferenceRefusal(`${field.name} is no bool`);
        return json;
      case "bytes":
        if (typeof json !== "string") throw new ReferenceRefusal(`${field.name} is no string`);
        return idLength(field.name) === undefined ? base64(json) : hex(message, field, json);
      case "double":
        return double(json);
      case "enum":
        // OTLP: enum values as integers only.
        if (!(json instanceof JsonNumber)) throw new ReferenceRefusal(`${field.name} is no number`);
        return Number(integer(json, -(2n ** 31n), 2n ** 31n - 1n));
      case "sint32":
        return Number(integer(json, -(2n ** 31n), 2n ** 31n - 1n));
      case "uint32":
      case "fixed32":
        return Number(integer(json, 0n, 2n ** 32n - 1n));
      default: {
        if (!is64Bit(type)) throw new TypeError(type);
        const signed = type === "int64" || type === "sfixed64";
        return signed ? integer(json, -(2n ** 63n), 2n ** 63n - 1n) : integer(json, 0n, 2n ** 64n - 1n);
      }
    }
  }

  #ignore(json: Json, depth: number): void {
    if (depth > maxUnknownDepth) this.#differences.add("unknown-depth");
    if (Array.isArray(json)) for (const one of json) this.#ignore(one as Json, depth + 1);
    else if (isObject(json)) for (const one of Object.values(json)) this.#ignore(one, depth + 1);
  }
}

/** The text of a number, or of a string that spells one. */
function numberText(json: Json): string {
  if (json instanceof JsonNumber) return json.source;
  if (typeof json === "string") return json;
  throw new ReferenceRefusal("no number");
}

function isJsonNumber(text: string): boolean {
  if (!/^[-0-9]/.test(text) || !/[0-9]$/.test(text)) return false;
  try {
    return typeof JSON.parse(text) === "number";
  } catch {
    return false;
  }
}

/** Exactly, by moving the decimal point through the digits. */
function integer(json: Json, min: bigint, max: bigint): bigint {
  const text = numberText(json);
  if (!isJsonNumber(text)) throw new ReferenceRefusal("no integer");
  const [mantissa = "", exponent = "0"] = text.toLowerCase().replace("-", "").startsWith("e")
    ? []
    : text.toLowerCase().split("e");
  const [whole = "", fraction = ""] = mantissa.replace("-", "").split(".");
  let digits = whole + fraction;
  let point = whole.length + Number(exponent);
  if (/^0*$/.test(digits)) return 0n;
  while (digits.startsWith("0")) {
    digits = digits.slice(1);
    point--;
  }
  if (point > 25) throw new ReferenceRefusal("an integer out of range");
  if (point < 0 || !/^0*$/.test(digits.slice(point))) throw new ReferenceRefusal("a fraction");
  const value = BigInt(digits.slice(0, point).padEnd(point, "0")) * (mantissa.startsWith("-") ? -1n : 1n);
  if (value < min || value > max) throw new ReferenceRefusal("an integer out of range");
  return value;
}

function double(json: Json): number {
  const text = numberText(json);
  if (typeof json === "string" && ["NaN", "Infinity", "-Infinity"].includes(text)) return Number(text);
  if (!isJsonNumber(text)) throw new ReferenceRefusal("no double");
  const value = Number(text);
  if (!Number.isFinite(value)) throw new ReferenceRefusal("a double out of range");
  return value;
}

function hex(message: ReferenceMessage, field: ReferenceField, text: string): string {
  if (text === "" && !isRequiredId(message.name, field.name)) return "";
  if (!/^(?:[0-9a-f]{2})*$/i.test(text)) throw new ReferenceRefusal(`${field.name} is not hex`);
  return text.toLowerCase();
}

/** RFC 4648, sections 4 and 5, with or without padding: ProtoJSON takes all of it. */
function base64(text: string): string {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const digits = text.replace(/={1,2}$/, "");
  if (digits.length !== text.length && text.length % 4 !== 0) throw new ReferenceRefusal("padding that does not fit");
  if (digits.length % 4 === 1) throw new ReferenceRefusal("base64 cut short");
  let bits = "";
  for (const digit of digits.replaceAll("-", "+").replaceAll("_", "/")) {
    const value = alphabet.indexOf(digit);
    if (value < 0) throw new ReferenceRefusal("not base64");
    bits += value.toString(2).padStart(6, "0");
  }
  let bytes = "";
  for (let at = 0; at + 8 <= bits.length; at += 8) {
    bytes += Number.parseInt(bits.slice(at, at + 8), 2)
      .toString(16)
      .padStart(2, "0");
  }
  return bytes;
}
