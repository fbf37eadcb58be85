import type { LedgerCall, LedgerUnknownRoute } from "../ledger/ledger.ts";
import { readLedger } from "../ledger/read-ledger.ts";
import { CollectedLedger } from "../reconcile/collected-ledger.ts";
import { KitError } from "./kit-error.ts";
import type { Problems } from "./problems.ts";
import { clearProviderError } from "./provider-options.ts";

/** Reads the file of --ledger. What is damaged or missing is a problem of the run, which goes on. Throws a KitError for a file that is none. */
export async function readCollectedLedger(path: string, problems: Problems): Promise<CollectedLedger> {
  const entries: (LedgerCall | LedgerUnknownRoute)[] = [];
  const reading = await readLedger(path, (entry) => {
    if (entry.type !== "span") entries.push(entry);
  }).catch((error: unknown) => Promise.reject(clearProviderError(error)));
  const { source } = reading.header;
  if (source === "replay") {
    throw new KitError(
      `--ledger ${path}: expected a ledger of calls, got that of a replay`,
      "Give the ledger that genai-testkit provider or generate wrote.",
    );
  }
  const ledger = new CollectedLedger(source);
  for (const entry of entries) ledger.add(entry);
  ledger.whole &&= reading.whole;
  for (const { line, expected, actual } of reading.damaged) {
    problems.add({
      where: `${path}, line ${line}`,
      expected,
      actual,
      fix: "Calls that stood there are missing; keep the ledger anew, and stop its provider by SIGTERM or Ctrl-C.",
    });
  }
  if (!reading.whole && reading.damagedCount === 0) {
    problems.add({
      where: path,
      expected: "an end line that counts the calls before it",
      actual: reading.end === undefined ? "none: the ledger is torn at its end" : "another number of calls",
      fix: "Stop the provider by SIGTERM or Ctrl-C before its ledger is read; a span without a call cannot be told until then.",
    });
  }
  return ledger;
}
