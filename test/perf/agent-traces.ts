import { protobufRoot } from "../../src/otlp/message-types.ts";
import { attribute } from "./spans.ts";

const SPANS_PER_TRACE = 16;

/**
 * An Export request of whole agent runs, 16 spans each: an invoke_agent span above turns of a chat and an execute_tool span; 5 to
 * 11 attributes and less than 400 bytes a span. No version since 1.37.0 finds a violation in it.
 *
 * @param spans a multiple of 16
 */
export function agentRequest(spans: number, seed: number): Buffer {
  const type = protobufRoot().lookupType("ExportTraceServiceRequest");
  const traces = spans / SPANS_PER_TRACE;
  const request = {
    resourceSpans: [
      {
        resource: { attributes: [attribute("service.name", { stringValue: "checkout-assistant" })] },
        scopeSpans: [
          {
            scope: { name: "perf", version: "1.0.0" },
            spans: Array.from({ length: traces }, (_, index) => agentTrace(seed * traces + index)).flat(),
          },
        ],
      },
    ],
  };
  return Buffer.from(type.encode(request).finish());
}

function agentTrace(trace: number): object[] {
  const traceId = Buffer.alloc(16);
  traceId.writeUInt32BE(trace + 1, 12);
  const idOf = (index: number): Buffer => {
    const id = Buffer.alloc(8);
    id.writeUInt32BE(trace * SPANS_PER_TRACE + index + 1, 4);
    return id;
  };
  return Array.from({ length: SPANS_PER_TRACE }, (_, index) => ({
    traceId,
    spanId: idOf(index),
    ...(index > 0 && { parentSpanId: idOf(0) }),
    startTimeUnixNano: 1_700_000_000_000_000_000,
    endTimeUnixNano: 1_700_000_001_000_000_000,
    ...(index === 0 ? invokeAgent() : index % 2 === 1 ? chat(trace, index) : executeTool(trace, index)),
  }));
}

interface Described {
  readonly name: string;
  readonly kind: number;
  readonly attributes: readonly ReturnType<typeof attribute>[];
}

function invokeAgent(): Described {
  return {
    name: "invoke_agent Checkout",
    kind: 1,
    attributes: [
      attribute("gen_ai.operation.name", { stringValue: "invoke_agent" }),
      attribute("gen_ai.provider.name", { stringValue: "openai" }),
      attribute("gen_ai.agent.name", { stringValue: "Checkout" }),
      attribute("gen_ai.agent.id", { stringValue: "asst_5j66UpCpwteGg4YSxUnt7lPY" }),
      attribute("gen_ai.request.model", { stringValue: "gpt-4o" }),
    ],
  };
}

function chat(trace: number, index: number): Described {
  return {
    name: "chat gpt-4o",
    kind: 3,
    attributes: [
      attribute("gen_ai.operation.name", { stringValue: "chat" }),
      attribute("gen_ai.provider.name", { stringValue: "openai" }),
      attribute("gen_ai.request.model", { stringValue: "gpt-4o" }),
      attribute("gen_ai.response.model", { stringValue: "gpt-4o-2026-07-18" }),
      attribute("gen_ai.response.id", { stringValue: `chatcmpl-${String(trace * 16 + index).padStart(16, "0")}` }),
      attribute("gen_ai.response.finish_reasons", { arrayValue: { values: [{ stringValue: "stop" }] } }),
      attribute("gen_ai.usage.input_tokens", { intValue: 128 + ((trace + index) % 900) }),
      attribute("gen_ai.usage.output_tokens", { intValue: 64 + ((trace * index) % 300) }),
      attribute("server.address", { stringValue: "api.openai.example.com" }),
      attribute("server.port", { intValue: 443 }),
      attribute("gen_ai.conversation.id", { stringValue: `conv_${String(trace).padStart(12, "0")}` }),
    ],
  };
}

function executeTool(trace: number, index: number): Described {
  return {
    name: "execute_tool find_order",
    kind: 1,
    attributes: [
      attribute("gen_ai.operation.name", { stringValue: "execute_tool" }),
      attribute("gen_ai.tool.name", { stringValue: "find_order" }),
      attribute("gen_ai.tool.type", { stringValue: "function" }),
      attribute("gen_ai.tool.call.id", { stringValue: `call_${String(trace * 16 + index).padStart(16, "0")}` }),
      attribute("app.tenant", { stringValue: `tenant-${trace % 50}` }),
    ],
  };
}
