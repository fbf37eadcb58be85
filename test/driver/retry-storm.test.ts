import { describe, expect, test } from "vitest";
import { drawTraces } from "../../src/driver/draw-traces.ts";
import { evenly } from "../../src/driver/arrival-times.ts";
import type { LiveFigures } from "../../src/driver/replay.ts";
import { replayLive } from "../../src/driver/replay-live.ts";
import { replayReasons } from "../../src/driver/replay-reasons.ts";
import { compileScenario } from "../../src/scenario/compile/compile-scenario.ts";
import { planTraces } from "../../src/scenario/plan/plan.ts";
import { Tally, type TallySummary } from "../../src/scenario/plan/tally.ts";
import { readScenario } from "../../src/scenario/read/read-scenario.ts";
import { Spec } from "../../src/semconv/spec.ts";
import { openSink } from "../sink/open-sink.ts";

const TRACES = 200;
const PER_SECOND = 20;
const SEEDS = 30;

/** Waits and latencies are so long that a scheduler that is late by some hundredths of a second changes little. */
const storm = (provider: string, policy: string): string => `
description: A storm.
services: [assistant]
providers: { openai: { ${provider} } }
models:
  gpt-4o: { provider: openai, latency: { lognormal: { p50: 800ms, p95: 1.6s } } }
retries:
  default: { backoff: { first: 500ms, factor: 2, most: 4s }, jitter: full, ${policy} }
agents:
  assistant:
    service: assistant
    model: gpt-4o
    steps:
      - retry: { policy: default, steps: [{ chat: {} }] }
run:
  service: assistant
  request: POST /chat
  steps:
    - agent: assistant
arrival: { constant: ${PER_SECOND}/s }
`;

interface Storm {
  readonly measured: LiveFigures;
  readonly predicted: readonly TallySummary[];
}

/** Makes the calls of a storm in real time, and has the plan say for many seeds what they come to. */
async function blow(provider: string, policy: string): Promise<Storm> {
  const program = compileScenario(readScenario(storm(provider, policy), "storm.yaml"));
  const { sink } = await openSink();
  const spec = new Spec("1.41.1");
  const figures = await replayLive({
    program,
    spec,
    speed: 1,
    traces: drawTraces(program, spec, 1, TRACES),
    wanted: TRACES,
    durationMs: Infinity,
    arrival: evenly(PER_SECOND),
    maxInFlight: 1000,
    spansPerRequest: 512,
    services: program.services,
    toolVersion: "0.0.0",
    schemaUrl: "",
    seed: 1,
    idSeed: 1,
    protocol: "http/protobuf",
    gzip: false,
    retries: 0,
    target: { endpoint: new URL(sink.httpUrl), headers: {}, timeoutMs: 10_000 },
    over: new AbortController(),
    onProgress: () => {},
  });
  expect(replayReasons(figures, undefined)).toEqual([]);
  return {
    measured: figures.live as LiveFigures,
    predicted: Array.from({ length: SEEDS }, (_, seed) => plannedCalls(seed + 1)),
  };

  function plannedCalls(seed: number): TallySummary {
    const tally = new Tally();
    for (const trace of planTraces(program, seed, TRACES)) tally.add(trace);
    return tally.summary();
  }
}

/** Where a further value of the same kind lies, but for one in some hundreds. */
function interval(values: readonly number[]): { readonly low: number; readonly high: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
  const reach = 3 * Math.sqrt(variance * (1 + 1 / values.length));
  return { low: mean - reach, high: mean + reach };
}

const amplificationOf = ({ attempts, calls }: LiveFigures["calls"]): number => attempts / calls;

describe("a retry storm against a provider with its real limits", () => {
  test("is amplified as the plan predicts, through an outage and at the limit of its capacity", async () => {
    const limits = "capacity: { concurrent: 20, status: 429 }, outages: [{ from: 3s, for: 2s, status: 503 }]";
    const { measured, predicted } = await blow(limits, "attempts: 4, timeout: 6s");
    const { low, high } = interval(predicted.map(({ amplification }) => amplification));
    // Neither no retries at all nor all that there may be would do.
    expect([low > 1.5, high < 2.5]).toEqual([true, true]);
    expect(amplificationOf(measured.calls)).toBeGreaterThan(low);
    expect(amplificationOf(measured.calls)).toBeLessThan(high);
    // Without the waits between attempts fewer would be answered: none would outlast the outage.
    const { low: fewest } = interval(predicted.map(({ answered }) => answered));
    expect(measured.calls.answered).toBeGreaterThan(fewest);
    expect(measured.planned?.attempts).toBe(predicted[0]?.attempts);
  });

  test("is damped by a budget and a circuit breaker as the plan predicts", async () => {
    const limits = "capacity: { rate: 12/s, burst: 6, status: 429, retryAfter: 1s }";
    const { measured, predicted } = await blow(
      limits,
      "attempts: 4, budget: 30%, breaker: { failures: 8, open: 500ms }",
    );
    const { low, high } = interval(predicted.map(({ amplification }) => amplification));
    expect(high).toBeLessThan(1.32);
    // All retries that were earned are used: there can be no more, and hardly fewer.
    expect(amplificationOf(measured.calls)).toBeLessThanOrEqual(1.3);
    expect(amplificationOf(measured.calls)).toBeGreaterThan(low - 0.02);
  });
});
