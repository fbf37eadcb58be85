import { describe, expect, test } from "vitest";
import { builtInScenario, builtInScenarios } from "../../src/scenario/built-in.ts";
import { backoff, isRetried, PolicyState } from "../../src/scenario/plan/policy-state.ts";
import { planTraces } from "../../src/scenario/plan/plan.ts";
import type { PlannedTrace } from "../../src/scenario/plan/planned-trace.ts";
import { Tally, type TallySummary } from "../../src/scenario/plan/tally.ts";
import type { PlanPolicy } from "../../src/scenario/plan/program.ts";
import { readScenario } from "../../src/scenario/read/read-scenario.ts";
import { usualTraces } from "../../src/scenario/usual-traces.ts";
import { builtInProgram, programOf, spansOf } from "./load.ts";

interface Storm {
  readonly capacity: string;
  readonly outages?: string;
  readonly policy: string;
  readonly arrival: string;
  readonly latency?: string;
}

/** Chats of one service under one policy. */
function storm(
  { capacity, outages = "[]", policy, arrival, latency = "200ms" }: Storm,
  traces: number,
  seed = 1,
): PlannedTrace[] {
  const program = programOf(`description: A storm.
services: [shop]
providers: { openai: { capacity: ${capacity}, outages: ${outages} } }
models: { gpt-4o: { provider: openai, latency: ${latency} } }
retries: { p: ${policy} }
run: { service: shop, request: POST /, steps: [{ retry: { policy: p, steps: [{ chat: { model: gpt-4o } }] } }] }
arrival: ${arrival}`);
  return [...planTraces(program, seed, traces)];
}

function tallyOf(traces: readonly PlannedTrace[]): TallySummary {
  const tally = new Tally();
  for (const trace of traces) tally.add(trace);
  return tally.summary();
}

/** Attempts that begin in each second. */
function attemptsBySecond(traces: readonly PlannedTrace[]): number[] {
  const counts: number[] = [];
  for (const span of traces.flatMap(spansOf)) {
    if (span.operation.kind !== "chat") continue;
    const second = Math.floor(span.start / 1e6);
    counts[second] = (counts[second] ?? 0) + 1;
  }
  return Array.from(counts, (count) => count ?? 0);
}

const overload = { capacity: "{ rate: 10/s, burst: 10, status: 429 }", arrival: "{ constant: 20/s }" };
const eager = "attempts: 6, backoff: { first: 100ms, factor: 2, most: 2s }, jitter: full";

describe("as many runs as a built-in storm says", () => {
  test.each(builtInScenarios().filter((name) => name.startsWith("retry-storm/")))("show it: %s", (name) => {
    const { text, file } = builtInScenario(name);
    const runs = usualTraces(readScenario(text, file));
    const { amplification } = tallyOf([...planTraces(builtInProgram(name), 1, runs)]);
    expect(amplification).toBeGreaterThan(1.09);
  });
});

