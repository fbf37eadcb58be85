import { describe, expect, test } from "vitest";
import { asPlanned, evenly, meanRate } from "../../src/driver/arrival-times.ts";
import { drawTraces } from "../../src/driver/draw-traces.ts";
import { compileScenario } from "../../src/scenario/compile/compile-scenario.ts";
import { builtInScenario, builtInScenarios } from "../../src/scenario/built-in.ts";
import { readScenario } from "../../src/scenario/read/read-scenario.ts";
import { Spec } from "../../src/semconv/spec.ts";

const spec = new Spec("1.41.1");

function draw(name: string, wanted: number) {
  const { text, file } = builtInScenario(name);
  return drawTraces(compileScenario(readScenario(text, file)), spec, 1, wanted);
}

test("an even rate has one gap", () => {
  expect([0, 1, 50].map(evenly(100))).toEqual([0, 10, 500]);
  expect(meanRate(evenly(100), 40)).toBe(100);
});

describe.each(builtInScenarios())("%s", (name) => {
  test("its traces come in the order in which they begin, and round and round without falling back", () => {
    const traces = draw(name, 60);
    expect(traces).toHaveLength(60);
    const time = asPlanned(traces);
    const times = Array.from({ length: 150 }, (_, n) => time(n));
    expect(times[0]).toBe(0);
    expect(times.toSorted((a, b) => a - b)).toEqual(times);
    expect(times.at(-1)).toBeGreaterThan(0);
  });
});

test("a deck holds no more traces than it can, however many are wanted", () => {
  const traces = draw("chat/streaming", Infinity);
  expect(traces.length).toBeLessThanOrEqual(2048);
  expect(traces.reduce((sum, { spans }) => sum + spans.length, 0)).toBeLessThan(40_000);
});
