import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";
import { wordingHash } from "../../../src/semconv/importer/classify-condition.ts";
import { importModels } from "../../../src/semconv/importer/import-models.ts";
import type { Conditions, Registry } from "../../../src/semconv/registry.ts";

const CORE_SOURCE = `v1.36.0 ${"a".repeat(40)} 2025-07-05T16:48:25+00:00\n`;
const GENAI_SOURCE = `open-telemetry/semantic-conventions-genai ${"b".repeat(40)} 2026-08-03T18:39:33+00:00 a commit\n`;
const NO_EXTRAS = { attributes: {}, metrics: {}, events: {}, spans: {}, values: {} };

/** A folder like upstream's: version → path → text. SOURCE is added. Gone when the test is over. */
export function modelsFolder(versions: { readonly [version: string]: { readonly [path: string]: string } }): string {
  const root = mkdtempSync(join(tmpdir(), "semconv-models-"));
  onTestFinished(() => rmSync(root, { recursive: true }));
  for (const [version, files] of Object.entries(versions)) {
    const source = version.startsWith("genai") ? GENAI_SOURCE : CORE_SOURCE;
    for (const [path, text] of Object.entries({ SOURCE: source, ...files })) {
      const file = join(root, version, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
    }
  }
  return root;
}

/** Imports such a folder; `wordings` are the conditions it knows, each under the id given. */
export function importFolder(
  folder: string,
  wordings: { readonly [id: string]: string } = {},
): ReadonlyMap<string, string> {
  const conditions: Conditions = Object.fromEntries(
    Object.entries(wordings).map(([id, wording]) => [id, { meaning: id, wordings: [wordingHash(wording)] }]),
  );
  return importModels(folder, { conditions, extraRenames: NO_EXTRAS });
}

export function registryOf(files: ReadonlyMap<string, string>, version: string): Registry {
  return JSON.parse(files.get(`${version}/registry.json`) ?? "null") as Registry;
}
