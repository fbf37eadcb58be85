import { isObject } from "./request-fields.ts";
import { countTokens, TOKENS_OF_OTHER_PART } from "./tokens.ts";

export interface MessageText {
  /** The texts of its parts, joined by a line break; undefined when it has none. */
  readonly text: string | undefined;
  readonly tokens: number;
}

/** The text of a message's content: a string, or a list of parts with a `text` each. Parts of other kinds count, but say nothing. */
export function textAndTokens(content: unknown): MessageText {
  if (typeof content === "string") return { text: content, tokens: countTokens(content) };
  const parts = Array.isArray(content) ? content : [];
  const texts = parts.map((part) => (isObject(part) && typeof part["text"] === "string" ? part["text"] : undefined));
  const said = texts.filter((text) => text !== undefined);
  const tokens = said.reduce((sum, text) => sum + countTokens(text), 0);
  return {
    text: said.length === 0 ? undefined : said.join("\n"),
    tokens: tokens + (texts.length - said.length) * TOKENS_OF_OTHER_PART,
  };
}
