import type { AttributeValue } from "../../otlp/value.ts";

export function text(value: string): AttributeValue {
  return { type: "string", value };
}

export function int(value: number): AttributeValue {
  return { type: "int", value: BigInt(value) };
}

export function double(value: number): AttributeValue {
  return { type: "double", value };
}

export function bool(value: boolean): AttributeValue {
  return { type: "bool", value };
}

export function texts(values: readonly string[]): AttributeValue {
  return { type: "array", value: values.map(text) };
}

/** Plain JSON as a structured value; a number without a fraction is an int. */
export function structured(value: unknown): AttributeValue {
  if (typeof value === "string") return text(value);
  if (typeof value === "boolean") return bool(value);
  if (typeof value === "number") return Number.isInteger(value) ? int(value) : double(value);
  if (Array.isArray(value)) return { type: "array", value: value.map(structured) };
  if (value === null || value === undefined) return { type: "empty" };
  const pairs = Object.entries(value).map(([key, inner]) => ({ key, value: structured(inner) }));
  return { type: "kvlist", value: pairs };
}
