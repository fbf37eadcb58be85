import type { JsonAnyValue } from "./otlp-json.ts";

/**
 * An attribute's value as a YAML file writes it. A number without a fraction is an int; what plain YAML cannot say is a mapping with
 * one key: `{double: 10}`, `{int: "9007199254740993"}`, `{bytes: <base64>}`, `{structured: …}` (a kvlist or an array of them). null is
 * an empty value.
 */
export type PlainValue =
  | null
  | string
  | boolean
  | number
  | readonly PlainValue[]
  | { readonly double: number }
  | { readonly int: string }
  | { readonly bytes: string }
  | { readonly structured: unknown };

/** The value in OTLP/JSON. */
export function anyValueOf(plain: PlainValue): JsonAnyValue {
  if (isList(plain)) return { arrayValue: { values: plain.map(anyValueOf) } };
  if (typeof plain !== "object" || plain === null) return structuredValueOf(plain);
  if ("double" in plain) return { doubleValue: plain.double };
  if ("int" in plain) return { intValue: plain.int };
  if ("bytes" in plain) return { bytesValue: plain.bytes };
  return structuredValueOf(plain.structured);
}

/** JSON as a structured value: lists and mappings of any depth. */
export function structuredValueOf(json: unknown): JsonAnyValue {
  if (json === null || json === undefined) return {};
  if (typeof json === "string") return { stringValue: json };
  if (typeof json === "boolean") return { boolValue: json };
  if (typeof json === "number") return Number.isInteger(json) ? { intValue: String(json) } : { doubleValue: json };
  if (Array.isArray(json)) return { arrayValue: { values: json.map(structuredValueOf) } };
  const values = Object.entries(json).map(([key, value]) => ({ key, value: structuredValueOf(value) }));
  return { kvlistValue: { values } };
}

/** The JSON that a structured value stands for; the inverse of structuredValueOf, for numbers that JavaScript can hold. */
export function jsonOf(value: JsonAnyValue | undefined): unknown {
  if (value === undefined) return null;
  if (value.arrayValue !== undefined) return (value.arrayValue.values ?? []).map(jsonOf);
  if (value.kvlistValue !== undefined) {
    return Object.fromEntries((value.kvlistValue.values ?? []).map(({ key, value: inner }) => [key, jsonOf(inner)]));
  }
  if (value.intValue !== undefined) return Number(value.intValue);
  return value.stringValue ?? value.boolValue ?? value.doubleValue ?? value.bytesValue ?? null;
}

function isList(plain: PlainValue): plain is readonly PlainValue[] {
  return Array.isArray(plain);
}
