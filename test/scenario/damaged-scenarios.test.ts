import fc from "fast-check";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { Checker } from "../../src/check/checker.ts";
import { builtInScenario, builtInScenarios } from "../../src/scenario/built-in.ts";
import { compileScenario } from "../../src/scenario/compile/compile-scenario.ts";
import { planTraces } from "../../src/scenario/plan/plan.ts";
import { ScenarioError } from "../../src/scenario/read/problem.ts";
import { readScenario } from "../../src/scenario/read/read-scenario.ts";
import { otlpRequest } from "../../src/scenario/render/otlp-request.ts";
import { Renderer } from "../../src/scenario/render/render-trace.ts";
import type { Scenario } from "../../src/scenario/scenario.ts";
import { listVersions } from "../../src/semconv/load.ts";
import { Spec } from "../../src/semconv/spec.ts";

const specs = listVersions().map(({ id }) => new Spec(id));
const origin = { toolVersion: "0.1.0", schemaUrl: "", startTimeUnixNano: 1n };
const scenarios = builtInScenarios().map((name) => parse(builtInScenario(name).text) as unknown);

/** Reads it, or gives undefined where it is refused in words that have a place. */
function read(yaml: string): Scenario | undefined {
  try {
    return readScenario(yaml, "damaged.yaml");
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error;
    expect(error.problems.length).toBeGreaterThan(0);
    for (const { line, column, expected, actual } of error.problems) {
      expect(line >= 1 && column >= 1 && expected !== "" && actual !== "").toBe(true);
    }
    return undefined;
  }
}

function places(value: unknown, path: readonly string[] = []): (readonly string[])[] {
  if (typeof value !== "object" || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([key, inner]) => places(inner, [...path, key]))];
}

/** A copy with the value at a path replaced, or removed where the replacement is undefined. */
function replaced(value: unknown, path: readonly string[], by: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return by;
  const entries = Object.entries(value as object).flatMap(([name, inner]): [string, unknown][] => {
    const next = name === key ? replaced(inner, rest, by) : inner;
    return next === undefined ? [] : [[name, next]];
  });
  return Array.isArray(value) ? entries.map(([, inner]) => inner) : Object.fromEntries(entries);
}

const anything = fc.oneof(
  fc.constantFrom<unknown>(undefined, null, "", 0, -1, 1e9, 0.5, true, [], {}, [[]], "shop", "__proto__", [
    { human: "1s" },
  ]),
  fc.jsonValue(),
);
const durations = fc.constantFrom<unknown>(
  "0s",
  "1us",
  "99h",
  "100h",
  "1.5ms",
  "-1s",
  { uniform: { from: "0s", to: "1us" } },
  { normal: { mean: "1s", deviation: "99h" } },
  { lognormal: { p50: "1us", p51: "99h" } },
  { zipf: { unit: "99h", to: 100_000, exponent: 0.1 } },
);
const percents = fc.constantFrom("0%", "100%", "101%", "0.000001%", "50%");
const counts = fc.constantFrom<unknown>(
  0,
  1,
  2,
  1000,
  10_000_000,
  -1,
  0.5,
  { zipf: { to: 3, exponent: 9 } },
  { lognormal: { p1: 1, p99: 5 } },
);
const rates = fc.constantFrom("0.001/h", "9999999/s", "0/s", "1/m");

/** What an amount may be replaced by, by how it is written. */
const alike: readonly (readonly [written: RegExp, amounts: fc.Arbitrary<unknown>])[] = [
  [/^\d.*%$/, percents],
  [/^\d.*[/][smh]$/, rates],
  [/^\d.*(?:us|ms|s|m|h)$/, durations],
  [/^\d+$/, counts],
];

/** Something of the same kind, which may do no harm, or anything. */
function replacementOf(value: unknown): fc.Arbitrary<unknown> {
  const amounts = alike.find(([written]) => written.test(String(value)))?.[1] ?? anything;
  return fc.oneof({ weight: 4, arbitrary: amounts }, { weight: 1, arbitrary: anything });
}

const at = (scenario: unknown, path: readonly string[]): unknown =>
  path.reduce<unknown>((inner, key) => (inner as { readonly [key: string]: unknown })[key], scenario);

/** Numbers, and texts with a unit, are damaged most often: with these much goes through the reader. */
const damagedScenario = fc.constantFrom(...scenarios).chain((scenario) => {
  const all = places(scenario);
  const amounts = all.filter((path) => /^\d/.test(String(at(scenario, path))));
  return fc
    .oneof({ weight: 2, arbitrary: fc.constantFrom(...amounts) }, { weight: 1, arbitrary: fc.constantFrom(...all) })
    .chain((path) => replacementOf(at(scenario, path)).map((by) => replaced(scenario, path, by)));
});

test("a damaged scenario is refused with its place, or planned, and written conformant to any version", () => {
  let planned = 0;
  fc.assert(
    fc.property(damagedScenario, fc.constantFrom(...specs), fc.nat({ max: 2 ** 32 - 1 }), (damaged, spec, seed) => {
      const scenario = read(JSON.stringify(damaged) ?? "");
      if (scenario === undefined) return;
      const program = compileScenario(scenario);
      const renderer = new Renderer(spec, program, seed);
      const checker = new Checker([spec.id]);
      for (const trace of planTraces(program, seed, 5)) {
        const spans = renderer.render(trace);
        for (const { planned: span } of spans) {
          expect(Number.isSafeInteger(span.start) && Number.isSafeInteger(span.end) && span.end >= span.start).toBe(
            true,
          );
        }
        checker.accept(otlpRequest(spans, { ...origin, services: program.services }));
      }
      const { findings } = checker.summary();
      expect(
        findings.filter(({ level }) => level !== "information").map(({ ruleId, actual }) => [ruleId, actual]),
      ).toEqual([]);
      planned++;
    }),
    { numRuns: 500 },
  );
  expect(planned).toBeGreaterThan(50);
});

test("what is no scenario at all is refused with a place", () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.string({ unit: "binary" }), fc.json()), (text) => {
      expect(read(text)).toBeUndefined();
    }),
    { numRuns: 500 },
  );
});
