import { readFileSync } from "node:fs";
import { builtInScenario, builtInScenarios } from "../scenario/built-in.ts";
import type { BrokenScenario } from "../scenario/mutation/broken-scenario.ts";
import { builtInBrokenScenario, builtInBrokenScenarios } from "../scenario/mutation/built-in-broken.ts";
import { isBroken, readBrokenScenario } from "../scenario/mutation/read-broken-scenario.ts";
import { ScenarioError } from "../scenario/read/problem.ts";
import { readScenario } from "../scenario/read/read-scenario.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { closest } from "../semconv/closest.ts";
import { listVersions } from "../semconv/load.ts";
import { KitError } from "./kit-error.ts";

export interface LoadedScenario {
  readonly name: string;
  readonly text: string;
  /** Of a broken scenario: its base. */
  readonly scenario: Scenario;
  /** What is to be broken in it. */
  readonly broken?: BrokenScenario;
}

/** A built-in scenario by its name, or a user's own by its path. Throws a KitError that names what is wrong, and where. */
export function loadScenario(name: string): LoadedScenario {
  const { text, file } = sourceOf(name);
  try {
    if (!isBroken(text)) return { name, text, scenario: readScenario(text, file) };
    const versions = listVersions().map(({ id }) => id);
    const broken = readBrokenScenario(text, file, versions);
    return { name, text, scenario: loadBase(broken, file), broken };
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error;
    throw new KitError(
      `${file} is no scenario\n${error.message}`,
      "Mend these places; genai-testkit scenario show <name> prints one that works.",
      { cause: error },
    );
  }
}

function sourceOf(name: string): { readonly text: string; readonly file: string } {
  if (builtInScenarios().includes(name)) return builtInScenario(name);
  if (builtInBrokenScenarios().includes(name)) return builtInBrokenScenario(name);
  return { text: readOwn(name), file: name };
}

function loadBase({ base }: BrokenScenario, file: string): Scenario {
  const names = builtInScenarios();
  if (names.includes(base.scenario)) {
    const { text, file: baseFile } = builtInScenario(base.scenario);
    return readScenario(text, baseFile);
  }
  const near = closest(base.scenario, names);
  throw new KitError(
    `${file}: base: no built-in scenario "${base.scenario}"${near === undefined ? "" : `; did you mean ${near}?`}`,
    `Built in: ${names.join(", ")}.`,
  );
}

function readOwn(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code !== "ENOENT") {
      const reason = code === "EISDIR" ? "it is a folder" : message;
      throw new KitError(`cannot read the scenario ${path}: ${reason}`, "Name a YAML file, or a built-in scenario.", {
        cause: error,
      });
    }
    const names = builtInScenarios();
    const near = closest(path, [...names, ...builtInBrokenScenarios()]) ?? nearestByPart(path, names);
    throw new KitError(
      `no built-in scenario or file "${path}"${near === undefined ? "" : `; did you mean ${near}?`}`,
      `Built in: ${names.join(", ")}.`,
    );
  }
}

/** For what is a part of a name, or nearly: `mutli`, `handof`, `multi-agnt`. */
function nearestByPart(word: string, names: readonly string[]): string | undefined {
  const partsOf = (name: string): string[] => [...name.split("/"), ...name.split(/[/-]/)];
  const part = closest(word, names.flatMap(partsOf));
  return part === undefined ? undefined : names.find((name) => partsOf(name).includes(part));
}
