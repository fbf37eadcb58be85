import { compileScenario } from "../../src/scenario/compile/compile-scenario.ts";
import { builtInScenario } from "../../src/scenario/built-in.ts";
import type { PlannedSpan, PlannedTrace } from "../../src/scenario/plan/planned-trace.ts";
import type { Program } from "../../src/scenario/plan/program.ts";
import { readScenario } from "../../src/scenario/read/read-scenario.ts";

export function programOf(yaml: string): Program {
  return compileScenario(readScenario(yaml, "test.yaml"));
}

export function builtInProgram(name: string): Program {
  const { text, file } = builtInScenario(name);
  return compileScenario(readScenario(text, file));
}

/** A scenario of one service, one model and one agent; `run` are the steps of the run. */
export function smallScenario(run: string, more = ""): string {
  return `description: A test.
services: [shop, billing]
models:
  gpt-4o: { provider: openai, latency: 1s, input: 100, output: 10 }
run:
  service: shop
  request: POST /orders
  steps: ${run}
arrival: { constant: 1/s }
${more}`;
}

export function spansOf(trace: PlannedTrace): PlannedSpan[] {
  const all: PlannedSpan[] = [];
  const visit = (span: PlannedSpan): void => {
    all.push(span);
    for (const child of span.children) visit(child);
  };
  visit(trace.root);
  return all;
}
