import { protobufRoot } from "../../src/otlp/message-types.ts";

/** Hand-made requests in the three encodings of a file, small enough to cut at every byte. */
export const root = protobufRoot();

export interface SpanOptions {
  readonly name?: string;
  readonly padding?: number;
}

export function spanJson(index: number, { name = `span ${index}`, padding = 0 }: SpanOptions = {}): object {
  return {
    traceId: index.toString(16).padStart(32, "a"),
    spanId: index.toString(16).padStart(16, "b"),
    name,
    kind: 3,
    startTimeUnixNano: "1700000000000000001",
    endTimeUnixNano: "1700000000000000002",
    attributes: [
      { key: "gen_ai.operation.name", value: { stringValue: "chat" } },
      ...(padding > 0 ? [{ key: "app.padding", value: { stringValue: "x".repeat(padding) } }] : []),
    ],
  };
}

export function tracesJson(...resources: readonly (readonly object[])[]): { resourceSpans: object[] } {
  return {
    resourceSpans: resources.map((spans, index) => ({
      resource: { attributes: [{ key: "service.name", value: { stringValue: `service-${index}` } }] },
      scopeSpans: [{ scope: { name: "test" }, spans }],
    })),
  };
}

export const logsJson = {
  resourceLogs: [
    {
      resource: {},
      scopeLogs: [{ logRecords: [{ timeUnixNano: "5", severityNumber: 9, body: { stringValue: "hi" } }] }],
    },
  ],
};

export const metricsJson = {
  resourceMetrics: [
    {
      scopeMetrics: [
        {
          metrics: [
            {
              name: "gen_ai.client.token.usage",
              unit: "{token}",
              gauge: { dataPoints: [{ timeUnixNano: "5", asInt: "7" }] },
            },
          ],
        },
      ],
    },
  ],
};

/** The protobuf bytes of a request in OTLP/JSON form. */
export function protobufOf(json: { [list: string]: object[] }): Buffer {
  const [list] = Object.keys(json);
  const message = {
    resourceSpans: "ExportTraceServiceRequest",
    resourceLogs: "ExportLogsServiceRequest",
    resourceMetrics: "ExportMetricsServiceRequest",
  };
  const type = root.lookupType(message[list as keyof typeof message]);
  return Buffer.from(type.encode(type.fromObject(withRawIds(json) as object)).finish());
}

export function record(message: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(message.length);
  return Buffer.concat([length, message]);
}

function withRawIds(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withRawIds);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      key.endsWith("Id") ? Buffer.from(String(inner), "hex") : withRawIds(inner),
    ]),
  );
}
