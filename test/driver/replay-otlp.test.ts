import { describe, expect, test } from "vitest";
import { evenly } from "../../src/driver/arrival-times.ts";
import { drawTraces } from "../../src/driver/draw-traces.ts";
import type { Replay } from "../../src/driver/replay.ts";
import { replayOtlp } from "../../src/driver/replay-otlp.ts";
import { replayReasons } from "../../src/driver/replay-reasons.ts";
import { builtInScenario } from "../../src/scenario/built-in.ts";
import { compileScenario } from "../../src/scenario/compile/compile-scenario.ts";
import { readScenario } from "../../src/scenario/read/read-scenario.ts";
import { Spec } from "../../src/semconv/spec.ts";
import { startSink, type Sink } from "../../src/sink/start-sink.ts";
import { grpcAnswer, http2Server, httpServer, refusingPort, tcpServer } from "./hostile-servers.ts";

const { text, file } = builtInScenario("rag/query");
const program = compileScenario(readScenario(text, file));
const traces = drawTraces(program, new Spec("1.41.1"), 1, 100);

function replayOf(endpoint: string, changes: Partial<Replay>): Replay {
  return {
    traces,
    wanted: Infinity,
    durationMs: Infinity,
    maxInFlight: 16,
    spansPerRequest: 20,
    services: program.services,
    toolVersion: "0.0.0",
    schemaUrl: "",
    idSeed: 1,
    protocol: "grpc",
    gzip: false,
    retries: 6,
    target: { endpoint: new URL(endpoint), headers: {}, timeoutMs: 3000 },
    over: new AbortController(),
    onProgress: () => {},
    ...changes,
  };
}

test.each(["grpc", "http/protobuf"] as const)(
  "%s: a target that restarts loses nothing that was acknowledged",
  async (protocol) => {
    const arrivals = new Map<string, number>();
    const start = (grpcPort: number, httpPort: number): Promise<Sink> =>
      startSink({
        grpcPort,
        httpPort,
        onRequest: (request) => {
          if (request.signal !== "traces") return;
          request.forEachSpan(({ spanId }) => arrivals.set(spanId, (arrivals.get(spanId) ?? 0) + 1));
        },
      });
    let sink = await start(0, 0);
    const { grpcPort, httpPort, grpcUrl, httpUrl } = sink;
    const running = replayOtlp(
      replayOf(protocol === "grpc" ? grpcUrl : httpUrl, { protocol, arrival: evenly(100), wanted: 300 }),
    );
    await new Promise((resolve) => setTimeout(resolve, 1000));
    await sink.stop();
    await new Promise((resolve) => setTimeout(resolve, 800));
    sink = await start(grpcPort, httpPort);
    const figures = await running;
    await sink.stop();
    expect(replayReasons(figures, undefined)).toEqual([]);
    expect(figures.failures.length).toBeGreaterThan(0);
    expect([figures.spans.acknowledged, arrivals.size]).toEqual([1500, 1500]);
    // What arrived twice is among what the figures say may have.
    const twice = [...arrivals.values()].filter((count) => count > 1).length;
    expect(twice).toBeLessThanOrEqual(figures.spans.maybeTwice);
    expect(figures.pace.sinceIntended!.max).toBeGreaterThan(500);
  },
);

/** One request, to a port of this machine. */
function once(port: number, changes: Partial<Replay>) {
  const endpoint = `http://127.0.0.1:${port}`;
  return replayOtlp(replayOf(endpoint, { wanted: 10, spansPerRequest: 512, protocol: "http/json", ...changes }));
}

test("sends again what the target was too busy for, no sooner than it asked", async () => {
  let requests = 0;
  const port = await httpServer((incoming, response) => {
    incoming.resume();
    incoming.on("end", () => {
      if (requests++ === 0) response.writeHead(503, { "retry-after": "2" });
      response.end();
    });
  });
  const figures = await once(port, {});
  expect([replayReasons(figures, undefined), figures.failures]).toEqual([
    [],
    [{ kind: "busy", count: 1, example: "HTTP 503" }],
  ]);
  expect(figures.requests).toEqual({ sent: 1, acknowledged: 1, attempts: 2 });
  expect(figures.pace.sinceBegun?.max).toBeGreaterThanOrEqual(1990);
});

test("counts what a partial success rejects, and does not send it again", async () => {
  const port = await httpServer((incoming, response) => {
    incoming.resume();
    response.writeHead(200, { "content-type": "application/json" });
    response.end('{"partialSuccess":{"rejectedSpans":"7","errorMessage":"quota"}}');
  });
  const { spans, requests, rejection, ...figures } = await once(port, {});
  expect([spans.sent, spans.acknowledged, spans.rejected, requests.attempts, rejection]).toEqual([
    50,
    43,
    7,
    1,
    "quota",
  ]);
  const reasons = replayReasons({ spans, requests, rejection, ...figures }, undefined);
  expect(reasons.map(({ code }) => code)).toEqual(["rejected"]);
});

describe("a target that is none", () => {
  test.each([
    ["refuses", "unreachable", refusingPort, "http/json"],
    ["refuses", "unreachable", refusingPort, "grpc"],
    ["stalls", "timeout", () => tcpServer((socket) => socket.resume()), "http/json"],
    ["stalls", "timeout", () => http2Server((stream) => stream.resume()), "grpc"],
    ["resets", "broken", () => tcpServer((socket) => socket.once("data", () => socket.resetAndDestroy())), "http/json"],
    ["answers HTML", "nonsense", () => httpServer((_, response) => response.end("<p>")), "http/json"],
    [
      "answers HTML",
      "nonsense",
      () => http2Server((stream) => grpcAnswer(stream, Buffer.from("<p>"), { "grpc-status": "0" })),
      "grpc",
    ],
  ] as const)("%s: %s, and every span is accounted for", async (_, kind, open, protocol) => {
    const port = await open();
    const target = { endpoint: new URL(`http://127.0.0.1:${port}`), headers: {}, timeoutMs: 500 };
    const figures = await once(port, { protocol, target, retries: 0 });
    expect(figures.failures.map((failure) => failure.kind)).toEqual([kind]);
    const { acknowledged, lost, unsure } = figures.spans;
    expect([acknowledged, lost, unsure]).toEqual(kind === "unreachable" ? [0, 50, 0] : [0, 0, 50]);
    expect(replayReasons(figures, undefined).map(({ code }) => code)).toEqual(["nothing-acknowledged"]);
  });

  test("stalls, and a run that is broken off does not wait for it", async () => {
    const over = new AbortController();
    const port = await tcpServer((socket) => socket.resume().once("data", () => over.abort("it was asked to stop")));
    const target = { endpoint: new URL(`http://127.0.0.1:${port}`), headers: {}, timeoutMs: 3_600_000 };
    const figures = await once(port, { target, over });
    expect([figures.spans.unsure, figures.failures[0]?.example]).toEqual([50, "no whole answer before the run ended"]);
  });
});
