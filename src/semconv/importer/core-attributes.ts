import type { RawAttribute, RawModel } from "./raw-model.ts";

/**
 * What the genai repository sees of the core version behind it: all attributes but those of gen-ai/, mcp/ and openai/, which its
 * build strips (manifest.yaml), so that a dropped `gen_ai.*` key does not come back through the core.
 */
export function coreAttributes(core: RawModel): ReadonlyMap<string, RawAttribute> {
  return new Map([...core.attributes].filter(([, { place }]) => !/^model\/(?:gen-ai|mcp|openai)\//.test(place.file)));
}
