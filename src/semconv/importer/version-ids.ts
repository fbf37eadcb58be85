import { readdirSync } from "node:fs";

/**
 * The version folders below a models folder, oldest first: core versions by number, then the genai snapshots, whose ids carry
 * their date.
 */
export function versionIds(modelsFolder: string): readonly string[] {
  return readdirSync(modelsFolder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1));
}

/** `1.9.0` must come before `1.10.0`, and `genai-2026-10-preview` after every dated snapshot before that month. */
function sortKey(id: string): string {
  return id.replaceAll(/\d+/g, (digits) => digits.padStart(6, "0"));
}
