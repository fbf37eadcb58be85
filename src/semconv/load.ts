import { existsSync } from "node:fs";
import type { Conditions, History, Registry } from "./registry.ts";
import { readSpecsJson, SPECS_FOLDER } from "./specs-folder.ts";

/** One line of specs/index.json. */
export interface VersionInfo {
  readonly id: string;
  /** True for a version that is not upstream's own bytes: never a default. */
  readonly preview: boolean;
  readonly commit: string;
  readonly counts: {
    readonly attributes: number;
    readonly spans: number;
    readonly events: number;
    readonly metrics: number;
    readonly entities: number;
  };
}

/** A JSON Schema (draft 2020-12) as plain JSON. */
export type JsonSchema = { readonly [keyword: string]: unknown };

/** How a message schema judges a part: as upstream does, or by the definition of the part's known `type`. */
export type MessageStrictness = "lenient" | "strict";

const cache = new Map<string, unknown>();

/** All stored versions, oldest first. */
export function listVersions(): readonly VersionInfo[] {
  return cached<{ readonly versions: readonly VersionInfo[] }>("index.json").versions;
}

/** Id of the newest version that is not a preview. */
export function newestStable(): string {
  const newest = listVersions().findLast((version) => !version.preview);
  if (newest === undefined)
    throw new Error("specs/index.json lists no version that is not a preview: run npm run specs:import");
  return newest.id;
}

/** The facts of one version. Throws for an id that `listVersions` does not list. */
export function loadRegistry(id: string): Registry {
  requireVersion(id);
  return cached(`${id}/registry.json`);
}

/** First, last and replacement of every name and enum value, over all versions. */
export function loadHistory(): History {
  return cached("renames.json");
}

/** What the conditions of requirement levels mean, by id. */
export function loadConditions(): Conditions {
  return cached("overlay/conditions.json");
}

/**
 * The schema of a message attribute's content, or undefined when the version has none of that name.
 * @param base As `AttributeDefinition.messageSchema` gives it, such as `input-messages`.
 */
export function loadMessageSchema(
  version: string,
  base: string,
  strictness: MessageStrictness,
): JsonSchema | undefined {
  requireVersion(version);
  return cachedIfThere(`${version}/messages/${base}${strictness === "strict" ? ".strict" : ""}.schema.json`);
}

/** The schema of a span's `{name, kind, status, attributes}`, or undefined when the version has no span of that id. */
export function loadSpanSchema(version: string, spanId: string): JsonSchema | undefined {
  requireVersion(version);
  return cachedIfThere(`${version}/spans/${spanId}.schema.json`);
}

function requireVersion(id: string): void {
  const ids = listVersions().map((version) => version.id);
  if (!ids.includes(id)) throw new Error(`unknown semconv version "${id}": expected one of ${ids.join(", ")}`);
}

function cached<T>(path: string): T {
  const known = cache.get(path) as T | undefined;
  if (known !== undefined) return known;
  const read = readSpecsJson<T>(path);
  cache.set(path, read);
  return read;
}

function cachedIfThere(path: string): JsonSchema | undefined {
  return cache.has(path) || existsSync(SPECS_FOLDER + path) ? cached<JsonSchema>(path) : undefined;
}
