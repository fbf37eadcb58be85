import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { Agent, request } from "node:http";
import { Client, credentials, Metadata } from "@grpc/grpc-js";
import { protobufRoot } from "../../src/otlp/message-types.ts";
import { agentRequest } from "./agent-traces.ts";

/** What the sink does with a request beyond receiving and decoding it. */
export type SinkWork = "judge" | "nothing";

export interface SinkReading {
  /** User and system time since the process began. */
  readonly cpuMs: number;
  readonly spans: number;
  readonly refused: number;
}

const IN_FLIGHT = 4;
const SPANS = 60_000;
const WARM_UP_SPANS = 30_000;
const ROUNDS = 3;

type Send = (body: Buffer) => Promise<void>;

/** Prints the CPU time of a sink that receives agent traces, by transport and by spans a request. */
export async function compareReceiving(): Promise<void> {
  console.log(
    `receiving: CPU ms of the sink's process per 1000 spans (16-span agent traces, ${Math.round(agentRequest(512, 0).length / 512)} B a span), ${IN_FLIGHT} requests in flight`,
  );
  for (const transport of ["gRPC", "HTTP"] as const) {
    for (const spansPerRequest of [64, 512]) {
      const judged: number[] = [];
      const received: number[] = [];
      const plain: number[] = [];
      for (let round = 0; round < ROUNDS; round++) {
        judged.push(await cpuPerThousandSpans("judge", transport, spansPerRequest));
        received.push(await cpuPerThousandSpans("nothing", transport, spansPerRequest));
        plain.push(plainDecoding(spansPerRequest));
      }
      console.log(
        `  ${transport}, ${spansPerRequest} spans a request: received and judged ${range(judged)}, received and decoded only ${range(received)}, plain protobufjs decoding ${range(plain)}`,
      );
    }
  }
}

/** The same bytes without a sink, as a measure of the machine at that moment. */
function plainDecoding(spansPerRequest: number): number {
  const type = protobufRoot().lookupType("ExportTraceServiceRequest");
  const bodies = Array.from({ length: 16 }, (_, seed) => agentRequest(spansPerRequest, seed));
  const decode = (spans: number): number => {
    const before = process.cpuUsage();
    const requests = Math.ceil(spans / spansPerRequest);
    for (let index = 0; index < requests; index++) type.decode(bodies[index % bodies.length]!);
    const { user, system } = process.cpuUsage(before);
    return (user + system) / (requests * spansPerRequest);
  };
  decode(WARM_UP_SPANS);
  return decode(SPANS);
}

async function cpuPerThousandSpans(
  work: SinkWork,
  transport: "gRPC" | "HTTP",
  spansPerRequest: number,
): Promise<number> {
  const child = fork(new URL("sink-process.ts", import.meta.url), [work], { stdio: "inherit" });
  try {
    const [ports] = (await once(child, "message")) as [{ grpcPort: number; httpPort: number }];
    const { send, close } = transport === "gRPC" ? grpcSender(ports.grpcPort) : httpSender(ports.httpPort);
    const bodies = Array.from({ length: 16 }, (_, seed) => agentRequest(spansPerRequest, seed));
    await sendAll(bodies, Math.ceil(WARM_UP_SPANS / spansPerRequest), send);
    const before = await read(child);
    const requests = Math.ceil(SPANS / spansPerRequest);
    await sendAll(bodies, requests, send);
    const after = await read(child);
    close();
    const spans = after.spans - before.spans;
    if (spans !== requests * spansPerRequest || after.refused > 0)
      throw new Error(
        `sent ${requests * spansPerRequest} spans; ${spans} arrived, ${after.refused} requests were refused`,
      );
    return ((after.cpuMs - before.cpuMs) / spans) * 1000;
  } finally {
    child.disconnect();
  }
}

async function read(child: ChildProcess): Promise<SinkReading> {
  child.send("read");
  const [reading] = (await once(child, "message")) as [SinkReading];
  return reading;
}

async function sendAll(bodies: readonly Buffer[], requests: number, send: Send): Promise<void> {
  let next = 0;
  const one = async (): Promise<void> => {
    while (next < requests) await send(bodies[next++ % bodies.length]!);
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, one));
}

function httpSender(port: number): { send: Send; close: () => void } {
  const agent = new Agent({ keepAlive: true, maxSockets: IN_FLIGHT });
  const send: Send = (body) =>
    new Promise((resolve, reject) => {
      const options = {
        agent,
        host: "127.0.0.1",
        port,
        method: "POST",
        path: "/v1/traces",
        headers: { "content-type": "application/x-protobuf", "content-length": body.length },
      };
      const sent = request(options, (response) => {
        response.resume();
        response.on("end", () =>
          response.statusCode === 200 ? resolve() : reject(new Error(`HTTP ${response.statusCode}`)),
        );
      });
      sent.on("error", reject);
      sent.end(body);
    });
  return { send, close: () => agent.destroy() };
}

const identity = (bytes: Buffer): Buffer => bytes;

function grpcSender(port: number): { send: Send; close: () => void } {
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
  const path = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";
  const send: Send = (body) =>
    new Promise((resolve, reject) => {
      client.makeUnaryRequest(path, identity, identity, body, new Metadata(), {}, (error) =>
        error === null ? resolve() : reject(error),
      );
    });
  return { send, close: () => client.close() };
}

function range(values: readonly number[]): string {
  const sorted = [...values].sort((a, b) => a - b);
  const [least, median, most] = [sorted[0]!, sorted[sorted.length >> 1]!, sorted.at(-1)!];
  return `${median.toFixed(2)} (${least.toFixed(2)}–${most.toFixed(2)})`;
}
