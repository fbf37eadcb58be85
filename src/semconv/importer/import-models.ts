import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { VersionInfo } from "../load.ts";
import type { Conditions, Registry } from "../registry.ts";
import { buildHistory, type ExtraRenames, type HistoryVersion } from "./build-history.ts";
import { buildRegistry } from "./build-registry.ts";
import { ConditionClassifier } from "./classify-condition.ts";
import { coreAttributes } from "./core-attributes.ts";
import type { Place } from "./import-error.ts";
import { messageSchemas } from "./message-schemas.ts";
import { readMessageSources } from "./message-source.ts";
import { CORE_BEHIND_GENAI, readProvenance } from "./provenance.ts";
import type { RawAttribute, RawModel } from "./raw-model.ts";
import { readModel } from "./read-model.ts";
import { schemaId } from "./schema-id.ts";
import { signalSchemas } from "./signal-schemas.ts";
import { stableJson } from "./stable-json.ts";
import { versionIds } from "./version-ids.ts";

/** The hand-made tables that the importer needs beside the models. */
export interface ImportTables {
  /** specs/overlay/conditions.json */
  readonly conditions: Conditions;
  /** specs/overlay/renames-extra.json */
  readonly extraRenames: ExtraRenames;
}

/**
 * Imports every version folder of `modelsFolder`: path below specs/ → file content, the same bytes for the same input.
 * Throws ImportError on the first thing it cannot resolve.
 */
export function importModels(modelsFolder: string, tables: ImportTables): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  const classifier = new ConditionClassifier(tables.conditions);
  const models = new Map<string, RawModel>();
  const modelOf = (version: string): RawModel => {
    const model = models.get(version) ?? readModel(version, join(modelsFolder, version));
    models.set(version, model);
    return model;
  };
  const registries: Registry[] = [];
  const history: HistoryVersion[] = [];
  const versions = versionIds(modelsFolder);
  const provenances = new Map(
    versions.map((version) => [version, readProvenance(version, join(modelsFolder, version))]),
  );
  const urlOf = ({ version, file }: Place): string => {
    const provenance = provenances.get(version);
    return `${provenance?.repository}/blob/${provenance?.commit}/${file}`;
  };
  for (const [version, provenance] of provenances) {
    const folder = join(modelsFolder, version);
    const model = modelOf(version);
    const messages = readMessageSources(model, folder);
    const core = provenance.coreAttributesFrom === undefined ? NONE : coreAttributes(modelOf(CORE_BEHIND_GENAI));
    const registry = buildRegistry({
      model,
      core,
      provenance,
      conditions: classifier,
      messageSchemaOf: messages.baseOf,
    });
    registries.push(registry);
    for (const [base, { schema, place }] of messages.schemas) {
      for (const [path, body] of messageSchemas(version, base, schema, place)) files.set(path, stableJson(body));
    }
    history.push({ model, core, urlOf });
  }
  const names = buildHistory(history, tables.extraRenames);
  for (const registry of registries) {
    files.set(`${registry.id}/registry.json`, stableJson(registry));
    for (const [path, schema] of signalSchemas(registry, names)) files.set(path, stableJson(schema));
  }
  files.set("index.json", stableJson({ versions: registries.map(versionInfo) }));
  files.set("renames.json", stableJson({ $schema: schemaId("schema/renames.schema.json"), ...names }));
  return files;
}

const NONE: ReadonlyMap<string, RawAttribute> = new Map();

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
