import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** The package's scenarios/ folder, three levels above this file both in src/ and in dist/. */
const SCENARIOS_FOLDER = fileURLToPath(new URL("../../../scenarios/", import.meta.url));

const BROKEN = "broken/";

/** Names of the built-in broken scenarios, such as `broken/span-kind/chat-of-a-server`: the folder is the rule's id. */
export function builtInBrokenScenarios(): readonly string[] {
  return readdirSync(SCENARIOS_FOLDER + BROKEN)
    .flatMap((rule) =>
      readdirSync(`${SCENARIOS_FOLDER}${BROKEN}${rule}`).map(
        (file) => `${BROKEN}${rule}/${file.replace(/\.yaml$/, "")}`,
      ),
    )
    .toSorted();
}

/** The YAML of a built-in broken scenario, and what to call its file. */
export function builtInBrokenScenario(name: string): { readonly text: string; readonly file: string } {
  return { text: readFileSync(`${SCENARIOS_FOLDER}${name}.yaml`, "utf8"), file: `scenarios/${name}.yaml` };
}
