import { createHash } from "node:crypto";
import type { AttributeValue } from "../otlp/value.ts";
import type { SpanView } from "../otlp/view.ts";

/** In UTF-16 units; of longer content nothing is read. */
const LONGEST_CONTENT = 1_000_000;

/**
 * SHA-256 of the last user message's text, 16 hex digits, as a ledger has it; undefined where the span shows none. It tells two calls apart
 * that nothing else does, and shows nothing of the content.
 */
export function userTextDigest(span: SpanView): string | undefined {
  const content = span.attribute("gen_ai.input.messages");
  const text = content === undefined ? undefined : lastUserText(content);
  return text === undefined ? undefined : createHash("sha256").update(text).digest("hex").slice(0, 16);
}

function lastUserText(content: AttributeValue): string | undefined {
  const messages = content.type === "string" ? parse(content.value) : plain(content);
  if (!Array.isArray(messages)) return undefined;
  const last = messages.findLast((message) => fieldOf(message, "role") === "user");
  const parts = fieldOf(last, "parts");
  if (!Array.isArray(parts)) return undefined;
  const texts = parts.flatMap((part) => {
    const text = fieldOf(part, "type") === "text" ? fieldOf(part, "content") : undefined;
    return typeof text === "string" ? [text] : [];
  });
  // How several parts make one text is nothing that the two sides have agreed on.
  return texts.length === 1 ? texts[0] : undefined;
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null && name in value
    ? (value as { readonly [name: string]: unknown })[name]
    : undefined;
}

function parse(text: string): unknown {
  if (text.length > LONGEST_CONTENT) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** Structured content as JSON, strings only: all that is looked for. */
function plain(value: AttributeValue): unknown {
  if (value.type === "string") return value.value;
  if (value.type === "array") return value.value.map(plain);
  if (value.type === "kvlist") return Object.fromEntries(value.value.map((entry) => [entry.key, plain(entry.value)]));
  return undefined;
}
