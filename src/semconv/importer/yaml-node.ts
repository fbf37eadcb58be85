import { ImportError, type Place } from "./import-error.ts";

export type YamlMap = { readonly [key: string]: unknown };

const REMEDY = "The importer does not know this shape of model file: extend it.";

export function isMap(value: unknown): value is YamlMap {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function mapOf(value: unknown, what: string, place: Place): YamlMap {
  if (isMap(value)) return value;
  throw new ImportError(place, `${what}: expected a mapping, got ${describe(value)}`, REMEDY);
}

/** A list; an absent one is empty. */
export function listOf(value: unknown, what: string, place: Place): readonly unknown[] {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value)) return value;
  throw new ImportError(place, `${what}: expected a list, got ${describe(value)}`, REMEDY);
}

export function textOf(value: unknown, what: string, place: Place): string {
  if (typeof value === "string" && value !== "") return value;
  throw new ImportError(place, `${what}: expected a text, got ${describe(value)}`, REMEDY);
}

export function optionalTextOf(value: unknown, what: string, place: Place): string | undefined {
  return value === undefined ? undefined : textOf(value, what, place);
}

/** One of a closed set of words. */
export function wordOf<Word extends string>(value: unknown, words: readonly Word[], what: string, place: Place): Word {
  const word = words.find((candidate) => candidate === value);
  if (word !== undefined) return word;
  throw new ImportError(place, `${what}: expected one of ${words.join(", ")}, got ${describe(value)}`, REMEDY);
}

function describe(value: unknown): string {
  return value === undefined ? "nothing" : JSON.stringify(value).slice(0, 80);
}
