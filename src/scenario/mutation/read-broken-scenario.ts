import { Ajv2020, type ErrorObject, type ValidateFunction } from "ajv/dist/2020.js";
import { readSpecsJson } from "../../semconv/specs-folder.ts";
import { ScenarioError, type ScenarioProblem } from "../read/problem.ts";
import { schemaProblems } from "../read/schema-problems.ts";
import { Source, type Path } from "../read/source.ts";
import type { BrokenScenario, ContentEdit, Mutation } from "./broken-scenario.ts";
import { versionsIn } from "./version-range.ts";

const changes: readonly (keyof Mutation)[] = [
  "set",
  "remove",
  "rename",
  "repeat",
  "kind",
  "status",
  "name",
  "cut",
  "content",
  "ids",
  "resource",
  "drop",
  "duplicate",
  "delivery",
];
const edits: readonly (keyof ContentEdit)[] = ["set", "remove", "rename"];

/** Only a broken scenario has a base. */
export function isBroken(text: string): boolean {
  return /^base:/m.test(text);
}

let schemaHolds: ValidateFunction | undefined;

/**
 * Reads a broken scenario's YAML.
 * @param file Stands for the text in what is said about it.
 * @param versions Ids of all versions, oldest first.
 * @throws {ScenarioError} with the place, what was expected, what came, for each thing that is wrong.
 */
export function readBrokenScenario(text: string, file: string, versions: readonly string[]): BrokenScenario {
  const source = new Source(text, file);
  schemaHolds ??= new Ajv2020({ allErrors: true, verbose: true, strict: false }).compile(
    readSpecsJson("schema/broken.schema.json"),
  );
  const problems = schemaHolds(source.data)
    ? checkBrokenScenario(source.data as BrokenScenario, source, versions)
    : schemaProblems((schemaHolds.errors ?? []) as readonly ErrorObject[], source);
  if (problems.length > 0) throw new ScenarioError(problems);
  return source.data as BrokenScenario;
}

/** What the schema cannot say: versions that there are, changes that change something. */
function checkBrokenScenario(
  { versions: about, base, mutate = [], transit = [], ledger = [], findings }: BrokenScenario,
  source: Source,
  versions: readonly string[],
): ScenarioProblem[] {
  if (mutate.length + transit.length + ledger.length === 0) {
    return [source.problem([], "value", { expected: "mutate, transit or ledger", actual: "none of them" })];
  }
  const needsLedger =
    transit.length > 0 ? "it tells what was sent" : ledger.length > 0 ? "the ledger is changed" : undefined;
  return [
    ...(needsLedger !== undefined && base.ledger === undefined
      ? [source.problem(["base"], "value", { expected: `ledger: true, as ${needsLedger}`, actual: "no ledger" })]
      : []),
    ...rangeProblems(about, ["versions"], source, versions),
    ...findings.flatMap((finding, index) =>
      rangeProblems(finding.versions, ["findings", index, "versions"], source, versions),
    ),
    ...mutate.flatMap(({ delivery }, index) =>
      delivery === undefined
        ? []
        : [source.problem(["mutate", index, "delivery"], "value", { expected: "it under transit", actual: "mutate" })],
    ),
    ...mutate.flatMap((mutation, index) => mutationProblems(mutation, ["mutate", index], source)),
    ...transit.flatMap((mutation, index) => mutationProblems(mutation, ["transit", index], source)),
  ];
}

function rangeProblems(
  range: BrokenScenario["versions"],
  path: Path,
  source: Source,
  versions: readonly string[],
): ScenarioProblem[] {
  try {
    versionsIn(range, versions);
    return [];
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return [source.problem(path, "value", { expected: "versions that there are", actual: error.message })];
  }
}

function mutationProblems(mutation: Mutation, path: Path, source: Source): ScenarioProblem[] {
  if (!changes.some((change) => mutation[change] !== undefined)) {
    return [source.problem(path, "value", { expected: `one of ${changes.join(", ")}`, actual: "no change" })];
  }
  return (mutation.content ?? []).flatMap((edit, index) => {
    const made = edits.filter((change) => edit[change] !== undefined);
    if (made.length === 1) return [];
    const actual = made.length === 0 ? "none" : made.join(" and ");
    return [
      source.problem([...path, "content", index], "value", { expected: `exactly one of ${edits.join(", ")}`, actual }),
    ];
  });
}
