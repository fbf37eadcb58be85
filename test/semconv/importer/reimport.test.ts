import { globSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { ExtraRenames } from "../../../src/semconv/importer/build-history.ts";
import { importModels } from "../../../src/semconv/importer/import-models.ts";
import { listVersions, loadConditions, loadHistory, loadRegistry } from "../../../src/semconv/load.ts";
import { readSpecsJson, SPECS_FOLDER } from "../../../src/semconv/specs-folder.ts";
import { readDiffReport } from "./diff-report.ts";
import { diffRegistries } from "./registry-diff.ts";
import { upstreamModels } from "./upstream-models.ts";

const upstream = upstreamModels();

describe.skipIf(upstream === undefined)("against upstream's model files", () => {
  test("a re-import gives the files of specs/, byte for byte", () => {
    const extraRenames = readSpecsJson<ExtraRenames>("overlay/renames-extra.json");
    const files = importModels(upstream?.models ?? "", { conditions: loadConditions(), extraRenames });
    const stored = globSync(["*.json", "{[0-9]*,genai-*}/**/*.json"], { cwd: SPECS_FOLDER });
    expect([...files.keys()].sort()).toEqual(stored.sort());
    const changed = [...files].filter(([path, content]) => readFileSync(SPECS_FOLDER + path, "utf8") !== content);
    expect(changed.map(([path]) => path)).toEqual([]);
  });

  test("each consecutive diff agrees with the independent resolver's, apart from quoted prose", () => {
    const history = loadHistory();
    const sections = readDiffReport(readFileSync(upstream?.diffs ?? "", "utf8"), loadConditions());
    // 1.41.0 has no models of its own (1.41.1 is the same), and the preview was patched further than the report goes.
    const stored = (id: string): string => (id === "1.41.0" ? "1.41.1" : id);
    const known = new Set(listVersions().map((version) => version.id));
    const compared = sections.filter(({ to }) => known.has(stored(to)));
    expect(compared).toHaveLength(20);
    for (const { from, to, facts } of compared) {
      const ours = diffRegistries(loadRegistry(stored(from)), loadRegistry(stored(to)), history);
      expect({ from, to, facts: [...ours].sort() }).toEqual({ from, to, facts: [...facts].sort() });
    }
  });
});
