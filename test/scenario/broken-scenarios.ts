import type { BrokenScenario } from "../../src/scenario/mutation/broken-scenario.ts";
import { builtInBrokenScenario, builtInBrokenScenarios } from "../../src/scenario/mutation/built-in-broken.ts";
import { readBrokenScenario } from "../../src/scenario/mutation/read-broken-scenario.ts";
import { listVersions } from "../../src/semconv/load.ts";

export interface NamedFault {
  /** Such as `span-kind/chat-of-a-server`. */
  readonly name: string;
  /** The rule that the fault is for; the fault may concern others too. */
  readonly rule: string;
  readonly broken: BrokenScenario;
}

export const versions: readonly string[] = listVersions().map(({ id }) => id);

export const faults: readonly NamedFault[] = builtInBrokenScenarios().map((path) => {
  const { text, file } = builtInBrokenScenario(path);
  const [, rule = "", what = ""] = path.split("/");
  return { name: `${rule}/${what}`, rule, broken: readBrokenScenario(text, file, versions) };
});
