import { describe, expect, test } from "vitest";
import { Deck } from "../../src/driver/deck.ts";
import type { Delivery } from "../../src/driver/deliver.ts";
import { grpcSender } from "../../src/driver/grpc-sender.ts";
import { httpSender } from "../../src/driver/http-sender.ts";
import { otlpJob } from "../../src/driver/otlp-driver.ts";
import { pace } from "../../src/driver/pace.ts";
import type { RequestPosition } from "../../src/driver/patch.ts";
import { failed, type Reply, type Sender } from "../../src/driver/reply.ts";
import { idsOf } from "../../src/driver/span-ids.ts";
import { decodeProtobuf } from "../../src/otlp/decode-protobuf.ts";
import { openSink } from "../sink/open-sink.ts";
import { agentRequest } from "./agent-request.ts";

const traces = Array.from({ length: 8 }, (_, firstTrace) => agentRequest(1, { firstTrace }));
const policy = { maxAttempts: 5, firstWaitMs: 1, longestWaitMs: 20, longestAskedMs: 20 };
const target = (endpoint: string) => ({ endpoint: new URL(endpoint), headers: {}, timeoutMs: 5000 });

interface Options {
  readonly sender: Sender;
  readonly format?: "protobuf" | "json";
  readonly traces: number;
  readonly maxInFlight?: number;
}

/** Sends so many traces as fast as they go, and tells the ids of all spans that were acknowledged. */
async function send({ sender, format = "protobuf", traces: count, maxInFlight = 4 }: Options) {
  const deck = new Deck(traces, { format, spansPerRequest: 48, traces: count });
  const acknowledged: string[] = [];
  const deliveries: Delivery[] = [];
  const replies: Reply[] = [];
  const over = new AbortController();
  const job = otlpJob({
    deck,
    sender,
    seed: 9,
    policy,
    now: Date.now,
    over: over.signal,
    onReply: (reply) => replies.push(reply),
    onDelivery: (delivery, { identities }, position: RequestPosition) => {
      deliveries.push(delivery);
      if (delivery.acknowledged) acknowledged.push(...identities.map((identity) => idsOf(identity!, position).spanId));
    },
  });
  const pacing = {
    arrivals: { model: "closed" },
    maxInFlight,
    maxJobs: deck.requestCount,
    durationMs: Infinity,
  } as const;
  const figures = await pace(job, pacing, over.signal);
  sender.close();
  return { figures, acknowledged, deliveries, replies };
}

describe("over the wire", () => {
  test.each([
    ["http/protobuf", "protobuf"],
    ["http/json", "json"],
    ["grpc", "protobuf"],
  ] as const)("%s: every span that was acknowledged arrives once", async (protocol, format) => {
    const arrived: string[] = [];
    const { sink } = await openSink({
      onRequest: (request) => {
        if (request.signal === "traces") request.forEachSpan(({ spanId }) => arrived.push(spanId));
      },
    });
    const sender =
      protocol === "grpc"
        ? grpcSender(target(sink.grpcUrl), { gzip: false })
        : httpSender(target(sink.httpUrl), { format, gzip: false });
    const { acknowledged, figures } = await send({ sender, format, traces: 301 });
    expect([figures.begun, acknowledged.length]).toEqual([113, 301 * 16]);
    expect(arrived.toSorted()).toEqual(acknowledged.toSorted());
    expect(new Set(arrived).size).toBe(301 * 16);
  });
});

test("a request that is sent again holds the same spans, even where others took its time", async () => {
  const bodies: Buffer[] = [];
  const known = new Set<string>();
  let calls = 0;
  const flaky: Sender = {
    send: async (body) => {
      await new Promise((resolve) => setTimeout(resolve, calls++ % 3));
      bodies.push(Buffer.from(body));
      const text = body.toString("latin1");
      if (known.has(text)) return { acknowledged: true, rejectedSpans: 0, message: "" };
      known.add(text);
      return failed("busy", "HTTP 503");
    },
    close: () => {},
  };
  const { acknowledged, replies } = await send({ sender: flaky, traces: 60 });
  const seen = new Map<string, string>();
  for (const body of bodies) {
    decodeProtobuf("traces", body).forEachSpan((span) => {
      const said = `${span.traceId} ${span.parentSpanId} ${span.name} ${span.startTimeUnixNano}`;
      expect(seen.get(span.spanId) ?? said).toBe(said);
      seen.set(span.spanId, said);
    });
  }
  expect([...seen.keys()].toSorted()).toEqual(acknowledged.toSorted());
  expect(acknowledged).toHaveLength(60 * 16);
  expect(replies.length).toBe(bodies.length);
});
