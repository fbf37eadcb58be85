import type { FinishReason, Propagation } from "../scenario.ts";
import type { PlanAgent, PlanModel, PlanProvider, PlanTool } from "./program.ts";

/** One run of a scenario: what happened when, said without any version of the conventions. Times are microseconds from the run's start. */
export interface PlannedTrace {
  readonly k: number;
  readonly root: PlannedSpan;
  /** How many spans its tree has. */
  readonly spans: number;
  /** Attempts that a circuit breaker kept back: they made no span. */
  readonly rejected: number;
}

export interface PlannedSpan {
  readonly operation: Operation;
  /** Index of its service. */
  readonly service: number;
  readonly start: number;
  readonly end: number;
  readonly failure: Failure | undefined;
  readonly children: readonly PlannedSpan[];
  /** How the context came to it from its parent, which is in another service; absent within one. */
  readonly hop: Propagation | undefined;
  /** The span that led to it without being its parent. */
  readonly link: PlannedSpan | undefined;
  /** Its place in the tree, parents first, from 0. */
  readonly ordinal: number;
}

export interface Failure {
  /** As error.type has it: an HTTP status, `timeout`, `cancelled`, `connection_reset`, `circuit_open`, or a tool's own error. */
  readonly type: string;
  /** How long the server asked to be left alone, in microseconds; 0 when it did not say. */
  readonly retryAfter: number;
}

export type Operation =
  | {
      readonly kind: "request";
      readonly side: "client" | "server";
      readonly method: string;
      readonly route: string;
      readonly to: number;
    }
  | { readonly kind: "workflow"; readonly name: string }
  | AgentOperation
  | { readonly kind: "plan"; readonly agent: PlanAgent }
  | CallOperation
  | RetrieveOperation
  | { readonly kind: "rerank"; readonly model: string }
  | { readonly kind: "tool"; readonly tool: PlanTool; readonly agent: PlanAgent | undefined }
  /** The tool call by which an agent hands over to another. */
  | { readonly kind: "transfer"; readonly from: PlanAgent; readonly to: PlanAgent }
  | McpOperation
  | { readonly kind: "human" };

export interface AgentOperation {
  readonly kind: "agent";
  readonly agent: PlanAgent;
  /** Whether this is the caller's side of an agent in another service. */
  readonly remote: boolean;
  readonly usage: AgentUsage;
}

/** What an agent's own model calls came to. */
export interface AgentUsage {
  readonly model: PlanModel;
  readonly provider: PlanProvider;
  readonly input: number;
  readonly output: number;
  /** The last call that was answered. */
  readonly last: CallOperation | undefined;
}

export interface CallOperation {
  readonly kind: "chat" | "stream" | "embed";
  readonly model: PlanModel;
  readonly provider: PlanProvider;
  readonly input: number;
  readonly output: number;
  readonly finish: FinishReason;
  /** 0 for the first; a retry counts on. */
  readonly attempt: number;
  /** Index of the policy by which it is asked again; undefined for a call that is made once. */
  readonly policy: number | undefined;
  /** Of a stream, from its start. */
  readonly firstChunk: number | undefined;
  /** How much of the reply came. */
  readonly reply: "none" | "begun" | "whole";
  /**
   * Together they name the reply, the same wherever it is told: which trace it belongs to, among those of all scenarios, and what it is
   * among those of that trace.
   */
  readonly run: number;
  readonly id: number;
  /** Names what is asked for, the same in every attempt. */
  readonly call: number;
}

export interface RetrieveOperation {
  readonly kind: "retrieve";
  readonly source: string;
  readonly top: number;
  readonly found: number;
}

export interface McpOperation {
  readonly kind: "mcp";
  readonly side: "client" | "server";
  readonly method: "tools/call" | "tools/list" | "prompts/get" | "resources/read";
  readonly target: string | undefined;
  /** Of the JSON-RPC request, the same on both sides; no other request of the trace has it. */
  readonly id: number;
  /** Names the session among those of the trace: each client has its own with each server. */
  readonly session: number;
}
