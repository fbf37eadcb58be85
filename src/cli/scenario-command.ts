import { streamOptions } from "../report/stream-options.ts";
import { builtInScenarios } from "../scenario/built-in.ts";
import { builtInBrokenScenarios } from "../scenario/mutation/built-in-broken.ts";
import { compileScenario } from "../scenario/compile/compile-scenario.ts";
import { planTraces } from "../scenario/plan/plan.ts";
import type { PlannedTrace } from "../scenario/plan/planned-trace.ts";
import type { Program } from "../scenario/plan/program.ts";
import { Tally } from "../scenario/plan/tally.ts";
import { drawTrace, traceTree } from "../scenario/render/draw-trace.ts";
import { Renderer } from "../scenario/render/render-trace.ts";
import { usualTraces } from "../scenario/usual-traces.ts";
import { Spec } from "../semconv/spec.ts";
import { wholeNumber } from "./generate-command.ts";
import { loadScenario } from "./load-scenario.ts";
import { resolvePins } from "./pins.ts";
import { print } from "./reports.ts";
import { tallyText } from "./tally-text.ts";

/** Options as commander hands them over. */
export interface RawScenarioOptions {
  readonly json?: true;
}

export interface RawDrawOptions extends RawScenarioOptions {
  readonly semconv?: string;
  readonly seed: string;
  readonly traces?: string;
  readonly trace: string;
}

export interface RawListOptions extends RawScenarioOptions {
  readonly broken?: true;
}

/** Prints the built-in scenarios, or the broken ones, one a line. */
export async function listScenarios({ json, broken }: RawListOptions): Promise<void> {
  const names = broken === true ? builtInBrokenScenarios() : builtInScenarios();
  const scenarios = names.map((name) => {
    const loaded = loadScenario(name);
    return { name, description: (loaded.broken ?? loaded.scenario).description };
  });
  if (json === true) return print(`${JSON.stringify(scenarios, null, 2)}\n`);
  const width = Math.max(...scenarios.map(({ name }) => name.length));
  await print(scenarios.map(({ name, description }) => `${name.padEnd(width)}  ${description}\n`).join(""));
}

/** Prints a scenario's YAML, and on standard error what its usual number of runs comes to. */
export async function showScenario(name: string, { json }: RawScenarioOptions): Promise<void> {
  const { text, scenario, broken } = loadScenario(name);
  const tally = new Tally();
  for (const trace of planTraces(compileScenario(scenario), 1, usualTraces(scenario))) tally.add(trace);
  if (json === true) return print(`${JSON.stringify({ name, scenario, broken, tally: tally.summary() }, null, 2)}\n`);
  await print(text.endsWith("\n") ? text : `${text}\n`);
  const whose = broken === undefined ? "With" : `${broken.base.scenario}, its base, with`;
  process.stderr.write(`\n${whose} seed 1: ${tallyText(tally.summary())}`);
}

/** Prints one trace of a scenario as a tree. */
export async function drawScenario(name: string, raw: RawDrawOptions): Promise<void> {
  const seed = wholeNumber("--seed", raw.seed, 0, 2 ** 32 - 1);
  const given = raw.traces === undefined ? undefined : wholeNumber("--traces", raw.traces, 1, 1_000_000);
  const { pins } = resolvePins(raw.semconv === undefined ? [] : [raw.semconv]);
  const { scenario, broken } = loadScenario(name);
  const traces = given ?? usualTraces(scenario);
  const k = wholeNumber("--trace", raw.trace, 0, traces - 1);
  if (broken !== undefined) process.stderr.write(`drawn without its fault: ${broken.base.scenario}\n`);
  const program = compileScenario(scenario);
  const spans = new Renderer(new Spec(pins[0]!), program, seed).render(traceOf(program, seed, traces, k));
  await print(
    raw.json === true
      ? `${JSON.stringify(traceTree(spans, program.services), null, 2)}\n`
      : drawTrace(spans, program.services, streamOptions(process.stdout)),
  );
}

/** Where traces share something, what becomes of one depends on all of the run. */
function traceOf(program: Program, seed: number, traces: number, k: number): PlannedTrace {
  for (const trace of planTraces(program, seed, traces)) if (trace.k === k) return trace;
  throw new Error(`the plan of ${traces} traces has no trace ${k}`);
}
