/**
 * A scenario as its YAML file says it, once specs/schema/scenario.schema.json holds for it. Durations (`250ms`), percentages (`2.5%`)
 * and rates (`20/s`) are still text; units.ts reads them.
 */
export interface Scenario {
  readonly description: string;
  readonly services: readonly string[];
  /** How every hop carries the context; w3c when not said. */
  readonly propagation?: Propagation;
  readonly hops?: readonly { readonly from: string; readonly to: string; readonly propagation: Propagation }[];
  readonly content?: ContentMode;
  readonly providers?: { readonly [name in ProviderName]?: Provider };
  readonly models?: Named<Model>;
  readonly tools?: Named<Tool>;
  readonly mcpServers?: Named<McpServer>;
  readonly agents?: Named<Agent>;
  readonly retries?: Named<RetryPolicy>;
  readonly run: {
    readonly service: string;
    /** Method and route of the request that starts a run. */
    readonly request: string;
    readonly workflow?: string;
    readonly steps: Steps;
  };
  /** The share of runs whose caller gives up, and when, counted from the start of the run. */
  readonly cancel?: { readonly share: string; readonly after: Durations };
  readonly arrival: Arrival;
  /** How many runs show what it is about; 100 when not said. */
  readonly traces?: number;
}

export interface Named<Value> {
  readonly [name: string]: Value;
}

/** `both` is w3c and b3; `none` sends no header, `broken` one that nobody can read: after these two a new trace begins. */
export type Propagation = "w3c" | "b3" | "b3-multi" | "both" | "none" | "broken";
export type ContentMode = "none" | "text" | "structured";
export type ProviderName = "openai" | "anthropic" | "gcp.gemini";

/** A constant when it is text. */
export type Durations =
  | string
  | { readonly uniform: Range<string> }
  | { readonly normal: Bell<string> }
  | { readonly lognormal: Named<string> }
  | { readonly zipf: { readonly unit: string; readonly to: number; readonly exponent: number } };

/** A constant when it is a number. */
export type Counts =
  | number
  | { readonly uniform: Range<number> }
  | { readonly normal: Bell<number> }
  | { readonly lognormal: Named<number> }
  | { readonly zipf: { readonly to: number; readonly exponent: number } };

interface Range<Value> {
  readonly from: Value;
  readonly to: Value;
}

interface Bell<Value> {
  readonly mean: Value;
  readonly deviation: Value;
}

export interface Provider {
  readonly address?: string;
  readonly port?: number;
  readonly capacity?: Capacity;
  readonly outages?: readonly Outage[];
}

interface Capacity {
  readonly concurrent?: number;
  readonly queue?: number;
  readonly rate?: string;
  readonly burst?: number;
  readonly status?: 429 | 503 | 529;
  readonly retryAfter?: string;
}

interface Outage {
  readonly from: string;
  readonly for: string;
  readonly status: number | "hang";
  readonly share?: string;
  readonly retryAfter?: string;
}

export interface Model {
  readonly provider: ProviderName;
  /** Of the whole reply. */
  readonly latency: Durations;
  /** Of a stream's first chunk. */
  readonly firstChunk?: Durations;
  readonly input?: Counts;
  readonly output?: Counts;
  readonly errors?: Named<string>;
}

export interface Tool {
  readonly duration: Durations;
  /** Where it runs, when that is not the caller's own process. */
  readonly service?: string;
  readonly description?: string;
  readonly errors?: Named<string>;
}

interface McpServer {
  readonly service: string;
  readonly duration: Durations;
  readonly errors?: Named<string>;
}

export interface Agent {
  readonly service: string;
  /** What it runs on, and what its chats use when they name none. */
  readonly model: string;
  readonly description?: string;
  readonly steps: Steps;
}

export interface RetryPolicy {
  readonly attempts: number;
  /** Of one attempt, as the client counts it. */
  readonly timeout?: string;
  readonly backoff: { readonly first: string; readonly factor: number; readonly most: string };
  readonly jitter: Jitter;
  /** Retries are at most this share of the calls. */
  readonly budget?: string;
  readonly breaker?: { readonly failures: number; readonly open: string };
}

export type Jitter = "none" | "equal" | "full";
export type Steps = readonly Step[];

/** Exactly one of these. */
export interface Step {
  readonly agent?: string;
  readonly plan?: Steps;
  readonly chat?: Chat;
  readonly stream?: Chat;
  readonly embed?: { readonly model: string; readonly input?: Counts };
  readonly retrieve?: Retrieve;
  readonly rerank?: { readonly model: string; readonly duration: Durations; readonly errors?: Named<string> };
  readonly tool?: string;
  readonly mcp?: McpStep;
  readonly handoff?: string;
  readonly human?: Durations;
  readonly parallel?: readonly Steps[];
  readonly background?: Steps;
  readonly choose?: readonly { readonly share: string; readonly steps: Steps }[];
  readonly loop?: { readonly times: Counts; readonly until?: string; readonly steps: Steps };
  readonly retry?: { readonly policy: string; readonly steps: Steps };
}

export interface Chat {
  readonly model?: string;
  readonly input?: Counts;
  readonly output?: Counts;
  readonly finish?: FinishReason;
}

export type FinishReason = "stop" | "length" | "tool_calls" | "content_filter";

interface Retrieve {
  readonly source: string;
  readonly top: number;
  /** How many documents come back; as many as asked for when not said. */
  readonly found?: Counts;
  readonly duration: Durations;
  readonly errors?: Named<string>;
}

export interface McpStep {
  readonly server: string;
  readonly tool?: string;
  readonly prompt?: string;
  readonly resource?: string;
}

export type Arrival =
  | { readonly constant: string }
  | { readonly ramp: { readonly from: string; readonly to: string; readonly over: string } }
  | { readonly burst: { readonly size: number; readonly every: string; readonly rate?: string } }
  | { readonly poisson: string }
  | { readonly closed: { readonly users: number; readonly think: Durations } };
