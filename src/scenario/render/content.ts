import type { AttributeValue } from "../../otlp/value.ts";
import type { CallOperation } from "../plan/planned-trace.ts";
import type { ContentMode } from "../scenario.ts";
import { structured, text } from "./values.ts";

/** What was said is made up: it shows that content is there, and how long it is, and holds nothing of anybody. */
const WORDS = [
  "order",
  "invoice",
  "parcel",
  "refund",
  "account",
  "summary",
  "document",
  "question",
  "answer",
  "customer",
];

/** Content as an attribute's value, in the scenario's way; undefined when it captures none, and then it is not made. */
export function captured(mode: ContentMode, content: () => unknown): AttributeValue | undefined {
  switch (mode) {
    case "none":
      return undefined;
    case "text":
      return text(JSON.stringify(content()));
    case "structured":
      return structured(content());
  }
}

export function instructions(): unknown {
  return [{ type: "text", content: "Answer in one sentence." }];
}

export function inputMessages(call: CallOperation): unknown {
  return [{ role: "user", parts: [{ type: "text", content: userText(call) }] }];
}

export function outputMessages(call: CallOperation): unknown {
  const { id, finish } = call;
  const { text: content, toolCall } = replyContent(call);
  const part =
    toolCall === undefined
      ? { type: "text", content }
      : { type: "tool_call", id: `call_${id.toString(16)}`, ...toolCall };
  // The reason that a span tells is the provider's own; that of a message is the conventions' (gen-ai-output-messages.json, FinishReason).
  return [{ role: "assistant", parts: [part], finish_reason: finish === "tool_calls" ? "tool_call" : finish }];
}

/** What a model is asked. */
export function userText({ id, input }: CallOperation): string {
  return sentence(id, input);
}

/** What it replies: a text, or the call of a tool. */
export function replyContent({ id, output, finish }: CallOperation): {
  readonly text?: string;
  readonly toolCall?: { readonly name: string; readonly arguments: unknown };
} {
  return finish === "tool_calls"
    ? { toolCall: { name: "lookup", arguments: { query: sentence(id, 2) } } }
    : { text: sentence(id + 1, output) };
}

export function documents(found: number): unknown {
  return Array.from({ length: found }, (_, index) => ({
    id: `doc-${index + 1}`,
    score: (found - index) / (found + 1),
  }));
}

/** A few words, however many tokens there were. */
function sentence(from: number, tokens: number): string {
  const length = Math.min(8, Math.max(1, tokens));
  return Array.from({ length }, (_, index) => WORDS[(from + 7 * index) % WORDS.length]).join(" ");
}

/** What a tool was given, and what it gave. */
export function toolArguments(name: string): unknown {
  return { query: `${WORDS[name.length % WORDS.length]}` };
}

export function toolResult(): unknown {
  return { found: true };
}
