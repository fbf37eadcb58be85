import { globSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import type { JsonSchema } from "../load.ts";
import { ImportError, type Place } from "./import-error.ts";
import type { RawAttribute, RawModel } from "./raw-model.ts";
import { mapOf } from "./yaml-node.ts";

/** The message schemas of one version, as upstream wrote them. */
export interface MessageSources {
  /** By base name, such as `input-messages`. */
  readonly schemas: ReadonlyMap<string, { readonly schema: JsonSchema; readonly place: Place }>;
  readonly baseOf: (attribute: RawAttribute) => string | undefined;
}

/**
 * Finds a version's `gen-ai-*.json` files and the attribute each belongs to: the one whose annotation names the file, or (before
 * the annotations of genai-2026-06-25) the `any` attribute whose key, with dashes, is the file's name.
 * Throws ImportError for a file that no attribute owns and for an annotation whose file is missing.
 */
export function readMessageSources(model: RawModel, folder: string): MessageSources {
  const schemas = new Map<string, { schema: JsonSchema; place: Place }>();
  for (const file of globSync("{docs,model}/gen-ai/gen-ai-*.json", { cwd: folder }).sort()) {
    const base = baseName(file);
    const place = { version: model.version, file };
    const parsed: unknown = JSON.parse(readFileSync(join(folder, file), "utf8"));
    schemas.set(base, { schema: mapOf(parsed, "message schema", place), place });
  }
  const owners = new Map<string, string>();
  for (const attribute of model.attributes.values()) {
    const base =
      attribute.schemaFile === undefined
        ? attribute.key.replaceAll(/[._]/g, "-").replace(/^gen-ai-/, "")
        : baseName(attribute.schemaFile);
    if (schemas.has(base) && attribute.type === "any") {
      owners.set(attribute.key, base);
    } else if (attribute.schemaFile !== undefined) {
      throw new ImportError(
        attribute.place,
        `reference to message schema "${attribute.schemaFile}", which is not there or belongs to no \`any\` attribute`,
        "Add the file to the version's folder.",
      );
    }
  }
  for (const [base, { place }] of schemas) {
    if ([...owners.values()].includes(base)) continue;
    throw new ImportError(place, `no attribute owns the message schema ${base}`, "Extend the importer.");
  }
  return { schemas, baseOf: (attribute) => owners.get(attribute.key) };
}

function baseName(file: string): string {
  return basename(file, ".json").replace(/^gen-ai-/, "");
}
