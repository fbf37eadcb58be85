import { SpanStatusCode, type Attributes } from "@opentelemetry/api";
import { OTLPTraceExporter as GrpcExporter } from "@opentelemetry/exporter-trace-otlp-grpc";
import { OTLPTraceExporter as HttpExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import { resourceFromAttributes } from "@opentelemetry/resources";
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
  type ReadableSpan,
  type SpanExporter,
} from "@opentelemetry/sdk-trace-base";
import type { TracesData } from "../../src/otlp/model.ts";
import type { AttributeValue } from "../../src/otlp/value.ts";
import type { Job } from "./send-process.ts";

/** The exporter alone, on spans that the SDK has made before: no making of spans, no processor. */
export function sdkExporterJob(
  protocol: "HTTP" | "gRPC",
  url: string,
  requests: readonly TracesData[],
): { job: Job; close: () => Promise<void> } {
  const made: SpanExporter =
    protocol === "gRPC" ? new GrpcExporter({ url }) : new HttpExporter({ url: `${url}/v1/traces` });
  const batches = requests.map(sdkSpans);
  const job: Job = (k) =>
    new Promise((resolve, reject) =>
      made.export(batches[k % batches.length] as ReadableSpan[], ({ code, error }) =>
        code === 0 ? resolve(true) : reject(error ?? new Error("the export failed")),
      ),
    );
  return { job, close: () => made.shutdown() };
}

function sdkSpans(request: TracesData): ReadableSpan[] {
  const memory = new InMemorySpanExporter();
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({ "service.name": "checkout-assistant" }),
    spanProcessors: [new SimpleSpanProcessor(memory)],
  });
  const tracer = provider.getTracer("perf", "1.0.0");
  for (const span of request.resourceSpans[0]!.scopeSpans[0]!.spans) {
    const started = tracer.startSpan(span.name, {
      kind: Math.max(0, span.kind - 1),
      attributes: attributesOf(span.attributes),
    });
    started.setStatus({ code: SpanStatusCode.UNSET });
    started.end();
  }
  return memory.getFinishedSpans();
}

function attributesOf(
  attributes: TracesData["resourceSpans"][number]["scopeSpans"][number]["spans"][number]["attributes"],
): Attributes {
  const plain = (value: AttributeValue): string | number | string[] => {
    if (value.type === "int") return Number(value.value);
    if (value.type === "array") return value.value.map((element) => String(plain(element)));
    if (value.type === "string") return value.value;
    throw new TypeError(`the agent traces hold no ${value.type}`);
  };
  return Object.fromEntries(attributes.map(({ key, value }) => [key, plain(value)]));
}
