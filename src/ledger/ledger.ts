/**
 * What really happened, one JSON document a line: first a header, then an entry for each call in the order they ended, last an end
 * line. A file without its end line is torn: calls may be missing from it, so that "no such call" cannot be said.
 *
 * Times are nanoseconds since the Unix epoch as decimal strings, like in OTLP/JSON.
 */
export type LedgerLine = LedgerHeader | LedgerCall | LedgerUnknownRoute | LedgerSpan | LedgerEnd;

/** A line between the header and the end. */
export type LedgerEntry = LedgerCall | LedgerUnknownRoute | LedgerSpan;

export interface LedgerHeader {
  readonly type: "ledger";
  /** Grows by a minor number when fields are added. */
  readonly schemaVersion: "1.0";
  /** Who kept it: a fake provider that was called, a generator that made the spans itself, or a driver that sent them. */
  readonly source: "provider" | "scenario" | "replay";
  readonly startTimeUnixNano: string;
}

/** A request to a path that the provider does not serve. */
export interface LedgerUnknownRoute {
  readonly type: "unknown-route";
  readonly timeUnixNano: string;
  readonly method: string;
  /** Without its query, which may hold a key. */
  readonly path: string;
}

export interface LedgerEnd {
  readonly type: "end";
  readonly endTimeUnixNano: string;
  /** How many calls stand in the file. */
  readonly calls: number;
  /** How many spans stand in the file; absent of a provider, which sees none. */
  readonly spans?: number;
}

/**
 * A span that a driver sent, or that a generator wrote. The ledger of a replay has one for each; that of live services, and that of a
 * scenario, has the calls that they are of too.
 */
export interface LedgerSpan {
  readonly type: "span";
  /** Lower-case hex. */
  readonly traceId: string;
  readonly spanId: string;
  /** "" for the root of a trace. */
  readonly parentSpanId: string;
  /** service.name of its resource. */
  readonly service: string;
  readonly name: string;
  /** `internal`, `server`, `client`, `producer` or `consumer`. */
  readonly kind: string;
  /** `unset`, `ok` or `error`. */
  readonly status: string;
  /** SHA-256 of its attributes with their types, sorted by key; 16 hex digits. */
  readonly digest: string;
  readonly delivery: SpanDelivery;
}

/**
 * What the target said of the request that a span was in; what a generator wrote counts as acknowledged:
 * - `acknowledged`: it has it
 * - `retried`: it acknowledged it after an attempt that it may have taken too, so that the span may be there twice
 * - `partly`: it acknowledged it, but rejected some of its spans without saying which
 * - `unsure`: never acknowledged, but an attempt may have been taken
 * - `lost`: never acknowledged, and no attempt can have been taken
 */
export type SpanDelivery = "acknowledged" | "retried" | "partly" | "unsure" | "lost";

/** The API that was called; each has its own request and reply shapes. */
export type LedgerApi =
  | "openai.chat_completions"
  | "openai.responses"
  | "openai.embeddings"
  | "anthropic.messages"
  | "gemini.generate_content";

/** One HTTP request to a model. A client that retries makes several. */
export interface LedgerCall {
  readonly type: "call";
  /** 1, 2, … in the order in which the calls began. */
  readonly call: number;
  readonly api: LedgerApi;
  /** gen_ai.operation.name as the conventions spell it: `chat`, `generate_content`, `embeddings`. */
  readonly operation: string;
  /** gen_ai.provider.name as the conventions spell it: `openai`, `anthropic`, `gcp.gemini`. */
  readonly provider: string;
  /** Where the client believed to call: the Host header's host, and its port or the scheme's. */
  readonly server: { readonly address: string; readonly port: number };
  /** When the request's head had come. */
  readonly startTimeUnixNano: string;
  /** When the last byte of the reply was handed over, or the exchange was over without it. */
  readonly endTimeUnixNano: string;
  readonly request: CallRequest;
  readonly outcome: CallOutcome;
  /** What the provider told the client; absent where nothing of a reply was sent. */
  readonly response?: CallResponse;
  /** The propagation headers as they came; absent where the request had none. */
  readonly context: { readonly traceparent?: string; readonly tracestate?: string; readonly baggage?: string };
}

/** What was asked for, only as far as the request said it. */
export interface CallRequest {
  /** Empty where the request named none. */
  readonly model: string;
  readonly stream: boolean;
  readonly choiceCount?: number;
  readonly maxTokens?: number;
  readonly temperature?: number;
  readonly topP?: number;
  readonly topK?: number;
  readonly frequencyPenalty?: number;
  readonly presencePenalty?: number;
  readonly seed?: number;
  readonly stopSequences?: readonly string[];
  /** OpenAI's own clients ask for `base64` where their caller asked for nothing. */
  readonly encodingFormat?: string;
  readonly dimensions?: number;
  /** `text` or `json`, where the request asks for one. */
  readonly outputType?: string;
  /** Which attempt of the client's own retries this is, 0 for the first, where the client says it (x-stainless-retry-count). */
  readonly retry?: number;
  /** SHA-256 of the request's body, 16 hex digits: the same for a retry, tells nothing of the content. */
  readonly bodyDigest: string;
  /**
   * SHA-256 of the last user message's text (of the input, for embeddings), 16 hex digits; absent where it has none. The texts of
   * several parts, or inputs, are joined by a line break.
   */
  readonly userTextDigest?: string;
}

/**
 * What became of a call, as the client saw it:
 * - `answered`: the whole reply was sent, status 2xx
 * - `error`: refused with an HTTP status of 400 or more
 * - `malformed`: status 2xx with a body, or an event of a stream, that is no JSON
 * - `cut`: the provider broke the connection before the reply was whole (status absent: before it began)
 * - `abandoned`: the client went away before the reply was whole (it left a stream, or its own timeout struck)
 */
export interface CallOutcome {
  readonly kind: "answered" | "error" | "malformed" | "cut" | "abandoned";
  readonly status?: number;
  /** The provider's own name of the error, such as `rate_limit_exceeded`, where the reply gave one. */
  readonly errorType?: string;
}

/** As far as it was told to the client: a stream that was left early has told its id and model, but neither usage nor finish reasons. */
export interface CallResponse {
  readonly id?: string;
  readonly model?: string;
  /** One a choice, as the provider spells it; OpenAI's responses have a status in their place, and none here. */
  readonly finishReasons?: readonly string[];
  /** All input tokens, cached ones included. */
  readonly inputTokens?: number;
  /** Those of them that came from a cache. */
  readonly cachedInputTokens?: number;
  /** Those of them that were written to a cache. */
  readonly cacheCreationInputTokens?: number;
  /** All output tokens, reasoning included (Gemini: candidates and thoughts). */
  readonly outputTokens?: number;
  /** Those of them that were spent on reasoning. */
  readonly reasoningOutputTokens?: number;
}
