import type { ContentMode, FinishReason, Jitter, Propagation, ProviderName } from "../scenario.ts";
import type { Distribution, QuantileTable } from "./distribution.ts";

/**
 * A scenario made ready: names are resolved to indices, units to microseconds, distributions to tables. It is plain JSON, so that an
 * engine without our YAML reader can run the plan from it.
 */
export interface Program {
  /** A hash of the scenario, so that the ids of two scenarios differ though their seeds do not. */
  readonly identity: number;
  readonly services: readonly string[];
  /** How the context gets from one service to another: hops[from × services.length + to]. */
  readonly hops: readonly Propagation[];
  readonly content: ContentMode;
  readonly providers: readonly PlanProvider[];
  readonly models: readonly PlanModel[];
  readonly agents: readonly PlanAgent[];
  readonly policies: readonly PlanPolicy[];
  readonly run: {
    readonly service: number;
    readonly method: string;
    readonly route: string;
    readonly workflow: string | undefined;
    readonly steps: readonly PlanStep[];
  };
  readonly cancel: { readonly share: number; readonly after: Distribution } | undefined;
  readonly arrival: PlanArrival;
  /** Whether traces depend on each other, by a capacity, a budget, a breaker or users who wait; then none can be planned alone. */
  readonly shared: boolean;
}

export interface PlanProvider {
  readonly name: ProviderName;
  readonly address: string;
  readonly port: number;
  readonly capacity: PlanCapacity | undefined;
  readonly outages: readonly PlanOutage[];
}

interface PlanCapacity {
  readonly concurrent: number | undefined;
  readonly queue: number;
  /** Calls a microsecond, and how many it lets through at once. */
  readonly rate: number | undefined;
  readonly burst: number;
  readonly status: number;
  readonly retryAfter: number;
}

export interface PlanOutage {
  readonly from: number;
  /** The first microsecond after it. */
  readonly until: number;
  readonly status: number | "hang";
  readonly share: number;
  readonly retryAfter: number;
}

export interface PlanModel {
  readonly name: string;
  readonly provider: number;
  readonly latency: Distribution;
  readonly firstChunk: Distribution;
  readonly errors: readonly ErrorShare[];
}

/** An error whose draw is below this, and not below that of the error before it. */
export interface ErrorShare {
  readonly type: string;
  readonly below: number;
}

export interface PlanAgent {
  readonly name: string;
  readonly service: number;
  readonly description: string | undefined;
  /** The model that it runs on. */
  readonly model: number;
  readonly steps: readonly PlanStep[];
}

export interface PlanTool {
  readonly name: string;
  readonly service: number | undefined;
  readonly description: string | undefined;
  readonly duration: Distribution;
  readonly errors: readonly ErrorShare[];
}

export interface PlanPolicy {
  readonly name: string;
  readonly attempts: number;
  readonly timeout: number | undefined;
  readonly first: number;
  readonly factor: number;
  readonly most: number;
  readonly jitter: Jitter;
  readonly budget: number | undefined;
  readonly breaker: { readonly failures: number; readonly open: number } | undefined;
}

export type PlanStep =
  | { readonly kind: "agent"; readonly agent: number }
  | { readonly kind: "handoff"; readonly agent: number }
  | { readonly kind: "plan"; readonly steps: readonly PlanStep[] }
  | PlanCall
  | PlanRetrieve
  | {
      readonly kind: "rerank";
      readonly model: string;
      readonly duration: Distribution;
      readonly errors: readonly ErrorShare[];
    }
  | { readonly kind: "tool"; readonly tool: PlanTool }
  | PlanMcp
  | { readonly kind: "human"; readonly wait: Distribution }
  | { readonly kind: "parallel"; readonly branches: readonly (readonly PlanStep[])[] }
  | { readonly kind: "background"; readonly steps: readonly PlanStep[] }
  | {
      readonly kind: "choose";
      readonly ways: readonly { readonly below: number; readonly steps: readonly PlanStep[] }[];
    }
  | {
      readonly kind: "loop";
      readonly times: Distribution;
      readonly most: number;
      readonly until: number;
      readonly steps: readonly PlanStep[];
    }
  | { readonly kind: "retry"; readonly policy: number; readonly steps: readonly PlanStep[] };

/** A call of a model. */
export interface PlanCall {
  readonly kind: "chat" | "stream" | "embed";
  readonly model: number;
  readonly input: Distribution;
  readonly output: Distribution;
  readonly finish: FinishReason;
}

export interface PlanRetrieve {
  readonly kind: "retrieve";
  readonly source: string;
  readonly top: number;
  readonly found: Distribution;
  readonly duration: Distribution;
  readonly errors: readonly ErrorShare[];
}

export interface PlanMcp {
  readonly kind: "mcp";
  readonly service: number;
  readonly method: "tools/call" | "tools/list" | "prompts/get" | "resources/read";
  /** The tool's or prompt's name, or the resource's URI. */
  readonly target: string | undefined;
  readonly duration: Distribution;
  readonly errors: readonly ErrorShare[];
}

export type PlanArrival =
  | { readonly kind: "constant"; readonly gap: number }
  /** Rates a microsecond; after `over` the last one stays. */
  | { readonly kind: "ramp"; readonly from: number; readonly to: number; readonly over: number }
  | { readonly kind: "burst"; readonly size: number; readonly every: number; readonly rate: number }
  /** splits[i]: where the middle of 2^(i+1) arrivals lies between their ends. */
  | { readonly kind: "poisson"; readonly gap: number; readonly splits: readonly QuantileTable[] }
  | { readonly kind: "closed"; readonly users: number; readonly think: Distribution };
