import type { AgentUsage, CallOperation, Failure, Operation, PlannedSpan } from "./planned-trace.ts";
import type { Propagation } from "../scenario.ts";

/** A planned span while it is being made. */
export interface OpenSpan extends PlannedSpan {
  operation: Operation;
  end: number;
  failure: Failure | undefined;
  readonly children: OpenSpan[];
  link: OpenSpan | undefined;
  ordinal: number;
}

export interface OpenUsage extends AgentUsage {
  input: number;
  output: number;
  last: CallOperation | undefined;
}

export function openSpan(
  operation: Operation,
  service: number,
  start: number,
  hop?: Propagation,
  link?: OpenSpan,
): OpenSpan {
  return { operation, service, start, end: start, failure: undefined, children: [], hop, link, ordinal: 0 };
}

/** Numbers the spans of a tree, parents first; gives how many there are. */
export function number(span: OpenSpan, from = 0): number {
  span.ordinal = from;
  let next = from + 1;
  for (const child of span.children) next = number(child, next);
  return next;
}
