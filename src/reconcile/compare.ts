import type { LedgerCall } from "../ledger/ledger.ts";
import { compareError } from "./compare-error.ts";
import { sameFinishReasons } from "./finish-reasons.ts";
import { saidBoolean, saidNumber, saidText, saidTexts, type ComparedKey } from "./said.ts";
import type { SpanRecord } from "./span-record.ts";

/** What a span may say wrongly of its call; each is judged by a rule of its own. */
export type Aspect =
  | "model"
  | "tokens"
  | "finish-reasons"
  | "streaming"
  | "choice-count"
  | "response-id"
  | "error"
  | "server"
  | "parameters";

/** One thing that a span says, held against what happened. What a span does not say is not compared. */
export interface Comparison {
  readonly aspect: Aspect;
  readonly key: ComparedKey;
  /** `open`: neither agrees nor contradicts, because the ledger does not know, or the conventions leave the value open. */
  readonly agrees: "yes" | "no" | "open";
  readonly said: string;
  readonly happened: string;
}

/**
 * Holds what a span says against its call.
 *
 * @param attempts All attempts of the client; values are compared with the last, an error with any.
 */
export function compare(span: SpanRecord, attempts: readonly LedgerCall[]): Comparison[] {
  const call = attempts.at(-1)!;
  return [
    ...compareModels(span, call),
    ...compareTokens(span, call),
    ...compareFinishReasons(span, call),
    ...compareStreaming(span, call),
    ...compareChoiceCount(span, call),
    ...compareResponseId(span, call),
    ...compareServer(span, call),
    ...compareParameters(span, call),
    ...compareError(span, attempts),
  ];
}

/** A request that could not be read (too large, broken off, no JSON) names no model: what it asked for is not known. */
function wasRead({ request }: LedgerCall): boolean {
  return request.model !== "";
}

function compareModels(span: SpanRecord, call: LedgerCall): Comparison[] {
  const asked = wasRead(call) ? call.request.model : undefined;
  return [
    compareText("model", "gen_ai.request.model", span, asked, sameModel),
    compareText("model", "gen_ai.response.model", span, call.response?.model, sameModel),
  ].flat();
}

