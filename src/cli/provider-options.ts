import { LedgerError } from "../ledger/ledger-error.ts";
import { loadScript } from "../provider/load-script.ts";
import { PortError } from "../provider/port-error.ts";
import { parseFault } from "../provider/read-fault.ts";
import { SettingError } from "../provider/setting-error.ts";
import type { ProviderOptions } from "../provider/start-provider.ts";
import { closest } from "../semconv/closest.ts";
import { KitError, lastSentenceAsFix } from "./kit-error.ts";

/** What the fake providers do, as commander hands it over. */
export interface RawBehaviour {
  readonly ledger?: string;
  readonly script?: string;
  readonly fault?: readonly string[];
  readonly seed?: string;
}

/** @throws {KitError} that names the option */
export function readBehaviour(raw: RawBehaviour): Omit<ProviderOptions, "host" | "port"> {
  try {
    const loaded = raw.script === undefined ? undefined : loadScript(raw.script);
    const faults = (raw.fault ?? []).map((text) => parseFault(text, `--fault "${text}"`));
    return {
      seed: seedOf(raw.seed ?? "1"),
      faults: [...faults, ...(loaded?.faults ?? [])],
      ...(loaded !== undefined && { script: loaded.script }),
      ...(raw.ledger !== undefined && { ledger: raw.ledger }),
    };
  } catch (error) {
    throw clearProviderError(error);
  }
}

function seedOf(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new KitError(
    `--seed: expected a number, 0 to 10^15 - 1, got "${text}"`,
    "Give a whole number, or leave it out.",
  );
}

/** Errors of ports, ledgers, faults and scripts as KitErrors; any other as it is. */
export function clearProviderError(error: unknown): unknown {
  if (error instanceof PortError || error instanceof LedgerError) return lastSentenceAsFix(error);
  if (!(error instanceof SettingError)) return error;
  const meant = error.unknown === undefined ? undefined : closest(error.unknown.word, error.unknown.known);
  const fix = meant === undefined ? "genai-testkit provider --help has examples." : `Did you mean "${meant}"?`;
  return new KitError(error.message, fix, { cause: error });
}
