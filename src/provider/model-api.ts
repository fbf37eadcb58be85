import type { CallRequest, LedgerApi } from "../ledger/ledger.ts";
import type { ProviderRequest } from "./exchange.ts";
import type { Reply } from "./reply.ts";
import type { RequestFields } from "./request-fields.ts";

/** An API of a model: how its requests are read, and how its replies, streams and errors look. */
export interface ModelApi {
  readonly api: LedgerApi;
  readonly operation: string;
  readonly provider: string;
  /** @throws {BadRequest} */
  read(body: RequestFields, request: ProviderRequest): ReadCall;
  /** What a request that cannot be read says all the same. */
  facts(body: unknown, request: ProviderRequest): RequestFacts;
  refuse(refusal: Refusal): Reply;
}

export type RequestFacts = Omit<CallRequest, "bodyDigest" | "userTextDigest" | "retry">;

export interface ReadCall {
  readonly facts: RequestFacts;
  readonly userText: string | undefined;
  readonly inputTokens: number;
  answer(context: AnswerContext): Reply;
}

export interface AnswerContext {
  /** What the model says to a conversation. */
  compose(asked: Asked): Turn;
  /** An id that depends on the request and on how many of its like came before: hexadecimal digits. */
  id(kind: string, digits: number): string;
  /** Headers that every reply of the provider has. */
  readonly requestId: string;
}

/** A conversation, whatever the API. */
export interface Asked {
  readonly facts: RequestFacts;
  readonly userText: string | undefined;
  readonly inputTokens: number;
  /** How many turns of the assistant stand in it already. */
  readonly turn: number;
  /** Those that the reply may call: none when the request forbids it, or answers a call of one. */
  readonly tools: readonly Tool[];
  /** Whether the request asks for calls of several tools at once. */
  readonly parallel: boolean;
  /** The JSON Schema that the text must satisfy. */
  readonly schema?: unknown;
}

export interface Tool {
  readonly name: string;
  /** JSON Schema of its arguments. */
  readonly schema: unknown;
}

/** What the model says, whatever the API. */
export interface Turn {
  /** The model that answers, when a script names one. */
  readonly model?: string;
  readonly choices: readonly Choice[];
  readonly usage: Usage;
}

export interface Choice {
  readonly text?: string;
  readonly toolCalls: readonly ToolCall[];
  /** `stop`, `length`, `tool_calls`, `stop_sequence`, or what a script says, which goes out as it is. */
  readonly finish: string;
  readonly stopSequence?: string;
}

export interface ToolCall {
  readonly name: string;
  readonly arguments: unknown;
}

export interface Usage {
  /** All of them, cached ones included. */
  readonly inputTokens: number;
  readonly cachedInputTokens: number;
  readonly cacheCreationInputTokens: number;
  /** All of them, reasoning included. */
  readonly outputTokens: number;
  readonly reasoningTokens: number;
}

/** What a refused request is told. */
export interface Refusal {
  readonly status: number;
  readonly message: string;
  readonly requestId: string;
  readonly param?: string;
  readonly retryAfterSeconds?: number;
  /** What ran out, for a status of 429. */
  readonly limit?: Limit;
}

export interface Limit {
  readonly kind: "requests" | "tokens";
  readonly limit: number;
}
