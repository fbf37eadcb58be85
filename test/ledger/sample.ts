import type { LedgerCall, LedgerEnd, LedgerHeader, LedgerSpan, LedgerUnknownRoute } from "../../src/ledger/ledger.ts";

export const header: LedgerHeader = {
  type: "ledger",
  schemaVersion: "1.0",
  source: "provider",
  startTimeUnixNano: "1760000000000000000",
};

export const end = { type: "end", endTimeUnixNano: "1760000009000000000", calls: 1 } as const satisfies LedgerEnd;

/** The end of a replay's ledger. */
export const endWithSpans = { ...end, calls: 0, spans: 1 } as const satisfies LedgerEnd;

export const span: LedgerSpan = {
  type: "span",
  traceId: "0123456789abcdef0123456789abcdef",
  spanId: "0123456789abcdef",
  parentSpanId: "",
  service: "assistant",
  name: "chat gpt-4o",
  kind: "client",
  status: "error",
  digest: "fedcba9876543210",
  delivery: "acknowledged",
};

export const unknownRoute: LedgerUnknownRoute = {
  type: "unknown-route",
  timeUnixNano: "1760000003000000000",
  method: "POST",
  path: "/v1/moderations",
};

/** A call with every property that a call may have. */
export function fullCall(): LedgerCall {
  return {
    type: "call",
    call: 1,
    api: "openai.chat_completions",
    operation: "chat",
    provider: "openai",
    server: { address: "127.0.0.1", port: 8080 },
    startTimeUnixNano: "1760000001000000000",
    endTimeUnixNano: "1760000002000000000",
    request: {
      model: "gpt-4o",
      stream: true,
      choiceCount: 2,
      maxTokens: 100,
      temperature: 0.2,
      topP: 1,
      topK: 40,
      frequencyPenalty: 0.5,
      presencePenalty: -0.5,
      seed: 7,
      stopSequences: ["END"],
      encodingFormat: "float",
      dimensions: 8,
      outputType: "json",
      retry: 1,
      bodyDigest: "0123456789abcdef",
      userTextDigest: "fedcba9876543210",
    },
    outcome: { kind: "error", status: 429, errorType: "rate_limit_exceeded" },
    response: {
      id: "chatcmpl-1",
      model: "gpt-4o-2026-01-01",
      finishReasons: ["stop", "length"],
      inputTokens: 12,
      cachedInputTokens: 4,
      cacheCreationInputTokens: 2,
      outputTokens: 7,
      reasoningOutputTokens: 3,
    },
    context: {
      traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
      tracestate: "vendor=1",
      baggage: "tenant=blue",
    },
  };
}
