import { expect, test } from "vitest";
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
    seed: 1,
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
