import { loadConditions } from "../load.ts";
import { readSpecsJson, SPECS_FOLDER } from "../specs-folder.ts";
import type { ExtraRenames } from "./build-history.ts";
import { importModels, writeSpecs } from "./import-models.ts";

const [modelsFolder, ...rest] = process.argv.slice(2);
if (modelsFolder === undefined || rest.length > 0) {
  process.stderr.write("usage: npm run specs:import -- <models folder>\n");
  process.exitCode = 2;
} else {
  try {
    const extraRenames = readSpecsJson<ExtraRenames>("overlay/renames-extra.json");
    const files = importModels(modelsFolder, { conditions: loadConditions(), extraRenames });
    writeSpecs(SPECS_FOLDER, files);
    process.stdout.write(`${files.size} files written to specs/\n`);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}
