import type { Reporter } from "./reporter.ts";

/** The Result itself, keys sorted, two spaces, with a final newline: equal Results are equal bytes. */
export const json: Reporter = (result) => `${JSON.stringify(sortKeys(result), null, 2)}\n`;

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  // fromEntries defines its properties, so a key named __proto__ stays a key.
  return Object.fromEntries(entries.map(([key, item]) => [key, sortKeys(item)]));
}
