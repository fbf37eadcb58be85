import type { LedgerCall, LedgerHeader, LedgerUnknownRoute } from "../ledger/ledger.ts";

/** A call takes about 1 kB. What comes beyond is counted, and the ledger taken as torn. */
const MOST_CALLS = 100_000;
const MOST_ROUTES = 50;

/** Who keeps ledgers of calls. */
export type CallSource = Exclude<LedgerHeader["source"], "replay">;

/** A route that was asked for and is not served. */
export interface UnknownRoute {
  readonly method: string;
  readonly path: string;
  count: number;
}

/** A ledger as its entries come, for holding it against spans at the end of a run. */
export class CollectedLedger {
  readonly calls: LedgerCall[] = [];
  readonly #routes = new Map<string, UnknownRoute>();
  readonly source: CallSource;
  /** Whether no call is missing. */
  whole = true;
  /** When it began and ended, in nanoseconds since the Unix epoch, where that is known. */
  began: bigint | undefined;
  ended: bigint | undefined;

  constructor(source: CallSource) {
    this.source = source;
  }

  add(entry: LedgerCall | LedgerUnknownRoute): void {
    if (entry.type === "unknown-route") return this.#addRoute(entry);
    if (this.calls.length >= MOST_CALLS) this.whole = false;
    else this.calls.push(entry);
  }

  /** The distinct ones, in the order they came; beyond 50 under one name. */
  get unknownRoutes(): readonly UnknownRoute[] {
    return [...this.#routes.values()];
  }

  #addRoute({ method, path }: LedgerUnknownRoute): void {
    const key = `${method} ${path}`;
    const known = this.#routes.get(key) ?? (this.#routes.size < MOST_ROUTES ? undefined : this.#routes.get(""));
    if (known !== undefined) known.count++;
    else if (this.#routes.size < MOST_ROUTES) this.#routes.set(key, { method, path, count: 1 });
    else this.#routes.set("", { method: "", path: "(other routes)", count: 1 });
  }
}
