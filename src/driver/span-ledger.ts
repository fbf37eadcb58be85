import type { LedgerCall, LedgerSpan, LedgerUnknownRoute, SpanDelivery } from "../ledger/ledger.ts";
import type { LedgerFile } from "../ledger/ledger-file.ts";
import type { SpanFacts } from "../otlp/span-facts.ts";
import type { Delivery } from "./deliver.ts";
import type { SpanIds } from "./span-ids.ts";

/** A ledger of what a replay sent, and what the target said of it. */
export class SpanLedger {
  readonly #file: LedgerFile;
  #spans = 0;
  #calls = 0;

  constructor(file: LedgerFile, startMs: number) {
    this.#file = file;
    file.append({ type: "ledger", schemaVersion: "1.0", source: "replay", startTimeUnixNano: nanos(startMs) });
  }

  /** The spans of one request. Throws when the system refuses the write. */
  add(spans: readonly { readonly ids: SpanIds; readonly facts: SpanFacts }[], delivery: SpanDelivery): void {
    this.#spans += spans.length;
    this.#file.appendAll(spans.map(({ ids, facts }): LedgerSpan => ({ type: "span", ...ids, ...facts, delivery })));
  }

  /** What a provider that the driver itself keeps was asked. Throws likewise. */
  addCall(line: LedgerCall | LedgerUnknownRoute): void {
    if (line.type === "call") this.#calls++;
    this.#file.append(line);
  }

  end(endMs: number): void {
    this.#file.append({ type: "end", endTimeUnixNano: nanos(endMs), calls: this.#calls, spans: this.#spans });
  }
}

/** What a delivery means for each span of its request. */
export function spanDelivery({ acknowledged, rejectedSpans, unsure }: Delivery): SpanDelivery {
  if (!acknowledged) return unsure ? "unsure" : "lost";
  if (rejectedSpans > 0) return "partly";
  return unsure ? "retried" : "acknowledged";
}

const nanos = (ms: number): string => `${Math.floor(ms)}000000`;
