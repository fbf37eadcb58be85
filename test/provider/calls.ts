import type { LedgerCall, LedgerLine, LedgerUnknownRoute } from "../../src/ledger/ledger.ts";
import { startProvider, type Provider, type ProviderOptions } from "../../src/provider/start-provider.ts";

/** A provider and what its ledger has come to hold. */
export interface Observed {
  readonly provider: Provider;
  readonly lines: LedgerLine[];
  /** The calls so far, in the order in which they began. Waits until there are that many. */
  calls(count: number): Promise<LedgerCall[]>;
  unknownRoutes(): LedgerUnknownRoute[];
}

export async function observe(options: ProviderOptions = {}): Promise<Observed> {
  const lines: LedgerLine[] = [];
  let changed = (): void => undefined;
  const provider = await startProvider({
    ...options,
    onLine: (line) => {
      lines.push(line);
      changed();
    },
  });
  const calls = (): LedgerCall[] => lines.filter((line) => line.type === "call").toSorted((a, b) => a.call - b.call);
  return {
    provider,
    lines,
    calls: async (count) => {
      while (calls().length < count) {
        await new Promise<void>((resolve) => {
          changed = resolve;
        });
      }
      return calls();
    },
    unknownRoutes: () => lines.filter((line) => line.type === "unknown-route"),
  };
}
