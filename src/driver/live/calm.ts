import type { PlanStep, Program } from "../../scenario/plan/program.ts";
import { DriverError } from "../driver-error.ts";

/** Whether a provider of the scenario has a limit or an outage, so that what becomes of a call depends on when it really comes. */
export function hasLimits({ providers }: Program): boolean {
  return providers.some(({ capacity, outages }) => capacity !== undefined || outages.length > 0);
}

/**
 * The program as it would go if every call were answered: what is to be asked for, when nobody knows yet what becomes of it.
 *
 * @throws {DriverError} for what cannot be continued otherwise than planned
 */
export function calm(program: Program): Program {
  for (const steps of [program.run.steps, ...program.agents.map((agent) => agent.steps)]) checkSteps(steps);
  if (program.cancel !== undefined) throw cannot("cancel");
  return {
    ...program,
    providers: program.providers.map((provider) => ({ ...provider, capacity: undefined, outages: [] })),
    models: program.models.map((model) => ({ ...model, errors: [] })),
    policies: program.policies.map((policy) => ({
      ...policy,
      timeout: undefined,
      budget: undefined,
      breaker: undefined,
    })),
  };
}

function checkSteps(steps: readonly PlanStep[]): void {
  for (const step of steps) {
    switch (step.kind) {
      case "parallel":
      case "background":
        throw cannot(step.kind);
      case "retry": {
        const [only] = step.steps;
        const isCall = only?.kind === "chat" || only?.kind === "stream" || only?.kind === "embed";
        if (step.steps.length !== 1 || !isCall) throw cannot("retry of anything but one call of a model");
        break;
      }
      case "plan":
      case "loop":
        checkSteps(step.steps);
        break;
      case "choose":
        for (const way of step.ways) checkSteps(way.steps);
        break;
      default:
    }
  }
}

function cannot(what: string): DriverError {
  return new DriverError(
    `the live driver cannot play this scenario: beside a provider with capacity or outages it has ${what}`,
    "Use the otlp or the sdk driver, which send what was planned, or take that step or the limits out of the scenario.",
  );
}
