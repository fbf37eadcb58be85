import { describe, expect, test } from "vitest";
import { builtInScenarios } from "../../src/scenario/built-in.ts";
import { planTrace, planTraces } from "../../src/scenario/plan/plan.ts";
import type { PlannedSpan, PlannedTrace } from "../../src/scenario/plan/planned-trace.ts";
import { Tally } from "../../src/scenario/plan/tally.ts";
import { builtInProgram, programOf, smallScenario, spansOf } from "./load.ts";

/** A trace without its links, which lead back into it. */
function shapeOf(span: PlannedSpan): unknown {
  const { operation, service, start, end, failure, hop, ordinal, link, children } = span;
  return {
    operation,
    service,
    start,
    end,
    failure,
    hop,
    ordinal,
    link: link?.ordinal,
    children: children.map(shapeOf),
  };
}

function shapesOf(traces: Iterable<PlannedTrace>): unknown[] {
  return [...traces].map(({ k, root }) => [k, shapeOf(root)]);
}

const names = (trace: PlannedTrace): string[] => spansOf(trace).map(({ operation }) => operation.kind);

const twoAgents = (steps: string): string => `agents:
  first: { service: shop, model: gpt-4o, steps: ${steps} }
  second: { service: billing, model: gpt-4o, steps: [{ chat: {} }] }`;

describe.each(builtInScenarios())("%s", (name) => {
  const program = builtInProgram(name);

  test("is the same for a seed and another for another", () => {
    const first = shapesOf(planTraces(program, 7, 30));
    expect(shapesOf(planTraces(program, 7, 30))).toEqual(first);
    expect(shapesOf(planTraces(program, 8, 30))).not.toEqual(first);
  });

  test("is the same from a program that went through JSON", () => {
    const sent = JSON.parse(JSON.stringify(program)) as typeof program;
    expect(JSON.stringify(shapesOf(planTraces(sent, 7, 10)))).toBe(
      JSON.stringify(shapesOf(planTraces(program, 7, 10))),
    );
  });

  test("gives trace k without those before it, unless traces depend on each other", () => {
    if (program.shared) expect(() => planTrace(program, 7, 3)).toThrow(/plan them together/);
    else expect(shapesOf([planTrace(program, 7, 23)])).toEqual(shapesOf(planTraces(program, 7, 24)).slice(23));
  });

  test("makes trees whose spans have whole times, their own numbers, and begin after their parents", () => {
    for (const trace of planTraces(program, 7, 30)) {
      const spans = spansOf(trace);
      expect(spans.map(({ ordinal }) => ordinal)).toEqual(spans.map((_, index) => index));
      expect(trace.spans).toBe(spans.length);
      for (const { start, end, children } of spans) {
        expect(Number.isSafeInteger(start) && Number.isSafeInteger(end) && start >= 0 && end >= start).toBe(true);
        for (const child of children) expect(child.start).toBeGreaterThanOrEqual(start);
      }
    }
  });

  test("plans each trace once", () => {
    const ks = [...planTraces(program, 7, 60)].map(({ k }) => k).toSorted((a, b) => a - b);
    expect(ks).toEqual(Array.from({ length: 60 }, (_, k) => k));
  });
});

