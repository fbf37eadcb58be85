import type { AttributeValue } from "../otlp/value.ts";
import type { Content } from "../rules/rule.ts";

/** The content of a message attribute: a JSON string is parsed, a structured value turned into JSON. No content is quoted. */
export function contentOf(value: AttributeValue | undefined): Content {
  if (value === undefined) return { kind: "not-json", why: "it is absent" };
  if (value.type !== "string") return { kind: "json", value: toJson(value), from: "structured" };
  try {
    return { kind: "json", value: JSON.parse(value.value) as unknown, from: "string" };
  } catch {
    const like = /^\s*[[{]/.test(value.value) ? "begins like JSON but does not parse" : "plain text";
    return { kind: "not-json", why: like };
  }
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
