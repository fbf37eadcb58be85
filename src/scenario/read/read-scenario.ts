import { Ajv2020, type ErrorObject, type ValidateFunction } from "ajv/dist/2020.js";
import { readSpecsJson } from "../../semconv/specs-folder.ts";
import type { Scenario } from "../scenario.ts";
import { checkScenario } from "./check-scenario.ts";
import { ScenarioError } from "./problem.ts";
import { schemaProblems } from "./schema-problems.ts";
import { Source } from "./source.ts";

let schemaHolds: ValidateFunction | undefined;

/**
 * Reads a scenario's YAML.
 * @param file Stands for the text in what is said about it.
 * @throws {ScenarioError} with the place, what was expected, what came, for each thing that is wrong.
 */
export function readScenario(text: string, file: string): Scenario {
  const source = new Source(text, file);
  schemaHolds ??= new Ajv2020({ allErrors: true, verbose: true, allowUnionTypes: true }).compile(
    readSpecsJson("schema/scenario.schema.json"),
  );
  const holds = schemaHolds(source.data);
  const problems = holds
    ? checkScenario(source.data as Scenario, source)
    : schemaProblems((schemaHolds.errors ?? []) as readonly ErrorObject[], source);
  if (problems.length > 0) throw new ScenarioError(problems);
  return source.data as Scenario;
}
