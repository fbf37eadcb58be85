import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Provenance } from "../registry.ts";
import { ImportError } from "./import-error.ts";

/** The stored core version that the genai repository's outside references are resolved against. */
export const CORE_BEHIND_GENAI = "1.41.1";

const GITHUB = "https://github.com/open-telemetry/";

/**
 * Reads the SOURCE file in a version's folder: `<tag> <commit> <date>` (core), `<repository> <commit> <date> …` (genai), or the three lines
 * that mark a reconstruction. Throws ImportError when it is missing or none of them.
 */
export function readProvenance(version: string, folder: string): Provenance {
  const path = join(folder, "SOURCE");
  const source = existsSync(path) ? readFileSync(path, "utf8") : "";
  const licence = "Apache-2.0";
  const core = /^v\S+ ([0-9a-f]{40}) (\S+)\s*$/.exec(source);
  if (core !== null) {
    const [, commit = "", committedAt = ""] = core;
    return { repository: `${GITHUB}semantic-conventions`, commit, committedAt, licence, preview: false };
  }
  const repository = `${GITHUB}semantic-conventions-genai`;
  const genai = /^open-telemetry\/semantic-conventions-genai ([0-9a-f]{40}) (\S+) /.exec(source);
  if (genai !== null) {
    const [, commit = "", committedAt = ""] = genai;
    return { repository, commit, committedAt, licence, preview: false, coreAttributesFrom: CORE_BEHIND_GENAI };
  }
  const base = /^PREVIEW[^]*\bcommit ([0-9a-f]{7,40})\.[^]*^Base: ([0-9a-f]{40}) \((\d{4}-\d{2}-\d{2})\)/m.exec(source);
  if (base !== null) {
    const [, later = "", commit = "", committedAt = ""] = base;
    const note =
      `Reconstructed, not upstream's bytes: the commit named here, patched with later text of the main branch up to about ${later}. ` +
      "MCP files and all message schemas but the output messages are those of the base.";
    return { repository, commit, committedAt, licence, preview: true, note, coreAttributesFrom: CORE_BEHIND_GENAI };
  }
  throw new ImportError(
    { version, file: "SOURCE" },
    source === "" ? "no such file" : "no known form of provenance",
    "See the form of the other versions' SOURCE.",
  );
}
