import { mostTimes } from "../most-times.ts";
import type { Scenario, Step, Steps } from "../scenario.ts";
import { kindOf, nested } from "../steps.ts";
import type { Path } from "./source.ts";

/** Bounds what one run can hold in memory. */
export const MOST_SPANS = 20_000;

interface Call {
  readonly agent: string;
  readonly path: Path;
}

/** The first way from an agent back to itself, over agents and handoffs, with the step that closes it. */
export function findCycle(scenario: Scenario): { readonly agents: readonly string[]; readonly path: Path } | undefined {
  const done = new Set<string>();
  const visit = (name: string, way: readonly string[]): { agents: readonly string[]; path: Path } | undefined => {
    if (done.has(name)) return undefined;
    for (const { agent, path } of callsOf(scenario.agents?.[name]?.steps ?? [], ["agents", name, "steps"])) {
      const start = [...way, name].indexOf(agent);
      if (start >= 0) return { agents: [...[...way, name].slice(start), agent], path };
      const found = visit(agent, [...way, name]);
      if (found !== undefined) return found;
    }
    done.add(name);
    return undefined;
  };
  for (const name of Object.keys(scenario.agents ?? {})) {
    const found = visit(name, []);
    if (found !== undefined) return found;
  }
  return undefined;
}

function callsOf(steps: Steps, path: Path): Call[] {
  return steps.flatMap((step, index) => {
    const agent = step.agent ?? step.handoff;
    const own = agent === undefined ? [] : [{ agent, path: [...path, index, kindOf(step)] }];
    return [...own, ...nested(step).flatMap((inner) => callsOf(inner.steps, [...path, index, ...inner.path]))];
  });
}

/** The most spans that a run can have; needs a scenario without cycles. */
export function mostSpans(scenario: Scenario): number {
  const agents = new Map<string, number>();
  const ofAgent = (name: string): number => {
    const known = agents.get(name);
    if (known !== undefined) return known;
    // A remote agent has three spans of its own.
    const spans = 3 + ofSteps(scenario.agents?.[name]?.steps ?? []);
    agents.set(name, spans);
    return spans;
  };
  const ofSteps = (steps: Steps): number => steps.reduce((sum, step) => sum + ofStep(step), 0);
  const ofStep = (step: Step): number => {
    if (step.agent !== undefined) return ofAgent(step.agent);
    if (step.handoff !== undefined) return 1 + ofAgent(step.handoff);
    if (step.loop !== undefined) return mostTimes(step.loop.times) * ofSteps(step.loop.steps);
    if (step.retry !== undefined) {
      return (scenario.retries?.[step.retry.policy]?.attempts ?? 1) * ofSteps(step.retry.steps);
    }
    if (step.choose !== undefined) return Math.max(...step.choose.map(({ steps }) => ofSteps(steps)));
    return 3 + nested(step).reduce((sum, inner) => sum + ofSteps(inner.steps), 0);
  };
  return 2 + ofSteps(scenario.run.steps);
}
