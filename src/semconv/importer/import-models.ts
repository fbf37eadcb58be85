import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { VersionInfo } from "../load.ts";
import type { Conditions, Registry } from "../registry.ts";
import { buildRegistry } from "./build-registry.ts";
import { ConditionClassifier } from "./classify-condition.ts";
import { ImportError } from "./import-error.ts";
import { readMessageSources } from "./message-source.ts";
import { CORE_BEHIND_GENAI, readProvenance } from "./provenance.ts";
import type { RawModel } from "./raw-model.ts";
import { readModel } from "./read-model.ts";
import { stableJson } from "./stable-json.ts";
import { versionIds } from "./version-ids.ts";

/**
 * Imports every version folder of `modelsFolder`: path below specs/ → file content. Reads nothing else but
 * `conditions` (specs/overlay/conditions.json). Throws ImportError on the first thing it cannot resolve.
 */
export function importModels(modelsFolder: string, conditions: Conditions): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  const classifier = new ConditionClassifier(conditions);
  const models = new Map<string, RawModel>();
  const modelOf = (version: string): RawModel => {
    const model = models.get(version) ?? readModel(version, join(modelsFolder, version));
    models.set(version, model);
    return model;
  };
  const versions: VersionInfo[] = [];
  for (const version of versionIds(modelsFolder)) {
    const folder = join(modelsFolder, version);
    const provenance = readProvenance(version, readSource(version, folder));
    const model = modelOf(version);
    const messages = readMessageSources(model, folder);
    const registry = buildRegistry({
      model,
      core: provenance.coreAttributesFrom === undefined ? undefined : modelOf(CORE_BEHIND_GENAI),
      provenance,
      conditions: classifier,
      messageSchemaOf: messages.baseOf,
    });
    files.set(`${version}/registry.json`, stableJson(registry));
    versions.push(versionInfo(registry));
  }
  files.set("index.json", stableJson({ versions }));
  return files;
}

/** Writes what `importModels` returned, replacing the version folders that are there. */
export function writeSpecs(specsFolder: string, files: ReadonlyMap<string, string>): void {
  for (const path of files.keys()) {
    if (path.endsWith("/registry.json")) rmSync(join(specsFolder, dirname(path)), { recursive: true, force: true });
  }
  for (const [path, content] of files) {
    const target = join(specsFolder, path);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, content);
  }
}

function readSource(version: string, folder: string): string {
  const path = join(folder, "SOURCE");
  if (existsSync(path)) return readFileSync(path, "utf8");
  throw new ImportError(
    { version, file: "SOURCE" },
    "no such file",
    "Each version's folder needs one: tag or repository, commit, date.",
  );
}

function versionInfo(registry: Registry): VersionInfo {
  return {
    id: registry.id,
    preview: registry.provenance.preview,
    commit: registry.provenance.commit,
    counts: {
      attributes: Object.keys(registry.attributes).length,
      spans: registry.spans.length,
      events: registry.events.length,
      metrics: registry.metrics.length,
      entities: registry.entities.length,
    },
  };
}
