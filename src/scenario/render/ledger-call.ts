import type { CallOutcome, CallResponse, LedgerApi, LedgerCall } from "../../ledger/ledger.ts";
import type { CallOperation, PlannedSpan } from "../plan/planned-trace.ts";
import { responseId } from "./attributes.ts";
import { hex } from "./ids.ts";
import type { RenderedSpan } from "./render-trace.ts";

/**
 * What a provider would have told of the call that a span describes; undefined for a span that describes none.
 * @param call Its number in the ledger.
 * @param start What the plan's times count from, in nanoseconds since the Unix epoch.
 */
export function ledgerCall(span: RenderedSpan, call: number, start: bigint): LedgerCall | undefined {
  const { planned } = span;
  const { operation } = planned;
  if (operation.kind !== "chat" && operation.kind !== "stream" && operation.kind !== "embed") return undefined;
  const { provider, model } = operation;
  const response = responseOf(operation);
  return {
    type: "call",
    call,
    api: apiOf(operation),
    operation: operationName(operation),
    provider: provider.name,
    server: { address: provider.address, port: provider.port },
    startTimeUnixNano: String(start + BigInt(planned.start) * 1000n),
    endTimeUnixNano: String(start + BigInt(planned.end) * 1000n),
    request: {
      model: model.name,
      stream: operation.kind === "stream",
      // There is no body: this too is the same in every attempt, and tells nothing of the content. Each attempt has a span of its own, so
      // none is a retry that a client makes within one.
      bodyDigest: hex(operation.run) + hex(operation.call),
    },
    outcome: outcomeOf(planned, operation),
    ...(response !== undefined && { response }),
    context: { traceparent: `00-${span.traceId}-${span.spanId}-01` },
  };
}

function apiOf({ provider, kind }: CallOperation): LedgerApi {
  switch (provider.name) {
    case "openai":
      return kind === "embed" ? "openai.embeddings" : "openai.chat_completions";
    case "anthropic":
      return "anthropic.messages";
    case "gcp.gemini":
      return "gemini.generate_content";
  }
}

function operationName({ provider, kind }: CallOperation): string {
  if (kind === "embed") return "embeddings";
  return provider.name === "gcp.gemini" ? "generate_content" : "chat";
}

function outcomeOf({ failure }: PlannedSpan, { reply }: CallOperation): CallOutcome {
  if (failure === undefined) return { kind: "answered", status: 200 };
  const status = Number(failure.type);
  if (Number.isInteger(status)) return { kind: "error", status };
  const begun = reply === "begun" ? { status: 200 } : {};
  return failure.type === "connection_reset" ? { kind: "cut", ...begun } : { kind: "abandoned", ...begun };
}

function responseOf(call: CallOperation): CallResponse | undefined {
  const { reply, kind, model, finish, input, output } = call;
  if (reply === "none") return undefined;
  if (kind === "embed") return { model: model.name, inputTokens: input };
  const told = { id: responseId(call), model: model.name };
  return reply === "begun" ? told : { ...told, finishReasons: [finish], inputTokens: input, outputTokens: output };
}