describe("a provider with more calls than it can serve", () => {
  test("makes retries multiply", () => {
    const { amplification } = tallyOf(storm({ ...overload, policy: `{ ${eager} }` }, 1500));
    expect(amplification).toBeGreaterThan(3);
  });

  test.each([10, 20, 50])("is spared by a retry budget of %i percent, which bounds the amplification", (percent) => {
    for (const seed of [1, 2, 3]) {
      const tally = tallyOf(storm({ ...overload, policy: `{ ${eager}, budget: ${percent}% }` }, 1500, seed));
      expect(tally.amplification).toBeGreaterThan(1);
      expect(tally.attempts).toBeLessThanOrEqual(Math.floor(tally.calls * (1 + percent / 100)));
    }
  });

  test("answers no more than its rate lets through", () => {
    const { answered, duration, goodput } = tallyOf(storm({ ...overload, policy: `{ ${eager} }` }, 1500));
    expect(answered).toBeLessThanOrEqual(10 + (duration / 1e6) * 10);
    expect(goodput).toBeGreaterThan(8);
  });

  test("has a circuit breaker keep calls back", () => {
    const open = tallyOf(
      storm({ ...overload, policy: `{ ${eager} }`, outages: "[{ from: 0s, for: 1h, status: 503 }]" }, 600),
    );
    const broken = tallyOf(
      storm(
        {
          ...overload,
          policy: `{ ${eager}, breaker: { failures: 5, open: 2s } }`,
          outages: "[{ from: 0s, for: 1h, status: 503 }]",
        },
        600,
      ),
    );
    expect(broken.attempts).toBeLessThan(open.attempts / 20);
    expect(broken.rejected).toBeGreaterThan(500);
  });

  test("stays overloaded by calls that were given up, when its queue is longer than its callers' patience", () => {
    const patience = { capacity: "{ concurrent: 10, queue: 1000, status: 503 }", latency: "1s" };
    const policy = "{ attempts: 4, timeout: 3s, backoff: { first: 100ms, factor: 1, most: 100ms }, jitter: full }";
    const light = tallyOf(storm({ ...patience, policy, arrival: "{ constant: 8/s }" }, 1000));
    expect(light.answered).toBe(light.calls);
    const heavy = tallyOf(storm({ ...patience, policy, arrival: "{ constant: 12/s }" }, 1000));
    expect(heavy.answered).toBeLessThan(heavy.calls / 2);
    expect(heavy.amplification).toBeGreaterThan(2);
  });
});

describe("after an outage", () => {
  // Everyone who fails within the one second of the outage has 4 s to wait: without jitter they come back within one second too.
  const after = {
    capacity: "{ concurrent: 1000, status: 429 }",
    outages: "[{ from: 10s, for: 1s, status: 503 }]",
    arrival: "{ constant: 50/s }",
  };
  const wait = "attempts: 3, backoff: { first: 4s, factor: 1, most: 4s }";

  /** Attempts in the second in which the herd comes back, above the usual 50. */
  const secondPeak = (jitter: string, seed = 1): number => {
    const attempts = attemptsBySecond(storm({ ...after, policy: `{ ${wait}, jitter: ${jitter} }` }, 1200, seed));
    return Math.max(...attempts.slice(11, 22)) - 50;
  };

  test("the herd comes back in a second peak, as large as the first, without jitter", () => {
    expect(secondPeak("none")).toBeGreaterThan(45);
  });

  test("full jitter spreads it over the time of the backoff", () => {
    for (const seed of [1, 2, 3]) expect(secondPeak("full", seed)).toBeLessThan(28);
  });

  test("equal jitter spreads it over half of that", () => {
    expect(secondPeak("equal")).toBeLessThan(secondPeak("none") * 0.75);
    expect(secondPeak("equal")).toBeGreaterThan(secondPeak("full"));
  });
});

describe("the built-in storms show what they say", () => {
  const traces = (name: string): PlannedTrace[] => [...planTraces(builtInProgram(`retry-storm/${name}`), 11, 2000)];

  test("429: each call is tried more than twice once the rate is beyond the provider's", () => {
    expect(tallyOf(traces("429")).amplification).toBeGreaterThan(2);
  });

  test("budget: the same with at most a tenth more than one attempt a call", () => {
    const { attempts, calls, goodput } = tallyOf(traces("budget"));
    expect(attempts).toBeLessThanOrEqual(calls * 1.1);
    expect(goodput).toBeGreaterThan(0.95 * tallyOf(traces("429")).goodput);
  });

  test("5xx-burst: attempts rise while it lasts, and most calls are answered in the end", () => {
    const storm = traces("5xx-burst");
    const attempts = attemptsBySecond(storm);
    expect(Math.max(...attempts.slice(20, 32))).toBeGreaterThan(15);
    expect(Math.max(...attempts.slice(0, 20))).toBe(10);
    expect(tallyOf(storm).answered).toBeGreaterThan(1900);
  });

  test("timeout: most calls are given up, although the provider works all the time", () => {
    const { answered, calls, amplification } = tallyOf(traces("timeout"));
    expect(answered).toBeLessThan(calls / 2);
    expect(amplification).toBeGreaterThan(2);
  });

  test("thundering-herd: after the outage as many come back at once as were turned away, on top of those who come anyway", () => {
    const attempts = attemptsBySecond(traces("thundering-herd"));
    expect(Math.max(...attempts.slice(0, 10))).toBe(40);
    expect(Math.max(...attempts.slice(14, 25))).toBeGreaterThan(75);
  });
});

