// A process that sends agent traces to a port and tells what that cost: send-process.ts <sender> <port> <spans>.
import { readFileSync } from "node:fs";
import { Deck } from "../../src/driver/deck.ts";
import { grpcSender } from "../../src/driver/grpc-sender.ts";
import { httpSender } from "../../src/driver/http-sender.ts";
import { otlpJob } from "../../src/driver/otlp-driver.ts";
import { pace } from "../../src/driver/pace.ts";
import { decodeProtobuf } from "../../src/otlp/decode-protobuf.ts";
import type { TracesData } from "../../src/otlp/model.ts";
import { dataOf } from "../../src/otlp/object-view.ts";
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

export type Job = (k: number) => Promise<boolean>;

const [name, port, wanted] = process.argv.slice(2) as [SenderName, string, string];
const requests = Math.ceil(Number(wanted) / SPANS_PER_REQUEST);
const url = `http://127.0.0.1:${port}`;
// What is not measured is not loaded: a larger heap makes every collection of garbage dearer.
const { job, close } = name.startsWith("otlp")
  ? otlp()
  : (await import("./sdk-exporter-job.ts")).sdkExporterJob(
      name === "SDK exporter by gRPC" ? "gRPC" : "HTTP",
      url,
      Array.from({ length: TEMPLATES }, (_, template) => requestOf(template)),
    );
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
    policy: { maxAttempts: 1, firstWaitMs: 1, longestWaitMs: 1, longestAskedMs: 1 },
    now: Date.now,
    over: new AbortController().signal,
    onReply: (reply) => {
      if (!reply.acknowledged) throw new Error(`${reply.kind}: ${reply.detail}`);
    },
    onDelivery: () => {},
  });
  return { job, close: async () => sender.close() };
}

function peakMegabytes(): number {
  try {
    // ru_maxrss of a child starts from what its parent held when it forked; VmHWM is the program's own.
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync("/proc/self/status", "utf8"))?.[1]) / 1024;
  } catch {
    return process.resourceUsage().maxRSS / 1024;
  }
}
