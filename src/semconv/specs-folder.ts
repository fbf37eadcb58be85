import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** The package's specs/ folder, two levels above this file both in src/ and in dist/. */
export const SPECS_FOLDER = fileURLToPath(new URL("../../specs/", import.meta.url));

/** Reads a JSON file of specs/ whose shape is held by its own schema in specs/schema/ and its tests. */
export function readSpecsJson<T>(path: string): T {
  return JSON.parse(readFileSync(SPECS_FOLDER + path, "utf8")) as T;
}
