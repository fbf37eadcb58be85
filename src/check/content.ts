import type { AttributeValue } from "../otlp/value.ts";
import type { Content } from "../rules/rule.ts";

/**
 * Content with more than this is not judged: parsed, each value takes tens of bytes and a microsecond, and a request may hold thirty
 * million of two bytes each. Long texts and pictures are few values; a conversation of a thousand messages is some ten thousand.
 */
const MOST_VALUES = 100_000;
/** In UTF-16 units. */
const LONGEST_TEXT = 16_000_000;

/** The content of a message attribute: a JSON string is parsed, a structured value turned into JSON. No content is quoted. */
export function contentOf(value: AttributeValue | undefined): Content {
  if (value === undefined) return { kind: "not-json", why: "it is absent" };
  if (value.type !== "string") {
    if (leftAfter(value, MOST_VALUES) < 0) return tooManyValues;
    return { kind: "json", value: toJson(value), from: "structured" };
  }
  if (value.value.length > LONGEST_TEXT) {
    return { kind: "too-large", why: `a text of more than ${LONGEST_TEXT / 1e6} million characters` };
  }
  if (mayHoldMoreValues(value.value)) return tooManyValues;
  try {
    return { kind: "json", value: JSON.parse(value.value) as unknown, from: "string" };
  } catch {
    const like = /^\s*[[{]/.test(value.value) ? "begins like JSON but does not parse" : "plain text";
    return { kind: "not-json", why: like };
  }
}

const tooManyValues: Content = { kind: "too-large", why: `more than ${MOST_VALUES} values` };

/** How many values may still come, negative when there were too many. */
function leftAfter(value: AttributeValue, allowed: number): number {
  let left = allowed - 1;
  if (value.type === "array") for (const element of value.value) if ((left = leftAfter(element, left)) < 0) break;
  if (value.type === "kvlist") for (const entry of value.value) if ((left = leftAfter(entry.value, left)) < 0) break;
  return left;
}

/** Every value of a JSON text but the first stands behind a comma or an opening bracket that is in no string. */
function mayHoldMoreValues(text: string): boolean {
  if (text.length <= MOST_VALUES) return false;
  let separators = 0;
  let inString = false;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit === 0x22) inString = !inString;
    else if (unit === 0x5c) at++;
    else if (!inString && (unit === 0x2c || unit === 0x5b || unit === 0x7b) && ++separators > MOST_VALUES) return true;
  }
  return false;
}

/** An attribute value as JSON; int64 as a number, as JSON has no other, bytes as base64. */
export function toJson(value: AttributeValue): unknown {
  switch (value.type) {
    case "string":
    case "bool":
    case "double":
      return value.value;
    case "int":
      return Number(value.value);
    case "bytes":
      return Buffer.from(value.value).toString("base64");
    case "array":
      return value.value.map(toJson);
    case "kvlist":
      return Object.fromEntries(value.value.map((entry) => [entry.key, toJson(entry.value)]));
    case "empty":
      return null;
  }
}
