import type { LedgerCall, LedgerLine } from "../ledger/ledger.ts";

interface OutcomeCount {
  readonly api: LedgerCall["api"];
  /** Such as `answered`, `error 429` or `cut`. */
  readonly outcome: string;
  readonly calls: number;
}

interface RouteCount {
  readonly method: string;
  readonly path: string;
  readonly requests: number;
}

/** Distinct unknown routes that are listed; requests to others are counted. */
const MAX_ROUTES = 50;

/** What a provider was asked and how it went, in counts. */
export class ProviderSummary {
  readonly #outcomes = new Map<string, OutcomeCount>();
  readonly #routes = new Map<string, RouteCount>();
  #otherRoutes = 0;

  add(line: LedgerLine): void {
    if (line.type === "call") this.#addCall(line);
    if (line.type === "unknown-route") this.#addRoute(line.method, line.path.slice(0, 200));
  }

  toJson(): object {
    const outcomes = this.#sortedOutcomes();
    return {
      type: "summary",
      calls: outcomes.reduce((sum, each) => sum + each.calls, 0),
      outcomes,
      unknownRoutes: [...this.#routes.values()],
      otherUnknownRequests: this.#otherRoutes,
    };
  }

  toText(): string {
    const outcomes = this.#sortedOutcomes();
    const calls = outcomes.reduce((sum, each) => sum + each.calls, 0);
    const lines = [
      `${calls} ${calls === 1 ? "call" : "calls"}`,
      ...outcomes.map((each) => `  ${each.api}  ${each.outcome}: ${each.calls}`),
    ];
    if (this.#routes.size > 0) {
      lines.push("requests to unknown routes, answered with 404");
      for (const { method, path, requests } of this.#routes.values()) lines.push(`  ${method} ${path}: ${requests}`);
      if (this.#otherRoutes > 0) lines.push(`  to further routes: ${this.#otherRoutes}`);
    }
    return `${lines.join("\n")}\n`;
  }

  #sortedOutcomes(): OutcomeCount[] {
    return [...this.#outcomes.entries()].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, count]) => count);
  }

  #addCall({ api, outcome }: LedgerCall): void {
    const named = outcome.kind === "error" ? `error ${outcome.status ?? ""}` : outcome.kind;
    const key = `${api} ${named}`;
    this.#outcomes.set(key, { api, outcome: named, calls: (this.#outcomes.get(key)?.calls ?? 0) + 1 });
  }

  #addRoute(method: string, path: string): void {
    const key = `${method} ${path}`;
    const before = this.#routes.get(key);
    if (before === undefined && this.#routes.size >= MAX_ROUTES) this.#otherRoutes += 1;
    else this.#routes.set(key, { method, path, requests: (before?.requests ?? 0) + 1 });
  }
}
