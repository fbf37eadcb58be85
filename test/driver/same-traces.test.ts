import { describe, expect, test } from "vitest";
import { drawTraces } from "../../src/driver/draw-traces.ts";
import type { Protocol, ReplayFigures } from "../../src/driver/replay.ts";
import { replayReasons } from "../../src/driver/replay-reasons.ts";
import { replayOtlp } from "../../src/driver/replay-otlp.ts";
import { replayLive, type LiveReplay } from "../../src/driver/replay-live.ts";
import { replaySdk } from "../../src/driver/replay-sdk.ts";
import { builtInScenario, builtInScenarios } from "../../src/scenario/built-in.ts";
import { compileScenario } from "../../src/scenario/compile/compile-scenario.ts";
import { readScenario } from "../../src/scenario/read/read-scenario.ts";
import { Spec } from "../../src/semconv/spec.ts";
import { openSink } from "../sink/open-sink.ts";
import { TraceShapes } from "./trace-shapes.ts";

const drivers = { otlp: replayOtlp, sdk: replaySdk, live: replayLive };

interface Sending {
  readonly driver: keyof typeof drivers;
  readonly scenario: string;
  readonly protocol: Protocol;
  readonly semconv?: string;
  readonly traces?: number;
  readonly edit?: (yaml: string) => string;
}

/** Sends the first traces of a scenario to a sink, and tells what arrived. */
async function arrived({ driver, scenario, protocol, semconv = "1.41.1", traces = 25, edit }: Sending) {
  const shapes = new TraceShapes();
  const { sink, refused } = await openSink({ onRequest: (request) => shapes.accept(request) });
  const { text, file } = builtInScenario(scenario);
  const program = compileScenario(readScenario(edit?.(text) ?? text, file));
  const endpoint = new URL(protocol === "grpc" ? sink.grpcUrl : sink.httpUrl);
  const spec = new Spec(semconv);
  const replay: LiveReplay = {
    program,
    spec,
    speed: 2000,
    traces: drawTraces(program, spec, 3, traces),
    wanted: traces,
    durationMs: Infinity,
    maxInFlight: 4,
    spansPerRequest: 100,
    services: program.services,
    toolVersion: "0.0.0",
    schemaUrl: "https://opentelemetry.io/schemas/1.41.1",
    seed: 3,
    idSeed: 3,
    protocol,
    gzip: false,
    retries: 0,
    target: { endpoint, headers: {}, timeoutMs: 10_000 },
    over: new AbortController(),
    onProgress: () => {},
  };
  const figures: ReplayFigures = await drivers[driver](replay);
  expect(refused).toEqual([]);
  expect(replayReasons(figures, undefined)).toEqual([]);
  expect(figures.spans).toMatchObject({ sent: shapes.spanCount, acknowledged: shapes.spanCount, lost: 0, unsure: 0 });
  return shapes.shapes();
}

const structured = "rag/empty-retrieval";

// Where a provider has limits, what becomes of calls is left to the limits when the services are real.
const live = builtInScenarios().filter((name) => name !== structured && !name.startsWith("retry-storm/"));

describe.each(live)("%s", (scenario) => {
  test("live services send the same traces as the otlp driver", async () => {
    const sending = { scenario, protocol: "grpc", traces: 10 } as const;
    const expected = await arrived({ driver: "otlp", ...sending });
    expect(await arrived({ driver: "live", ...sending })).toEqual(expected);
  });
});

describe.each(builtInScenarios().filter((name) => name !== structured))("%s", (scenario) => {
  test("the otlp and the sdk driver send the same traces", async () => {
    const expected = await arrived({ driver: "otlp", scenario, protocol: "grpc" });
    expect(expected.length).toBeGreaterThanOrEqual(25);
    expect(await arrived({ driver: "sdk", scenario, protocol: "grpc" })).toEqual(expected);
  });
});

test.each(["http/protobuf", "http/json"] as const)("by %s as by gRPC", async (protocol) => {
  const scenario = "multi-agent/remote";
  const expected = await arrived({ driver: "otlp", scenario, protocol: "grpc" });
  expect(await arrived({ driver: "otlp", scenario, protocol })).toEqual(expected);
  expect(await arrived({ driver: "sdk", scenario, protocol })).toEqual(expected);
});

test.each(["w3c", "b3", "b3-multi", "both", "none", "broken"])(
  "over hops that carry the context by %s",
  async (mode) => {
    const edit = (yaml: string): string =>
      yaml
        .replace(/^propagation: .*\n|^hops:\n(?: .*\n)*/gm, "")
        .replace(/^services:/m, `propagation: ${mode}\nservices:`);
    const sending = { scenario: "multi-agent/remote", protocol: "grpc", edit, traces: 10 } as const;
    const expected = await arrived({ driver: "otlp", ...sending });
    // Where the context gets lost, one run makes several traces.
    const lost = mode === "none" || mode === "broken";
    expect(expected.length > 10).toBe(lost);
    expect(await arrived({ driver: "sdk", ...sending })).toEqual(expected);
    expect(await arrived({ driver: "live", ...sending })).toEqual(expected);
  },
);

test("another version of the conventions", async () => {
  const sending = { scenario: "rag/query", protocol: "http/protobuf", semconv: "1.30.0" } as const;
  expect(await arrived({ driver: "sdk", ...sending })).toEqual(await arrived({ driver: "otlp", ...sending }));
});

test("more traces than the deck begin it again", async () => {
  const sending = { scenario: "chat/streaming", protocol: "http/protobuf", traces: 2500 } as const;
  const expected = await arrived({ driver: "otlp", ...sending });
  expect(expected.length).toBe(2500);
  expect(await arrived({ driver: "sdk", ...sending })).toEqual(expected);
});

test("structured content is more than the SDK's API for attributes can say", async () => {
  const sending = { driver: "sdk", scenario: structured, protocol: "grpc" } as const;
  await expect(arrived(sending)).rejects.toThrow(
    /the sdk driver cannot send gen_ai\.input\.messages: it is a value of type kvlist/,
  );
});
