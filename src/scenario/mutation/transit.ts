import type { LedgerSpan, SpanDelivery } from "../../ledger/ledger.ts";
import type { BrokenScenario } from "./broken-scenario.ts";
import { Mutator } from "./mutator.ts";
import type { OtlpJsonTraces } from "./otlp-json.ts";

/** Breaks requests after they were sent, as a broken scenario says. */
export class Transit {
  readonly #mutator: Mutator;
  /** What the sender was told of the spans of the request at hand, by trace and span id. */
  readonly #deliveries = new Map<string, SpanDelivery>();

  constructor({ transit }: Pick<BrokenScenario, "transit">) {
    this.#mutator = new Mutator(transit, ({ traceId = "", spanId = "" }, { delivery }) => {
      if (delivery !== undefined) this.#deliveries.set(traceId + spanId, delivery);
    });
  }

  /** Changes the request, in place, to what arrives of it. Answers what its sender can tell of the spans that it sent. */
  apply(request: OtlpJsonTraces, sent: readonly LedgerSpan[]): LedgerSpan[] {
    this.#deliveries.clear();
    this.#mutator.apply(request);
    return sent.map((span) => ({
      ...span,
      delivery: this.#deliveries.get(span.traceId + span.spanId) ?? span.delivery,
    }));
  }

  /** How many spans were changed so far, over all mutations. */
  get changed(): number {
    return this.#mutator.changed;
  }

  /** Whether every mutation found a span. */
  get complete(): boolean {
    return this.#mutator.complete;
  }
}
