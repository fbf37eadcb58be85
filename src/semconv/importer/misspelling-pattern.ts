import { spellingKey } from "../spelling.ts";

const SEPARATORS = "[-_ ./]*";

/**
 * A regular expression (ECMA-262, `u`) for every text with the same spelling key as one of `values`: the value itself, and the
 * value in another case or with other separators. JSON Schema has no flag for case, so each letter becomes a class.
 */
export function misspellingPattern(values: readonly string[]): string {
  const keys = [...new Set(values.map(spellingKey))].sort();
  const alternatives = keys.map((key) => Array.from(key, anyCase).join(SEPARATORS));
  return `^${SEPARATORS}(?:${alternatives.join("|")})${SEPARATORS}$`;
}

function anyCase(character: string): string {
  const upper = character.toUpperCase();
  if (upper !== character) return `[${character}${upper}]`;
  return character.replace(/[$()*+?[\\\]^{|}]/u, String.raw`\$&`);
}
