import { ROOT_CONTEXT, SpanKind, SpanStatusCode, trace, type Tracer } from "@opentelemetry/api";
import { OTLPLogExporter as GrpcLogExporter } from "@opentelemetry/exporter-logs-otlp-grpc";
import { OTLPLogExporter as ProtoLogExporter } from "@opentelemetry/exporter-logs-otlp-proto";
import { OTLPMetricExporter as GrpcMetricExporter } from "@opentelemetry/exporter-metrics-otlp-grpc";
import { OTLPMetricExporter as ProtoMetricExporter } from "@opentelemetry/exporter-metrics-otlp-proto";
import { OTLPTraceExporter as GrpcTraceExporter } from "@opentelemetry/exporter-trace-otlp-grpc";
import { OTLPTraceExporter as ProtoTraceExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import { CompressionAlgorithm } from "@opentelemetry/otlp-exporter-base";
import { BatchLogRecordProcessor, LoggerProvider } from "@opentelemetry/sdk-logs";
import { MeterProvider, PeriodicExportingMetricReader } from "@opentelemetry/sdk-metrics";
import { BasicTracerProvider, BatchSpanProcessor, type SpanExporter } from "@opentelemetry/sdk-trace-base";
import { describe, expect, test } from "vitest";
import type { AttributeValue } from "../../src/otlp/value.ts";
import { openSink } from "./open-sink.ts";

const compressions = [CompressionAlgorithm.NONE, CompressionAlgorithm.GZIP] as const;

function emit(tracer: Tracer): void {
  const parent = tracer.startSpan("chat gpt-4o", {
    kind: SpanKind.CLIENT,
    attributes: { "gen_ai.operation.name": "chat", "gen_ai.usage.input_tokens": 7 },
  });
  parent.addEvent("gen_ai.choice", { index: 0 });
  const child = tracer.startSpan("execute_tool", {}, trace.setSpan(ROOT_CONTEXT, parent));
  child.setStatus({ code: SpanStatusCode.ERROR, message: "no" });
  child.end();
  parent.setAttribute("gen_ai.response.finish_reasons", ["stop"]);
  parent.end();
}

describe.each(compressions)("compression %s", (compression) => {
  const traceExporters: readonly (readonly [string, (grpc: string, http: string) => SpanExporter])[] = [
    ["gRPC", (grpc) => new GrpcTraceExporter({ url: grpc, compression })],
    ["HTTP/protobuf", (_, http) => new ProtoTraceExporter({ url: `${http}/v1/traces`, compression })],
  ];

  test.each(traceExporters)("the trace exporter over %s", async (_, exporter) => {
    const spans: unknown[] = [];
    const { sink, refused } = await openSink({
      onRequest: (request) => {
        if (request.signal !== "traces") throw new Error(request.signal);
        request.forEachSpan((span) => {
          spans.push({
            name: span.name,
            kind: span.kind,
            status: [span.statusCode, span.statusMessage],
            parent: span.parentSpanId === "" ? "" : "a span",
            scope: span.scope.name,
            attributes: Array.from({ length: span.attributeCount }, (__, index) => [
              span.attributeKey(index),
              span.attributeType(index),
            ]),
            tokens: span.attribute("gen_ai.usage.input_tokens"),
            events: span.events.map((event) => event.name),
            lasted:
              span.endTimeUnixNano >= span.startTimeUnixNano && span.startTimeUnixNano > 1_600_000_000_000_000_000n,
          });
        });
      },
    });
    const provider = new BasicTracerProvider({
      spanProcessors: [new BatchSpanProcessor(exporter(sink.grpcUrl, sink.httpUrl))],
    });
    emit(provider.getTracer("scope"));
    await provider.shutdown();
    expect(refused).toEqual([]);
    expect(sink.received).toEqual({ requests: 1, spans: 2, logs: 0, metrics: 0, refused: 0 });
    const seven: AttributeValue = { type: "int", value: 7n };
    expect(spans).toEqual([
      {
        name: "execute_tool",
        kind: 1,
        status: [2, "no"],
        parent: "a span",
        scope: "scope",
        attributes: [],
        tokens: undefined,
        events: [],
        lasted: true,
      },
      {
        name: "chat gpt-4o",
        kind: 3,
        status: [0, ""],
        parent: "",
        scope: "scope",
        attributes: [
          ["gen_ai.operation.name", "string"],
          ["gen_ai.usage.input_tokens", "int"],
          ["gen_ai.response.finish_reasons", "string[]"],
        ],
        tokens: seven,
        events: ["gen_ai.choice"],
        lasted: true,
      },
    ]);
  });

  test("the log exporters", async () => {
    const { sink, taken } = await openSink();
    for (const exporter of [
      new GrpcLogExporter({ url: sink.grpcUrl, compression }),
      new ProtoLogExporter({ url: `${sink.httpUrl}/v1/logs`, compression }),
    ]) {
      const provider = new LoggerProvider({ processors: [new BatchLogRecordProcessor({ exporter })] });
      provider.getLogger("scope").emit({
        eventName: "gen_ai.client.inference.operation.details",
        attributes: { "gen_ai.operation.name": "chat" },
      });
      await provider.shutdown();
    }
    expect(taken).toEqual(Array.from({ length: 2 }, () => "logs 1: gen_ai.client.inference.operation.details"));
    expect(sink.received).toMatchObject({ requests: 2, logs: 2, refused: 0 });
  });

  test("the metric exporters", async () => {
    const { sink, taken } = await openSink();
    for (const exporter of [
      new GrpcMetricExporter({ url: sink.grpcUrl, compression }),
      new ProtoMetricExporter({ url: `${sink.httpUrl}/v1/metrics`, compression }),
    ]) {
      const provider = new MeterProvider({
        readers: [new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 60_000 })],
      });
      const meter = provider.getMeter("scope");
      meter
        .createHistogram("gen_ai.client.token.usage", { unit: "{token}" })
        .record(7, { "gen_ai.token.type": "input" });
      meter.createCounter("app.calls").add(1);
      await provider.shutdown();
    }
    expect(taken).toEqual(Array.from({ length: 2 }, () => "metrics 2: gen_ai.client.token.usage, app.calls"));
    expect(sink.received).toMatchObject({ requests: 2, metrics: 4, refused: 0 });
  });
});
