import { protobufRoot } from "../../src/otlp/message-types.ts";

type Json = { readonly [key: string]: unknown };

/** A span that 1.41.1 finds nothing wrong with. */
export const goodSpan: Json = {
  "gen_ai.operation.name": "chat",
  "gen_ai.provider.name": "openai",
  "gen_ai.request.model": "gpt-4o",
  "gen_ai.response.id": "r1",
  "gen_ai.response.model": "gpt-4o-2026-07-18",
  "gen_ai.response.finish_reasons": ["stop"],
  "gen_ai.usage.input_tokens": 5,
  "gen_ai.usage.output_tokens": 7,
};

function value(plain: unknown): Json {
  if (typeof plain === "string") return { stringValue: plain };
  if (typeof plain === "boolean") return { boolValue: plain };
  if (Array.isArray(plain)) return { arrayValue: { values: plain.map(value) } };
  return { intValue: String(plain) };
}

function attributes(plain: Json): Json[] {
  return Object.entries(plain).map(([key, item]) => ({ key, value: value(item) }));
}

/** One Export request with one span, in OTLP/JSON. */
export function tracesJson(
  span: Json,
  { name = "chat gpt-4o", kind = 3, service = "svc" as string | undefined } = {},
): string {
  return JSON.stringify({
    resourceSpans: [
      {
        resource: { attributes: attributes(service === undefined ? {} : { "service.name": service }) },
        scopeSpans: [
          {
            scope: { name: "tests" },
            spans: [
              {
                traceId: "0af7651916cd43dd8448eb211c80319c",
                spanId: "b7ad6b7169203331",
                name,
                kind,
                startTimeUnixNano: "1700000000000000000",
                endTimeUnixNano: "1700000001000000000",
                attributes: attributes(span),
              },
            ],
          },
        ],
      },
    ],
  });
}

/** The same request in OTLP protobuf. */
export function tracesProtobuf(span: Json): Buffer {
  const type = protobufRoot().lookupType("ExportTraceServiceRequest");
  return Buffer.from(
    type
      .encode({
        resourceSpans: [
          {
            resource: { attributes: attributes({ "service.name": "svc" }) },
            scopeSpans: [
              {
                scope: { name: "tests" },
                spans: [
                  {
                    traceId: Buffer.alloc(16, 1),
                    spanId: Buffer.alloc(8, 2),
                    name: "chat gpt-4o",
                    kind: 3,
                    startTimeUnixNano: 1_700_000_000,
                    endTimeUnixNano: 1_700_000_001,
                    attributes: attributes(span),
                  },
                ],
              },
            ],
          },
        ],
      })
      .finish(),
  );
}
