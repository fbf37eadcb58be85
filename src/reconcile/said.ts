import type { AttributeValue } from "../otlp/value.ts";
import type { SpanRecord } from "./span-record.ts";

/** The attributes of a span that a ledger can tell something of, in the spellings of all versions. */
export const comparedKeys = [
  "gen_ai.operation.name",
  "gen_ai.system",
  "gen_ai.provider.name",
  "gen_ai.request.model",
  "gen_ai.response.model",
  "gen_ai.response.id",
  "gen_ai.response.finish_reasons",
  "gen_ai.usage.input_tokens",
  "gen_ai.usage.prompt_tokens",
  "gen_ai.usage.output_tokens",
  "gen_ai.usage.completion_tokens",
  "gen_ai.usage.cache_read.input_tokens",
  "gen_ai.usage.cache_creation.input_tokens",
  "gen_ai.usage.cache_write.input_tokens",
  "gen_ai.usage.reasoning.output_tokens",
  "gen_ai.request.stream",
  "gen_ai.request.choice.count",
  "gen_ai.request.max_tokens",
  "gen_ai.request.temperature",
  "gen_ai.request.top_p",
  "gen_ai.request.top_k",
  "gen_ai.request.frequency_penalty",
  "gen_ai.request.presence_penalty",
  "gen_ai.request.seed",
  "gen_ai.openai.request.seed",
  "gen_ai.request.stop_sequences",
  "gen_ai.request.encoding_formats",
  "gen_ai.embeddings.dimension.count",
  "gen_ai.output.type",
  "gen_ai.openai.request.response_format",
  "error.type",
  "server.address",
  "server.port",
] as const;

export type ComparedKey = (typeof comparedKeys)[number];

export function saidText(span: SpanRecord, key: ComparedKey): string | undefined {
  const value = span.said.get(key);
  return value?.type === "string" && value.value !== "" ? value.value : undefined;
}

export function saidNumber(span: SpanRecord, key: ComparedKey): number | undefined {
  const value = span.said.get(key);
  return value?.type === "int" || value?.type === "double" ? Number(value.value) : undefined;
}

export function saidBoolean(span: SpanRecord, key: ComparedKey): boolean | undefined {
  const value = span.said.get(key);
  return value?.type === "bool" ? value.value : undefined;
}

/** The texts of a list that is not empty; of a list of other things undefined. */
export function saidTexts(span: SpanRecord, key: ComparedKey): readonly string[] | undefined {
  const value = span.said.get(key);
  if (value?.type !== "array" || value.value.length === 0) return undefined;
  const texts = value.value.flatMap((element: AttributeValue) => (element.type === "string" ? [element.value] : []));
  return texts.length === value.value.length ? texts : undefined;
}

const google = /^(gcp|gemini|google|vertex)/;

/** The provider's family as far as a span names one that is served; others may speak any API. */
export function familyOf(provider: string): "openai" | "anthropic" | "google" | undefined {
  const name = provider.toLowerCase();
  if (name === "openai" || name === "anthropic") return name;
  return google.test(name) ? "google" : undefined;
}

export function saidProvider(span: SpanRecord): string | undefined {
  return saidText(span, "gen_ai.provider.name") ?? saidText(span, "gen_ai.system");
}
