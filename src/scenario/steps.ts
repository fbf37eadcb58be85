import type { Step, Steps } from "./scenario.ts";

export type StepKind = keyof Step;

/** The one thing that a step is. */
export function kindOf(step: Step): StepKind {
  return Object.keys(step)[0] as StepKind;
}

/** The lists of steps within a step, each with its path below the step. */
export function nested(step: Step): readonly { readonly path: readonly (string | number)[]; readonly steps: Steps }[] {
  if (step.plan !== undefined) return [{ path: ["plan"], steps: step.plan }];
  if (step.background !== undefined) return [{ path: ["background"], steps: step.background }];
  if (step.parallel !== undefined) return step.parallel.map((steps, index) => ({ path: ["parallel", index], steps }));
  if (step.choose !== undefined) {
    return step.choose.map(({ steps }, index) => ({ path: ["choose", index, "steps"], steps }));
  }
  if (step.loop !== undefined) return [{ path: ["loop", "steps"], steps: step.loop.steps }];
  if (step.retry !== undefined) return [{ path: ["retry", "steps"], steps: step.retry.steps }];
  return [];
}
