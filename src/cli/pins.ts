import { closest } from "../semconv/closest.ts";
import { listVersions, newestStable } from "../semconv/load.ts";
import { loadAliases } from "../semconv/overlay.ts";
import { KitError } from "./kit-error.ts";

export interface Pins {
  readonly pins: readonly string[];
  readonly chosenBy: "option" | "default";
  /** What a reader should know about the choice. */
  readonly notices: readonly string[];
}

/** Resolves --semconv: ids as they are stored, aliases, a leading `v`. Throws a KitError for an unknown one. */
export function resolvePins(asked: readonly string[]): Pins {
  if (asked.length === 0) {
    const newest = newestStable();
    return {
      pins: [newest],
      chosenBy: "default",
      notices: [`no --semconv given: judging against ${newest}, the newest non-preview version`],
    };
  }
  const ids = listVersions().map((version) => version.id);
  const aliases = loadAliases();
  const pins: string[] = [];
  const notices: string[] = [];
  for (const text of asked) {
    const id = text.replace(/^v(?=\d)/, "");
    const alias = aliases.get(id);
    if (!ids.includes(id) && alias === undefined) throw unknownVersion(text, [...ids, ...aliases.keys()]);
    if (alias !== undefined) {
      notices.push(
        alias.status === "moved"
          ? `${id} deprecates every gen_ai signal as moved to the genai repository: judging against ${alias.is}, whose facts they are`
          : `${id} has the gen_ai facts of ${alias.is}`,
      );
    }
    const pin = alias?.is ?? id;
    if (!pins.includes(pin)) pins.push(pin);
  }
  return { pins, chosenBy: "option", notices };
}

function unknownVersion(text: string, known: readonly string[]): KitError {
  const near = closest(text, known) ?? known.findLast((id) => id.startsWith(text) || text.startsWith(id));
  return new KitError(
    `--semconv: unknown version "${text}"${near === undefined ? "" : `; did you mean ${near}?`}`,
    `Known versions: ${known.join(", ")}.`,
  );
}
