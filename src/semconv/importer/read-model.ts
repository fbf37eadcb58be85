import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ImportError } from "./import-error.ts";
import type { RawAttribute, RawGroup, RawModel } from "./raw-model.ts";
import { readDefinitionV2 } from "./read-definition-v2.ts";
import { readGroupsV1 } from "./read-groups-v1.ts";
import { readYaml } from "./read-yaml.ts";

/**
 * Reads every model file of one version's folder. Throws ImportError for a file it cannot read and for an id defined twice.
 * @param folder The folder that holds `model/`.
 */
export function readModel(version: string, folder: string): RawModel {
  const attributes = new Map<string, RawAttribute>();
  const groups = new Map<string, RawGroup>();
  for (const file of globSync("model/**/*.{yaml,yml}", { cwd: folder }).sort()) {
    if (file.endsWith("manifest.yaml")) continue;
    const place = { version, file };
    const yaml = readYaml(readFileSync(join(folder, file), "utf8"), place);
    const read = yaml["file_format"] === "definition/2" ? readDefinitionV2 : readGroupsV1;
    const part = read(yaml, place);
    for (const attribute of part.attributes) {
      const earlier = attributes.get(attribute.key);
      if (earlier !== undefined) {
        throw new ImportError(attribute.place, `${attribute.key} is also defined in ${earlier.place.file}`, TWICE);
      }
      attributes.set(attribute.key, attribute);
    }
    for (const group of part.groups) {
      const earlier = groups.get(group.reference);
      if (earlier !== undefined) {
        throw new ImportError(group.place, `${group.reference} is also defined in ${earlier.place.file}`, TWICE);
      }
      groups.set(group.reference, group);
    }
  }
  if (groups.size === 0) {
    throw new ImportError(
      { version, file: "model/" },
      "no model file found",
      "Give the folder that holds one folder per version.",
    );
  }
  return { version, attributes, groups };
}

const TWICE = "A reference to it would be ambiguous: keep one.";