describe("steps", () => {
  test("take their time one after another", () => {
    const trace = planTrace(
      programOf(smallScenario("[{ chat: { model: gpt-4o } }, { human: 5s }, { chat: { model: gpt-4o } }]")),
      1,
      2,
    );
    expect(spansOf(trace).map(({ start, end }) => [start, end])).toEqual([
      [2e6, 9e6],
      [2e6, 3e6],
      [3e6, 8e6],
      [8e6, 9e6],
    ]);
  });

  test("of branches run at once, and the longest decides", () => {
    const trace = planTrace(
      programOf(smallScenario("[{ parallel: [[{ human: 2s }, { human: 3s }], [{ human: 4s }]] }, { human: 1s }]")),
      1,
      0,
    );
    expect(spansOf(trace).map(({ start, end }) => [start, end])).toEqual([
      [0, 6e6],
      [0, 2e6],
      [0, 4e6],
      [2e6, 5e6],
      [5e6, 6e6],
    ]);
  });

  test("in the background hold nobody up", () => {
    const trace = planTrace(programOf(smallScenario("[{ background: [{ human: 5s }] }, { human: 1s }]")), 1, 0);
    expect(spansOf(trace).map(({ start, end }) => [start, end])).toEqual([
      [0, 1e6],
      [0, 1e6],
      [0, 5e6],
    ]);
  });

  test("of a handoff follow beside the agent, with a link to it", () => {
    const trace = planTrace(
      programOf(
        smallScenario(
          "[{ agent: first }, { human: 1s }]",
          twoAgents("[{ handoff: second }]").replace("billing", "shop"),
        ),
      ),
      1,
      0,
    );
    const [first, second] = trace.root.children;
    expect(trace.root.children.map(({ operation }) => operation.kind)).toEqual(["agent", "agent", "human"]);
    expect(first!.children.map(({ operation }) => operation.kind)).toEqual(["transfer"]);
    expect(second!.link).toBe(first!.children[0]);
    expect(second!.start).toBe(first!.end);
  });

  test("of an agent in another service cross by a request", () => {
    const trace = planTrace(
      programOf(
        smallScenario(
          "[{ agent: first }]",
          `${twoAgents("[{ agent: second }]")}\nhops: [{ from: shop, to: billing, propagation: b3 }]`,
        ),
      ),
      1,
      0,
    );
    expect(names(trace)).toEqual(["request", "agent", "agent", "request", "agent", "chat"]);
    expect(spansOf(trace).map(({ service, hop }) => [service, hop])).toEqual([
      [0, undefined],
      [0, undefined],
      [0, undefined],
      [1, "b3"],
      [1, undefined],
      [1, undefined],
    ]);
  });

  test("of a loop end with its chance, at the latest after all turns", () => {
    const program = programOf(smallScenario("[{ loop: { times: 5, until: 50%, steps: [{ human: 1s }] } }]"));
    const turns = [...planTraces(program, 3, 4000)].map((trace) => trace.spans - 1);
    const share = (turn: number): number => turns.filter((count) => count === turn).length / turns.length;
    // Four deviations of a share of 4000.
    for (const [turn, expected] of [
      [1, 0.5],
      [2, 0.25],
      [3, 0.125],
      [5, 0.0625],
    ] as const) {
      expect(Math.abs(share(turn) - expected)).toBeLessThan(4 * Math.sqrt((expected * (1 - expected)) / 4000));
    }
    expect(Math.max(...turns)).toBe(5);
  });

  test("of a loop are bounded, however long the tail of its times", () => {
    const program = programOf(
      smallScenario("[{ loop: { times: { lognormal: { p50: 1, p51: 40 } }, steps: [{ human: 0s }] } }]"),
    );
    expect(Math.max(...[...planTraces(program, 3, 300)].map(({ spans }) => spans))).toBe(161);
  });

  test("of ways are chosen by their shares", () => {
    const program = programOf(
      smallScenario(
        "[{ choose: [{ share: 80%, steps: [{ human: 1s }] }, { share: 20%, steps: [{ human: 2s }, { human: 1s }] }] }]",
      ),
    );
    const long = [...planTraces(program, 5, 4000)].filter((trace) => trace.spans === 3).length;
    expect(Math.abs(long - 800)).toBeLessThan(4 * Math.sqrt(4000 * 0.8 * 0.2));
  });

  test("that fail end an agent when they are calls of a model, and not when they are tools", () => {
    const failing = (steps: string): PlannedTrace =>
      planTrace(
        programOf(
          smallScenario(
            "[{ agent: first }]",
            `${twoAgents(steps)}\ntools: { find: { duration: 1ms, errors: { NotFound: 100% } } }`,
          ).replace("latency: 1s,", "latency: 1s, errors: { 400: 100% },"),
        ),
        1,
        0,
      );
    const byTool = failing("[{ tool: find }, { human: 1s }]");
    expect(spansOf(byTool).map(({ failure }) => failure?.type)).toEqual([undefined, undefined, "NotFound", undefined]);
    const byCall = failing("[{ chat: {} }, { human: 1s }]");
    expect(spansOf(byCall).map(({ failure }) => failure?.type)).toEqual(["400", "400", "400"]);
  });

  test("under way when a run is cancelled end with it", () => {
    const program = programOf(
      smallScenario(
        "[{ human: 1s }, { parallel: [[{ human: 9s }], [{ stream: { model: gpt-4o } }]] }, { human: 1s }]",
        "cancel: { share: 100%, after: 1500ms }",
      ),
    );
    const trace = planTrace(program, 1, 0);
    expect(spansOf(trace).map(({ end, failure }) => [end, failure?.type])).toEqual([
      [1_500_000, "cancelled"],
      [1_000_000, undefined],
      [1_500_000, "cancelled"],
      [1_500_000, "cancelled"],
    ]);
  });
});

describe("a closed model", () => {
  test("has each user wait for an answer, think, and ask again", () => {
    const program = programOf(
      smallScenario("[{ human: 3s }]").replace("{ constant: 1/s }", "{ closed: { users: 2, think: 1s } }"),
    );
    const starts = [...planTraces(program, 1, 6)].toSorted((a, b) => a.k - b.k).map(({ root }) => root.start / 1e6);
    expect(starts).toEqual([1, 1, 5, 5, 9, 9]);
  });
});

describe("a tally", () => {
  test("tells calls from attempts, and what was answered in time", () => {
    const program = programOf(
      smallScenario(
        "[{ retry: { policy: p, steps: [{ chat: { model: gpt-4o } }] } }]",
        "retries: { p: { attempts: 3, backoff: { first: 1s, factor: 1, most: 1s }, jitter: none } }\nproviders: { openai: { outages: [{ from: 0s, for: 1s, status: 503 }, { from: 4s, for: 1h, status: 500 }] } }",
      ),
    );
    const tally = new Tally();
    // Trace 0 is refused once and then answered, 1 to 3 are answered at once, and 4 never.
    for (const trace of planTraces(program, 1, 5)) tally.add(trace);
    expect(tally.summary()).toMatchObject({
      traces: 5,
      failedTraces: 1,
      calls: 5,
      attempts: 8,
      answered: 4,
      amplification: 1.6,
    });
  });
});
