import { decodeJson } from "../../otlp/decode-json.ts";
import { encodeJson } from "../../otlp/encode-json.ts";
import type { TraceRequest } from "../../otlp/view.ts";
import type { LedgerCall } from "../../ledger/ledger.ts";
import type { BrokenScenario } from "./broken-scenario.ts";
import { LedgerMutator } from "./ledger-mutator.ts";
import { Mutator } from "./mutator.ts";
import type { OtlpJsonTraces } from "./otlp-json.ts";

/** A broken scenario at work on the requests and calls of a run, in their order. */
export class Fault {
  readonly #spans: Mutator;
  readonly #ledger: LedgerMutator;

  constructor(scenario: BrokenScenario) {
    this.#spans = new Mutator(scenario);
    this.#ledger = new LedgerMutator(scenario);
  }

  /** The request with what is to be broken in it broken. */
  request(request: TraceRequest): TraceRequest {
    let json = "";
    encodeJson(request, (piece) => (json += piece));
    const traces = JSON.parse(json) as OtlpJsonTraces;
    return this.#spans.apply(traces) ? decodeJson("traces", JSON.stringify(traces)) : request;
  }

  /** The call as the ledger tells it; undefined when it tells nothing of it. */
  call(call: LedgerCall): LedgerCall | undefined {
    return this.#ledger.apply(call);
  }

  /** How many spans were changed, and how many calls of the ledger. */
  get changed(): { readonly spans: number; readonly calls: number } {
    return { spans: this.#spans.changed, calls: this.#ledger.changed };
  }

  /** What found nothing that fits; undefined when all was broken. */
  get unbroken(): "span" | "call" | undefined {
    if (!this.#spans.complete) return "span";
    return this.#ledger.complete ? undefined : "call";
  }
}
