import { createWriteStream } from "node:fs";
import { once } from "node:events";
import { protobufRoot } from "../../src/otlp/message-types.ts";

/** Spans of a typical size: about 1 kB, 15 attributes, no messages; or with messages of about the same size beside them. */
export interface SpanShape {
  readonly messages: boolean;
}

const SPANS_PER_REQUEST = 512;
const models = ["gpt-4o-mini", "gpt-4o", "gpt-4.1", "o4-mini"];

interface Value {
  stringValue?: string;
  intValue?: number;
  doubleValue?: number;
  boolValue?: boolean;
  arrayValue?: { values: Value[] };
}

export function attribute(key: string, value: Value): { key: string; value: Value } {
  return { key, value };
}

function spanOf(index: number, { messages }: SpanShape): object {
  const model = models[index % models.length]!;
  const traceId = Buffer.alloc(16);
  traceId.writeUInt32BE(1 + Math.floor(index / 16), 12);
  const spanId = Buffer.alloc(8);
  spanId.writeUInt32BE(index + 1, 4);
  const attributes = [
    attribute("gen_ai.operation.name", { stringValue: "chat" }),
    attribute("gen_ai.provider.name", { stringValue: "openai" }),
    attribute("gen_ai.request.model", { stringValue: model }),
    attribute("gen_ai.request.max_tokens", { intValue: 1024 }),
    attribute("gen_ai.request.temperature", { doubleValue: 0.7 }),
    attribute("gen_ai.request.top_p", { doubleValue: 0.95 }),
    attribute("gen_ai.response.id", { stringValue: `chatcmpl-${String(index).padStart(24, "0")}` }),
    attribute("gen_ai.response.model", { stringValue: `${model}-2026-07-18` }),
    attribute("gen_ai.response.finish_reasons", { arrayValue: { values: [{ stringValue: "stop" }] } }),
    attribute("gen_ai.usage.input_tokens", { intValue: 128 + (index % 900) }),
    attribute("gen_ai.usage.output_tokens", { intValue: 64 + (index % 300) }),
    attribute("gen_ai.conversation.id", { stringValue: `conv_${String(index >> 4).padStart(32, "0")}` }),
    attribute("server.address", { stringValue: "api.openai.example.com" }),
    attribute("server.port", { intValue: 443 }),
    attribute("app.request.path", { stringValue: `/v1/tenants/${"t".repeat(320)}/${index % 97}` }),
  ];
  if (messages) {
    attributes.push(
      attribute("gen_ai.input.messages", {
        stringValue: JSON.stringify([
          { role: "system", parts: [{ type: "text", content: "You answer in one sentence." }] },
          { role: "user", parts: [{ type: "text", content: `Question ${index}: ${"why ".repeat(60)}` }] },
        ]),
      }),
      attribute("gen_ai.output.messages", {
        stringValue: JSON.stringify([
          {
            role: "assistant",
            parts: [{ type: "text", content: `Because ${"so ".repeat(80)}` }],
            finish_reason: "stop",
          },
        ]),
      }),
    );
  }
  return {
    traceId,
    spanId,
    parentSpanId: spanId,
    name: `chat ${model}`,
    kind: 3,
    startTimeUnixNano: 1_700_000_000_000_000_000,
    endTimeUnixNano: 1_700_000_001_000_000_000,
    attributes,
  };
}

/**
 * Writes spans as the Collector's file exporter writes protobuf: requests, each behind its length in 4 bytes, big-endian.
 * @returns bytes a span
 */
export async function writeSpans(file: string, spans: number, shape: SpanShape): Promise<number> {
  const type = protobufRoot().lookupType("ExportTraceServiceRequest");
  const out = createWriteStream(file);
  let bytes = 0;
  for (let from = 0; from < spans; from += SPANS_PER_REQUEST) {
    const to = Math.min(spans, from + SPANS_PER_REQUEST);
    const request = type
      .encode({
        resourceSpans: [
          {
            resource: { attributes: [attribute("service.name", { stringValue: "checkout-assistant" })] },
            scopeSpans: [
              {
                scope: { name: "perf", version: "1.0.0" },
                spans: Array.from({ length: to - from }, (_, index) => spanOf(from + index, shape)),
              },
            ],
          },
        ],
      })
      .finish();
    const length = Buffer.alloc(4);
    length.writeUInt32BE(request.length);
    bytes += request.length;
    out.write(length);
    if (!out.write(request)) await once(out, "drain");
  }
  out.end();
  await once(out, "close");
  return bytes / spans;
}
