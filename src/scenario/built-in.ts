import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** The package's scenarios/ folder, two levels above this file both in src/ and in dist/. */
const SCENARIOS_FOLDER = fileURLToPath(new URL("../../scenarios/", import.meta.url));

/** Scenarios with a fault in each: they are there to test the rules. */
const BROKEN = "broken";

/** Names of the built-in scenarios, such as `rag/query`, in alphabetical order. */
export function builtInScenarios(): readonly string[] {
  const groups = readdirSync(SCENARIOS_FOLDER, { withFileTypes: true }).filter(
    (entry) => entry.isDirectory() && entry.name !== BROKEN,
  );
  return groups
    .flatMap(({ name }) =>
      readdirSync(SCENARIOS_FOLDER + name)
        .filter((file) => file.endsWith(".yaml"))
        .map((file) => `${name}/${file.slice(0, -".yaml".length)}`),
    )
    .toSorted();
}

/** The YAML of a built-in scenario, and what to call its file. */
export function builtInScenario(name: string): { readonly text: string; readonly file: string } {
  return { text: readFileSync(`${SCENARIOS_FOLDER}${name}.yaml`, "utf8"), file: `scenarios/${name}.yaml` };
}