describe("a queue", () => {
  test("of one server with even arrivals serves them one after another", () => {
    const traces = storm(
      {
        capacity: "{ concurrent: 1, queue: 3, status: 429 }",
        policy: "{ attempts: 1, backoff: { first: 1s, factor: 1, most: 1s }, jitter: none }",
        arrival: "{ burst: { size: 6, every: 1h } }",
        latency: "1s",
      },
      6,
    );
    const calls = traces.flatMap(spansOf).filter(({ operation }) => operation.kind === "chat");
    expect(
      calls
        .filter(({ failure }) => failure === undefined)
        .map(({ end }) => end)
        .toSorted((a, b) => a - b),
    ).toEqual([1e6, 2e6, 3e6, 4e6]);
    expect(calls.filter(({ failure }) => failure?.type === "429")).toHaveLength(2);
  });

  test("of one server with Poisson arrivals waits as long as queueing theory says", () => {
    // M/D/1 at half its load: the mean wait is ρ ÷ 2(1 − ρ) service times, here half of one.
    const traces = storm(
      {
        capacity: "{ concurrent: 1, queue: 100000, status: 429 }",
        policy: "{ attempts: 1, backoff: { first: 1s, factor: 1, most: 1s }, jitter: none }",
        arrival: "{ poisson: 5/s }",
        latency: "100ms",
      },
      20_000,
    );
    const calls = traces.flatMap(spansOf).filter(({ operation }) => operation.kind === "chat");
    const wait = calls.reduce((sum, { start, end }) => sum + end - start - 100_000, 0) / calls.length;
    expect(wait).toBeGreaterThan(45_000);
    expect(wait).toBeLessThan(55_000);
  });
});

describe("a retry policy", () => {
  const policy: PlanPolicy = {
    name: "p",
    attempts: 5,
    timeout: undefined,
    first: 100,
    factor: 2,
    most: 500,
    jitter: "none",
    budget: 0.5,
    breaker: { failures: 2, open: 1000 },
  };

  test("waits longer each time, up to the most, and at least as long as it was asked to", () => {
    expect([1, 2, 3, 4].map((failed) => backoff(policy, failed, 0, 0.5))).toEqual([100, 200, 400, 500]);
    expect(backoff(policy, 1, 1000, 0.5)).toBe(1000);
    expect(backoff({ ...policy, jitter: "full" }, 3, 1000, 0.5)).toBe(1200);
    expect(backoff({ ...policy, jitter: "equal" }, 3, 0, 0.5)).toBe(300);
  });

  test("tries again what may pass", () => {
    const retried = (type: string): boolean => isRetried({ type, retryAfter: 0 });
    expect(["429", "503", "500", "408", "timeout", "connection_reset"].filter(retried)).toHaveLength(6);
    expect(["400", "401", "404", "cancelled", "circuit_open"].filter(retried)).toEqual([]);
  });

  test("opens its breaker after failures in a row, lets one call try, and closes after that has passed", () => {
    const state = new PolicyState(policy);
    state.ended(0, true);
    state.ended(0, false);
    state.ended(0, true);
    expect(state.admits(0)).toBe(true);
    state.ended(10, true);
    expect([state.admits(10), state.admits(1009), state.admits(1010), state.admits(1010)]).toEqual([
      false,
      false,
      true,
      false,
    ]);
    state.ended(1020, true);
    expect([state.admits(2019), state.admits(2020)]).toEqual([false, true]);
    state.left();
    expect(state.admits(2021)).toBe(true);
    state.ended(2030, false);
    expect([state.admits(2031), state.admits(2031)]).toEqual([true, true]);
  });

  test("earns retries by calls", () => {
    const state = new PolicyState(policy);
    expect(state.spend()).toBe(false);
    state.earn();
    state.earn();
    expect([state.spend(), state.spend()]).toEqual([true, false]);
  });
});
