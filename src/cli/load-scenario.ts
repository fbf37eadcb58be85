import { readFileSync } from "node:fs";
import { builtInScenario, builtInScenarios } from "../scenario/built-in.ts";
import { ScenarioError } from "../scenario/read/problem.ts";
import { readScenario } from "../scenario/read/read-scenario.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { closest } from "../semconv/closest.ts";
import { KitError } from "./kit-error.ts";

export interface LoadedScenario {
  readonly name: string;
  readonly text: string;
  readonly scenario: Scenario;
}

/** A built-in scenario by its name, or a user's own by its path. Throws a KitError that names what is wrong, and where. */
export function loadScenario(name: string): LoadedScenario {
  const { text, file } = builtInScenarios().includes(name)
    ? builtInScenario(name)
    : { text: readOwn(name), file: name };
  try {
    return { name, text, scenario: readScenario(text, file) };
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error;
    throw new KitError(
      `${file} is no scenario\n${error.message}`,
      "Mend these places; genai-testkit scenario show <name> prints one that works.",
      { cause: error },
    );
  }
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
    const near =
      closest(path, names) ?? names.find((name) => name.split("/")[1] === path || name.startsWith(`${path}/`));
    throw new KitError(
      `no built-in scenario or file "${path}"${near === undefined ? "" : `; did you mean ${near}?`}`,
      `Built in: ${names.join(", ")}.`,
    );
  }
}
