import type { Scenario } from "./scenario.ts";

/** How many runs show what a scenario is about. */
export function usualTraces({ traces = 100 }: Scenario): number {
  return traces;
}
