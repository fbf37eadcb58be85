// A process that sends agent traces to a port and tells what that cost: send-process.ts <sender> <port> <spans>.
import { readFileSync } from "node:fs";
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
import { Deck } from "../../src/driver/deck.ts";
import { grpcSender } from "../../src/driver/grpc-sender.ts";
import { httpSender } from "../../src/driver/http-sender.ts";
import { otlpJob } from "../../src/driver/otlp-driver.ts";
import { pace } from "../../src/driver/pace.ts";
import { decodeProtobuf } from "../../src/otlp/decode-protobuf.ts";
import type { TracesData } from "../../src/otlp/model.ts";
import { dataOf } from "../../src/otlp/object-view.ts";
import type { AttributeValue } from "../../src/otlp/value.ts";
import { agentRequest } from "./agent-traces.ts";

export type SenderName = "otlp by HTTP" | "otlp by gRPC" | "SDK exporter by HTTP" | "SDK exporter by gRPC";

export interface SendReading {
  readonly cpuMs: number;
  readonly elapsedMs: number;
  readonly spans: number;
  readonly peakMegabytes: number;
}

const SPANS_PER_REQUEST = 512;
const WARM_UP_REQUESTS = 300;
const IN_FLIGHT = 4;
const TEMPLATES = 8;

type Job = (k: number) => Promise<boolean>;

const [name, port, wanted] = process.argv.slice(2) as [SenderName, string, string];
const requests = Math.ceil(Number(wanted) / SPANS_PER_REQUEST);
const url = `http://127.0.0.1:${port}`;
const { job, close } = name.startsWith("otlp") ? otlp() : exporter();
await run(WARM_UP_REQUESTS);
const before = process.cpuUsage();
const { elapsedMs } = await run(requests);
const { user, system } = process.cpuUsage(before);
await close();
const reading: SendReading = {
  cpuMs: (user + system) / 1000,
  elapsedMs,
  spans: requests * SPANS_PER_REQUEST,
  peakMegabytes: peakMegabytes(),
};
process.send?.(reading);
process.disconnect?.();

async function run(maxJobs: number): Promise<{ elapsedMs: number }> {
  const pacing = { arrivals: { model: "closed" }, maxInFlight: IN_FLIGHT, maxJobs, durationMs: Infinity } as const;
  return pace(job, pacing, new AbortController().signal);
}

function requestOf(template: number): TracesData {
  return dataOf(decodeProtobuf("traces", agentRequest(SPANS_PER_REQUEST, template))) as TracesData;
}

function otlp(): { job: Job; close: () => Promise<void> } {
  const target = { endpoint: new URL(url), headers: {}, timeoutMs: 10_000 };
  const sender =
    name === "otlp by gRPC"
      ? grpcSender(target, { gzip: false })
      : httpSender(target, { format: "protobuf", gzip: false });
  const deck = new Deck(
    Array.from({ length: TEMPLATES }, (_, template) => requestOf(template)),
    { format: "protobuf", spansPerRequest: 1 },
  );
  const job = otlpJob({
    deck,
    sender,
    seed: 1,
    policy: { maxAttempts: 1, firstWaitMs: 1, longestWaitMs: 1 },
    now: Date.now,
    over: new AbortController().signal,
    onReply: (reply) => {
      if (!reply.acknowledged) throw new Error(`${reply.kind}: ${reply.detail}`);
    },
    onDelivery: () => {},
  });
  return { job, close: async () => sender.close() };
}

/** The exporter alone, on spans that the SDK has made before: no making of spans, no processor. */
function exporter(): { job: Job; close: () => Promise<void> } {
  const made: SpanExporter =
    name === "SDK exporter by gRPC" ? new GrpcExporter({ url }) : new HttpExporter({ url: `${url}/v1/traces` });
  const batches = Array.from({ length: TEMPLATES }, (_, template) => sdkSpans(template));
  const job: Job = (k) =>
    new Promise((resolve, reject) =>
      made.export(batches[k % TEMPLATES] as ReadableSpan[], ({ code, error }) =>
        code === 0 ? resolve(true) : reject(error ?? new Error("the export failed")),
      ),
    );
  return { job, close: () => made.shutdown() };
}

function sdkSpans(template: number): ReadableSpan[] {
  const memory = new InMemorySpanExporter();
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({ "service.name": "checkout-assistant" }),
    spanProcessors: [new SimpleSpanProcessor(memory)],
  });
  const tracer = provider.getTracer("perf", "1.0.0");
  for (const span of requestOf(template).resourceSpans[0]!.scopeSpans[0]!.spans) {
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

function peakMegabytes(): number {
  try {
    // ru_maxrss of a child starts from what its parent held when it forked; VmHWM is the program's own.
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync("/proc/self/status", "utf8"))?.[1]) / 1024;
  } catch {
    return process.resourceUsage().maxRSS / 1024;
  }
}
