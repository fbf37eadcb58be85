import type { LedgerCall, LedgerUnknownRoute } from "../ledger/ledger.ts";
import { readLedger } from "../ledger/read-ledger.ts";
import { CollectedLedger } from "../reconcile/collected-ledger.ts";
import { SentSpans } from "../reconcile/sent-spans.ts";
import type { Problems } from "./problems.ts";
import { clearProviderError } from "./provider-options.ts";

/** What of a run's truth is to be held against its telemetry. */
export interface HeldLedger {
  readonly calls?: CollectedLedger;
  /** Of a replay or a generator. */
  readonly sent?: SentSpans;
}

/**
 * Reads the file of --ledger: calls, the spans that were sent, or both. What is damaged or missing is a problem of the run, which
 * goes on. Throws a KitError for a file that is none.
 */
export async function readHeldLedger(path: string, problems: Problems): Promise<HeldLedger> {
  const entries: (LedgerCall | LedgerUnknownRoute)[] = [];
  const sent = new SentSpans();
  const reading = await readLedger(path, (entry) => {
    if (entry.type === "span") sent.add(entry);
    else entries.push(entry);
  }).catch((error: unknown) => Promise.reject(clearProviderError(error)));
  const { source } = reading.header;
  const what = source === "replay" ? "spans" : "calls";
  for (const { line, expected, actual } of reading.damaged) {
    problems.add({
      where: `${path}, line ${line}`,
      expected,
      actual,
      fix: `What stood there is missing; keep the ledger anew, and stop its ${what === "spans" ? "replay" : "provider"} by SIGTERM or Ctrl-C.`,
    });
  }
  if (!reading.whole && reading.damagedCount === 0) {
    problems.add({
      where: path,
      expected: `an end line that counts the ${what} before it`,
      actual: reading.end === undefined ? "none: the ledger is torn at its end" : `another number of ${what}`,
      fix:
        what === "spans"
          ? "Stop a replay by SIGTERM or Ctrl-C; spans that it sent later are held against nothing."
          : "Stop the provider by SIGTERM or Ctrl-C before its ledger is read; a span without a call cannot be told until then.",
    });
  }
  sent.whole = reading.whole;
  if (source === "replay" && entries.length === 0) return { sent };
  // The calls in a replay's ledger are its own fake provider's.
  const calls = new CollectedLedger(source === "replay" ? "provider" : source);
  for (const entry of entries) calls.add(entry);
  calls.whole &&= reading.whole;
  return source === "replay" || reading.spans > 0 ? { calls, sent } : { calls };
}
