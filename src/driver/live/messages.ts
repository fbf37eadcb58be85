import type { PlannedSpan } from "../../scenario/plan/planned-trace.ts";
import type { Program } from "../../scenario/plan/program.ts";
import type { SpanFacts } from "../../otlp/span-facts.ts";
import type { Delivery } from "../deliver.ts";
import type { Protocol } from "../replay.ts";
import type { SpanIds } from "../span-ids.ts";
import type { CallCounts } from "./call-counts.ts";

/** Names the step of the plan that a request is about: `trace.ordinal`, and of a call that is asked again `trace.ordinal.attempt`. */
export const STEP_HEADER = "x-testkit-step";

/** What a service is told when its process has begun. */
export interface Setup {
  /** Index of the service in the program. */
  readonly service: number;
  readonly program: Program;
  readonly traces: readonly LiveTrace[];
  readonly semconv: string;
  readonly seed: number;
  readonly toolVersion: string;
  readonly schemaUrl: string;
  readonly protocol: Protocol;
  readonly gzip: boolean;
  readonly target: {
    readonly endpoint: string;
    readonly headers: { readonly [name: string]: string };
    readonly timeoutMs: number;
  };
  /** Of the fake provider on 127.0.0.1. */
  readonly providerPort: number;
  /** How many times as fast as the plan's time passes. */
  readonly speed: number;
  /** Whether what becomes of a call is decided by the provider's capacity and by the retries, and not by the plan. */
  readonly callsDecide: boolean;
  /** Whether spans are told of one by one. */
  readonly withSpans: boolean;
}

/** A trace of the plan, without what can be rendered from it. */
export interface LiveTrace {
  readonly k: number;
  readonly root: PlannedSpan;
}

/** From the driver to a service, in this order. */
export type Order =
  | { readonly type: "setup"; readonly setup: Setup }
  /** Ports of all services on 127.0.0.1. */
  | { readonly type: "peers"; readonly ports: readonly number[] }
  /** Asks how many requests it has served, once nothing is under way. */
  | { readonly type: "settle" }
  /** Asks it to send what it has, and to end; a second one may leave it less time. */
  | { readonly type: "finish"; readonly withinMs: number };

/** From a service to the driver. */
export type Report =
  | { readonly type: "listening"; readonly port: number }
  | { readonly type: "ready" }
  | {
      readonly type: "exported";
      readonly delivery: Delivery;
      readonly tookMs: number;
      readonly count: number;
      readonly spans: readonly MadeSpan[];
    }
  | { readonly type: "settled"; readonly served: number }
  | ({ readonly type: "done" } & ServiceFigures);

export interface MadeSpan {
  readonly ids: SpanIds;
  readonly facts: SpanFacts;
}

/** What a service knows at its end. */
export interface ServiceFigures {
  /** How many spans it made. */
  readonly made: number;
  /** Spans that never came back from the exporter. */
  readonly unexported: readonly MadeSpan[];
  readonly calls: CallCounts;
  /** What went otherwise than planned, and the first of it in words. */
  readonly deviations: number;
  readonly firstDeviation: string;
}

/** The answer of one service to another's request, as JSON. */
export interface HopReply {
  readonly failure: string | null;
  /** Where a later link may lead: contexts by the ordinal of their span. */
  readonly linked: readonly (readonly [ordinal: number, traceId: string, spanId: string])[];
  /** What an agent used, for the caller's side of it. */
  readonly usage: { readonly input: number; readonly output: number; readonly last: SentCall | null } | null;
}

/** So much of a call as its caller's side tells of it: it is the call that `ordinal` names, with another id where it was asked again. */
export interface SentCall {
  readonly ordinal: number;
  readonly id: number;
}
