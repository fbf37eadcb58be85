import { isObject } from "./request-fields.ts";

/** Deeper than this an optional part is left out, and a required one is null: a schema may refer to itself. */
const MAX_DEPTH = 12;
/** Objects and arrays of one example, all levels together. */
const MAX_NODES = 2000;

/**
 * A value that satisfies a JSON Schema (2020-12, or the OpenAPI dialect of Gemini with its types in capitals), the same for the same
 * schema: constants, enums, defaults and examples first, then the least of what the types allow. `pattern`, `not`, `if` and `contains`
 * are not looked at.
 */
export function exampleOf(schema: unknown): unknown {
  return new Example(schema).of(schema, 0);
}

class Example {
  readonly #root: unknown;
  #nodes = 0;

  constructor(root: unknown) {
    this.#root = root;
  }

  of(given: unknown, depth: number): unknown {
    this.#nodes += 1;
    if (depth > MAX_DEPTH || this.#nodes > MAX_NODES) return null;
    const schema = this.#merged(given, depth);
    if (schema === undefined) return null;
    if (schema["const"] !== undefined) return schema["const"];
    for (const list of [schema["enum"], schema["examples"]]) if (Array.isArray(list) && list.length > 0) return list[0];
    if (schema["default"] !== undefined) return schema["default"];
    switch (typeOf(schema)) {
      case "object":
        return this.#object(schema, depth);
      case "array":
        return this.#array(schema, depth);
      case "string":
        return stringFor(schema);
      case "integer":
        return numberFor(schema, 1);
      case "number":
        return numberFor(schema, 0);
      case "boolean":
        return true;
      default:
        return null;
    }
  }

  #object(schema: Schema, depth: number): object {
    const properties = isObject(schema["properties"]) ? schema["properties"] : {};
    const required = Array.isArray(schema["required"])
      ? schema["required"].filter((key) => typeof key === "string")
      : [];
    const made: Record<string, unknown> = {};
    for (const key of required) made[key] = this.of(properties[key] ?? schema["additionalProperties"] ?? {}, depth + 1);
    const least = countOf(schema["minProperties"]) ?? 0;
    const others = Object.keys(properties).filter((key) => !Object.hasOwn(made, key));
    for (const key of others.slice(0, Math.max(0, least - required.length)))
      made[key] = this.of(properties[key], depth + 1);
    return made;
  }

  #array(schema: Schema, depth: number): unknown[] {
    const first = Array.isArray(schema["prefixItems"]) ? schema["prefixItems"] : [];
    const least = Math.min(countOf(schema["minItems"]) ?? 0, MAX_NODES);
    const items = first.slice(0, Math.max(least, first.length)).map((item) => this.of(item, depth + 1));
    while (items.length < least && this.#nodes <= MAX_NODES) {
      const item = this.of(schema["items"], depth + 1);
      items.push(schema["uniqueItems"] === true ? distinct(item, items.length) : item);
    }
    return items;
  }

  /** The schema with its references followed, all of its `allOf` and the first of its `anyOf` or `oneOf` merged into it. */
  #merged(given: unknown, depth: number): Schema | undefined {
    if (given === true || given === undefined) return { type: "string" };
    if (!isObject(given) || depth > MAX_DEPTH) return undefined;
    const { $ref, allOf, anyOf, oneOf, ...own } = given;
    const parts = [
      ...(typeof $ref === "string" ? [this.#target($ref)] : []),
      ...(Array.isArray(allOf) ? allOf : []),
      ...[anyOf, oneOf].flatMap((choices) => (Array.isArray(choices) ? choices.slice(0, 1) : [])),
    ];
    return parts.reduce<Schema>((merged, part) => join(merged, this.#merged(part, depth + 1) ?? {}), own);
  }

  #target(reference: string): unknown {
    if (!reference.startsWith("#")) return undefined;
    const keys = decodeURIComponent(reference.slice(1)).split("/").slice(1);
    return keys
      .map((key) => key.replaceAll("~1", "/").replaceAll("~0", "~"))
      .reduce<unknown>((at, key) => (isObject(at) || Array.isArray(at) ? (at as Schema)[key] : undefined), this.#root);
  }
}

type Schema = Readonly<Record<string, unknown>>;

function join(a: Schema, b: Schema): Schema {
  const properties = { ...asObject(a["properties"]), ...asObject(b["properties"]) };
  const required = [...new Set([...asArray(a["required"]), ...asArray(b["required"])])];
  return {
    ...b,
    ...a,
    ...(Object.keys(properties).length > 0 && { properties }),
    ...(required.length > 0 && { required }),
  };
}

function asObject(value: unknown): Schema {
  return isObject(value) ? value : {};
}

function asArray(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function typeOf(schema: Schema): string {
  const types = [schema["type"]].flat().filter((type) => typeof type === "string");
  const type = types.find((each) => each.toLowerCase() !== "null") ?? types[0];
  if (type !== undefined) return type.toLowerCase();
  if (schema["properties"] !== undefined || schema["required"] !== undefined) return "object";
  if (schema["items"] !== undefined || schema["prefixItems"] !== undefined) return "array";
  if (schema["minimum"] !== undefined || schema["maximum"] !== undefined) return "number";
  return "string";
}

const formats: ReadonlyMap<unknown, string> = new Map([
  ["date-time", "2026-01-01T00:00:00Z"],
  ["date", "2026-01-01"],
  ["time", "00:00:00Z"],
  ["duration", "P1D"],
  ["email", "someone@example.com"],
  ["hostname", "example.com"],
  ["ipv4", "192.0.2.1"],
  ["ipv6", "2001:db8::1"],
  ["uri", "https://example.com/"],
  ["uuid", "00000000-0000-4000-8000-000000000001"],
]);

function stringFor(schema: Schema): string {
  const format = formats.get(schema["format"]);
  if (format !== undefined) return format;
  const least = Math.min(countOf(schema["minLength"]) ?? 0, 10_000);
  return "example".padEnd(least, ".").slice(0, countOf(schema["maxLength"]) ?? Infinity);
}

/** A count as JSON Schema has it; Gemini sends them as strings. */
function countOf(value: unknown): number | undefined {
  const count = typeof value === "string" ? Number(value) : value;
  return typeof count === "number" && Number.isInteger(count) && count >= 0 ? count : undefined;
}

function limitOf(value: unknown): number | undefined {
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}

/** @param whole the step between two numbers of the type, 0 for any */
function numberFor(schema: Schema, whole: 0 | 1): number {
  const step = limitOf(schema["multipleOf"]) ?? whole;
  const above = limitOf(schema["exclusiveMinimum"]);
  const below = limitOf(schema["exclusiveMaximum"]);
  const least = limitOf(schema["minimum"]) ?? above;
  const most = limitOf(schema["maximum"]) ?? below;
  if (least === undefined && most === undefined) return step === 0 ? 1 : step;
  if (step === 0) {
    if (least !== undefined && most !== undefined) return (least + most) / 2;
    return least !== undefined ? least + 1 : (most as number) - 1;
  }
  if (least === undefined) {
    const last = Math.floor((most as number) / step) * step;
    return last === below ? last - step : last;
  }
  const first = Math.ceil(least / step) * step;
  return first === above ? first + step : first;
}

function distinct(item: unknown, index: number): unknown {
  if (index === 0) return item;
  if (typeof item === "string") return `${item}${index + 1}`;
  if (typeof item === "number") return item + index;
  return item;
}
