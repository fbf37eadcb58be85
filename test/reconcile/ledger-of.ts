import type { LedgerCall } from "../../src/ledger/ledger.ts";
import { CollectedLedger } from "../../src/reconcile/collected-ledger.ts";

type Part<T> = { readonly [K in keyof T]?: T[K] };

/** What a test says of a call; times are milliseconds from the start of the run. */
export interface PlainCall {
  readonly at?: number;
  readonly took?: number;
  readonly api?: LedgerCall["api"];
  readonly request?: Part<LedgerCall["request"]>;
  readonly outcome?: LedgerCall["outcome"];
  /** null where nothing of a reply was sent. */
  readonly response?: LedgerCall["response"] | null;
  readonly server?: LedgerCall["server"];
  readonly context?: LedgerCall["context"];
}

const providers: Readonly<Record<LedgerCall["api"], readonly [provider: string, operation: string]>> = {
  "openai.chat_completions": ["openai", "chat"],
  "openai.responses": ["openai", "chat"],
  "openai.embeddings": ["openai", "embeddings"],
  "anthropic.messages": ["anthropic", "chat"],
  "gemini.generate_content": ["gcp.gemini", "generate_content"],
};

/** A time of the run as a ledger and OTLP have it, from milliseconds since its start. */
export function timeAt(milliseconds: number): string {
  return String(1_760_000_000_000_000_000n + BigInt(Math.round(milliseconds * 1e6)));
}

/** Calls as a provider would keep them: numbered in the order in which they began. */
export function callsOf(plain: readonly PlainCall[]): LedgerCall[] {
  const inOrder = plain.toSorted((a, b) => (a.at ?? 0) - (b.at ?? 0));
  return inOrder.map((call, index) => callOf(call, index + 1));
}

function callOf(plain: PlainCall, number: number): LedgerCall {
  const { at = 0, took = 100, api = "openai.chat_completions", response = {} } = plain;
  const [provider, operation] = providers[api];
  return {
    type: "call",
    call: number,
    api,
    operation,
    provider,
    server: plain.server ?? { address: "127.0.0.1", port: 8080 },
    startTimeUnixNano: timeAt(at),
    endTimeUnixNano: timeAt(at + took),
    request: { model: "gpt-4o", stream: false, bodyDigest: "0".repeat(16), ...plain.request },
    outcome: plain.outcome ?? { kind: "answered", status: 200 },
    ...(response === null ? {} : { response }),
    context: plain.context ?? {},
  };
}

export function ledgerOf(calls: readonly LedgerCall[], whole = true): CollectedLedger {
  const ledger = new CollectedLedger("provider");
  for (const call of calls) ledger.add(call);
  ledger.whole = whole;
  return ledger;
}