/** Gemini's `models/` may stand before the name; a gateway's `openai/` says no other model. */
function sameModel(said: string, happened: string): Comparison["agrees"] {
  const bare = (model: string): string => model.replace(/^models\//, "");
  if (bare(said) === bare(happened)) return "yes";
  return bare(said).endsWith(`/${bare(happened)}`) ? "open" : "no";
}

function compareTokens(span: SpanRecord, call: LedgerCall): Comparison[] {
  const { inputTokens, outputTokens, cachedInputTokens, cacheCreationInputTokens, reasoningOutputTokens } =
    call.response ?? {};
  const [input, output] = [otherInputs(call), otherOutputs(call)];
  return [
    compareNumber("tokens", "gen_ai.usage.input_tokens", span, inputTokens, input),
    compareNumber("tokens", "gen_ai.usage.prompt_tokens", span, inputTokens, input),
    compareNumber("tokens", "gen_ai.usage.output_tokens", span, outputTokens, output),
    compareNumber("tokens", "gen_ai.usage.completion_tokens", span, outputTokens, output),
    compareNumber("tokens", "gen_ai.usage.cache_read.input_tokens", span, cachedInputTokens),
    compareNumber("tokens", "gen_ai.usage.cache_creation.input_tokens", span, cacheCreationInputTokens),
    compareNumber("tokens", "gen_ai.usage.cache_write.input_tokens", span, cacheCreationInputTokens),
    compareNumber("tokens", "gen_ai.usage.reasoning.output_tokens", span, reasoningOutputTokens),
  ].flat();
}

/** Whether tokens from and to a cache are to be counted in is a recommendation, and only of later versions; Anthropic's replies leave them out. */
function otherInputs({ response }: LedgerCall): readonly number[] {
  const { inputTokens, cachedInputTokens = 0, cacheCreationInputTokens = 0 } = response ?? {};
  if (inputTokens === undefined) return [];
  const without = inputTokens - cachedInputTokens;
  return [without, inputTokens - cacheCreationInputTokens, without - cacheCreationInputTokens];
}

/** Gemini counts thoughts beside its candidates' tokens; the others count reasoning in. */
function otherOutputs({ api, response }: LedgerCall): readonly number[] {
  const { outputTokens, reasoningOutputTokens = 0 } = response ?? {};
  return api !== "gemini.generate_content" || outputTokens === undefined ? [] : [outputTokens - reasoningOutputTokens];
}

function compareFinishReasons(span: SpanRecord, call: LedgerCall): Comparison[] {
  const key = "gen_ai.response.finish_reasons";
  const said = saidTexts(span, key);
  if (said === undefined) return [];
  const told = call.response?.finishReasons;
  // A reply that never ended may be given a reason of the client's own.
  const open = told === undefined || told.length === 0 || call.outcome.kind !== "answered";
  return [
    {
      aspect: "finish-reasons",
      key,
      agrees: open ? "open" : sameFinishReasons(said, told, call.api),
      said: said.join(", "),
      happened: open ? "none told" : told.join(", "),
    },
  ];
}

function compareStreaming(span: SpanRecord, call: LedgerCall): Comparison[] {
  const key = "gen_ai.request.stream";
  const said = saidBoolean(span, key);
  if (said === undefined) return [];
  const { stream } = call.request;
  const agrees = !wasRead(call) ? "open" : said === stream ? "yes" : "no";
  return [{ aspect: "streaming", key, agrees, said: String(said), happened: String(stream) }];
}

function compareChoiceCount(span: SpanRecord, call: LedgerCall): Comparison[] {
  if (call.operation === "embeddings") return [];
  // Every API answers with one choice unless asked for more.
  const asked = wasRead(call) ? (call.request.choiceCount ?? 1) : undefined;
  return compareNumber("choice-count", "gen_ai.request.choice.count", span, asked);
}

function compareResponseId(span: SpanRecord, call: LedgerCall): Comparison[] {
  return compareText("response-id", "gen_ai.response.id", span, call.response?.id, (a, b) => (a === b ? "yes" : "no"));
}

const loopback = /^(localhost|127\.\d+\.\d+\.\d+|\[?::1\]?)$/;

/** Where the span says that it called, and where the client did. */
export function compareServer(span: SpanRecord, call: LedgerCall): Comparison[] {
  const { address, port } = call.server;
  return [
    compareText("server", "server.address", span, address, sameHost),
    // A Host without a port is all that is left of https when something before the provider ends TLS.
    compareNumber("server", "server.port", span, port, port === 80 ? [443] : []),
  ].flat();
}

/** A name and its address are the same server; a whole URL in the attribute is wrong, but no other server. */
function sameHost(said: string, happened: string): Comparison["agrees"] {
  const [a, b] = [said.toLowerCase(), happened.toLowerCase()];
  if (a === b) return "yes";
  return (loopback.test(a) && loopback.test(b)) || a.includes(b) ? "open" : "no";
}

function compareParameters(span: SpanRecord, call: LedgerCall): Comparison[] {
  const { request } = call;
  return [
    compareNumber("parameters", "gen_ai.request.max_tokens", span, request.maxTokens),
    compareNumber("parameters", "gen_ai.request.temperature", span, request.temperature),
    compareNumber("parameters", "gen_ai.request.top_p", span, request.topP),
    compareNumber("parameters", "gen_ai.request.top_k", span, request.topK),
    compareNumber("parameters", "gen_ai.request.frequency_penalty", span, request.frequencyPenalty),
    compareNumber("parameters", "gen_ai.request.presence_penalty", span, request.presencePenalty),
    compareNumber("parameters", "gen_ai.request.seed", span, request.seed),
    compareNumber("parameters", "gen_ai.openai.request.seed", span, request.seed),
    compareTexts("gen_ai.request.stop_sequences", span, request.stopSequences),
    compareTexts(
      "gen_ai.request.encoding_formats",
      span,
      request.encodingFormat === undefined ? undefined : [request.encodingFormat],
    ),
    compareNumber("parameters", "gen_ai.embeddings.dimension.count", span, request.dimensions),
    compareText("parameters", "gen_ai.output.type", span, request.outputType, sameOutputType),
    compareText("parameters", "gen_ai.openai.request.response_format", span, request.outputType, sameOutputType),
  ].flat();
}

/** OpenAI's `json_object` and `json_schema` are JSON; an image or speech is nothing that a ledger's `text` rules out. */
function sameOutputType(said: string, happened: string): Comparison["agrees"] {
  const type = said.startsWith("json") ? "json" : said;
  if (type === happened) return "yes";
  return type === "json" || type === "text" ? "no" : "open";
}

function compareText(
  aspect: Aspect,
  key: ComparedKey,
  span: SpanRecord,
  happened: string | undefined,
  same: (said: string, happened: string) => Comparison["agrees"],
): Comparison[] {
  const said = saidText(span, key);
  if (said === undefined) return [];
  const agrees = happened === undefined ? "open" : same(said, happened);
  return [{ aspect, key, agrees, said, happened: happened ?? "not known" }];
}

function compareNumber(
  aspect: Aspect,
  key: ComparedKey,
  span: SpanRecord,
  happened: number | undefined,
  alsoPossible: readonly number[] = [],
): Comparison[] {
  const said = saidNumber(span, key);
  if (said === undefined) return [];
  const agrees =
    happened === undefined ? "open" : near(said, happened) ? "yes" : alsoPossible.includes(said) ? "open" : "no";
  return [
    { aspect, key, agrees, said: String(said), happened: happened === undefined ? "not known" : String(happened) },
  ];
}

/** A value that went through 32-bit floating point is the same value. */
function near(a: number, b: number): boolean {
  return Math.abs(a - b) <= 1e-6 * Math.max(1, Math.abs(b)) && (Number.isInteger(b) ? a === b : true);
}

function compareTexts(key: ComparedKey, span: SpanRecord, happened: readonly string[] | undefined): Comparison[] {
  const said = saidTexts(span, key);
  if (said === undefined) return [];
  const same = happened !== undefined && said.toSorted().join("\0") === happened.toSorted().join("\0");
  return [
    {
      aspect: "parameters",
      key,
      agrees: happened === undefined ? "open" : same ? "yes" : "no",
      said: said.join(", "),
      happened: happened?.join(", ") ?? "not known",
    },
  ];
}
