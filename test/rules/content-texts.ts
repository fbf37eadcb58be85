import type { PlainAttributes } from "../check/request.ts";

/** Keys whose values are what people and models said. */
const contentKey =
  /^gen_ai\.(input\.messages|output\.messages|system_instructions|tool\.definitions|tool\.call\.|retrieval\.documents|memory\.records|prompt|completion)/;

/** The texts of a span that no finding may quote: all strings in its content that read like a phrase. */
export function contentTexts(attributes: PlainAttributes): string[] {
  return Object.entries(attributes).flatMap(([key, value]) => (contentKey.test(key) ? phrases(parsed(value)) : []));
}

function parsed(value: unknown): unknown {
  if (typeof value !== "string") return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

function phrases(value: unknown): string[] {
  if (typeof value === "string") return value.includes(" ") ? [value] : [];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(phrases) : [];
}
