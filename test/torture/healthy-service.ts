// A well-behaved service beside the hostile ones: SDK spans through the real exporters of both protocols. Each message it gets is
// answered with what became of them since the one before, as soon as each exporter was answered anew; "end" ends it.
import { SpanKind } from "@opentelemetry/api";
import { OTLPTraceExporter as GrpcExporter } from "@opentelemetry/exporter-trace-otlp-grpc";
import { OTLPTraceExporter as HttpExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import { resourceFromAttributes } from "@opentelemetry/resources";
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
  type SpanExporter,
} from "@opentelemetry/sdk-trace-base";

/** What the service tells when it is asked. */
export interface Service {
  readonly exports: number;
  readonly spans: number;
  readonly slowestMs: number;
  /** What was not taken. */
  readonly failures: readonly string[];
}

const [grpcPort, httpPort] = process.argv.slice(2);
const timeoutMillis = 30_000;
const exporters: readonly SpanExporter[] = [
  new GrpcExporter({ url: `http://127.0.0.1:${grpcPort}`, timeoutMillis }),
  new HttpExporter({ url: `http://127.0.0.1:${httpPort}/v1/traces`, timeoutMillis }),
];
const made = new InMemorySpanExporter();
const provider = new BasicTracerProvider({
  resource: resourceFromAttributes({ "service.name": "healthy" }),
  spanProcessors: [new SimpleSpanProcessor(made)],
});
const tracer = provider.getTracer("healthy");
const failures: string[] = [];
let exports = 0;
let spans = 0;
let slowestMs = 0;

async function exportOnce(exporter: SpanExporter): Promise<void> {
  tracer.startSpan("chat m", { kind: SpanKind.CLIENT, attributes: { "gen_ai.operation.name": "chat" } }).end();
  const batch = made.getFinishedSpans();
  made.reset();
  const started = performance.now();
  const { code, error } = await new Promise<{ code: number; error?: Error }>((resolve) =>
    exporter.export(batch, resolve),
  );
  slowestMs = Math.max(slowestMs, Math.round(performance.now() - started));
  exports++;
  if (code === 0) spans += batch.length;
  else failures.push(error?.message ?? "no reason");
}

function report(): void {
  process.send?.({ exports, spans, slowestMs, failures } satisfies Service);
  exports = spans = slowestMs = 0;
  failures.length = 0;
}

let asked: unknown;
process.on("message", (message) => (asked = message));
for (;;) {
  await Promise.all(exporters.map(exportOnce));
  if (asked !== undefined) report();
  if (asked === "end") break;
  asked = undefined;
  await new Promise((resolve) => setTimeout(resolve, 50));
}
await Promise.all(exporters.map((exporter) => exporter.shutdown()));
process.disconnect();
