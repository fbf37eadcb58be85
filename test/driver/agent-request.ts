import { decodeJson } from "../../src/otlp/decode-json.ts";
import type { TracesData } from "../../src/otlp/model.ts";
import { dataOf } from "../../src/otlp/object-view.ts";

/** The object model of a request in OTLP/JSON form. */
function modelOf(request: object): TracesData {
  return dataOf(decodeJson("traces", JSON.stringify(request))) as TracesData;
}

const text = (key: string, value: string): object => ({ key, value: { stringValue: value } });

/**
 * Agent runs of 16 spans each, an invoke_agent span above turns of a chat and a tool in another service; every trace but the first
 * links to the root of the one before it. Span ids begin anew in each trace.
 */
export function agentRequest(traces: number, { turnMs = 700, firstTrace = 0 } = {}): TracesData {
  const services = ["assistant", "tools"];
  const startOf = (index: number): bigint => 1_700_000_000_000_000_000n + BigInt(index * turnMs) * 1_000_000n;
  const traceId = (trace: number): string => (trace + 1).toString(16).padStart(32, "0");
  const spanId = (span: number): string => (span + 1).toString(16).padStart(16, "0");
  const spanOf = (trace: number, span: number): object => ({
    traceId: traceId(trace),
    spanId: spanId(span),
    ...(span > 0 && { parentSpanId: spanId(0) }),
    name: span === 0 ? "invoke_agent Shop" : span % 2 === 1 ? "chat gpt-4o" : "execute_tool find_order",
    kind: span % 2 === 1 ? 3 : 1,
    startTimeUnixNano: String(startOf(span)),
    endTimeUnixNano: String(startOf(span === 0 ? 16 : span + 1) - 1n),
    attributes: [
      text("gen_ai.operation.name", span === 0 ? "invoke_agent" : span % 2 === 1 ? "chat" : "execute_tool"),
      { key: "gen_ai.usage.input_tokens", value: { intValue: String(100 + span) } },
    ],
    ...(span === 0 && trace > 0 && { links: [{ traceId: traceId(trace - 1), spanId: spanId(0) }] }),
    ...(span === 3 && {
      status: { code: 2, message: "überlastet 🤖" },
      events: [{ timeUnixNano: String(startOf(span) + 5n), name: "exception" }],
    }),
  });
  return modelOf({
    resourceSpans: services.map((service, at) => ({
      resource: { attributes: [text("service.name", service)] },
      scopeSpans: [
        {
          scope: { name: "test", version: "1.0.0" },
          spans: Array.from({ length: traces }, (_, index) => firstTrace + index)
            .map((trace) =>
              Array.from({ length: 16 }, (__, span) => ({ span, made: spanOf(trace, span) }))
                .filter(({ span }) => (span > 0 && span % 2 === 0) === (at === 1))
                .map(({ made }) => made),
            )
            .flat(),
        },
      ],
    })),
  });
}
