import type { CallOperation, PlannedSpan } from "../../scenario/plan/planned-trace.ts";

/** Whether a span is a request to a model's provider. */
export function isCall(span: PlannedSpan): span is PlannedSpan & { readonly operation: CallOperation } {
  const { kind } = span.operation;
  return kind === "chat" || kind === "stream" || kind === "embed";
}
