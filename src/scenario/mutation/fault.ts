import { decodeJson } from "../../otlp/decode-json.ts";
import { encodeJson } from "../../otlp/encode-json.ts";
import type { TraceRequest } from "../../otlp/view.ts";
import type { LedgerCall, LedgerSpan } from "../../ledger/ledger.ts";
import { ledgerSpans } from "../render/ledger-spans.ts";
import type { BrokenScenario } from "./broken-scenario.ts";
import { LedgerMutator } from "./ledger-mutator.ts";
import { Mutator } from "./mutator.ts";
import type { OtlpJsonTraces } from "./otlp-json.ts";
import { Transit } from "./transit.ts";

/** A broken scenario at work on the requests and calls of a run, in their order. */
export class Fault {
  readonly #spans: Mutator;
  readonly #transit: Transit;
  readonly #ledger: LedgerMutator;

  constructor(scenario: BrokenScenario) {
    this.#spans = new Mutator(scenario.mutate);
    this.#transit = new Transit(scenario);
    this.#ledger = new LedgerMutator(scenario);
  }

  /** What arrives of a request after all that is to be broken in it was, and what a ledger tells of the spans that were sent. */
  request(request: TraceRequest): { readonly arrives: TraceRequest; readonly sent: readonly LedgerSpan[] } {
    let json = "";
    encodeJson(request, (piece) => (json += piece));
    const traces = JSON.parse(json) as OtlpJsonTraces;
    const sent = this.#spans.apply(traces) ? decoded(traces) : request;
    const before = this.#transit.changed;
    const told = this.#transit.apply(traces, ledgerSpans(sent));
    return { arrives: this.#transit.changed > before ? decoded(traces) : sent, sent: told };
  }

  /** The call as the ledger tells it; undefined when it tells nothing of it. */
  call(call: LedgerCall): LedgerCall | undefined {
    return this.#ledger.apply(call);
  }

  /** How many spans were changed, and how many calls of the ledger. */
  get changed(): { readonly spans: number; readonly calls: number } {
    return { spans: this.#spans.changed + this.#transit.changed, calls: this.#ledger.changed };
  }

  /** What found nothing that fits; undefined when all was broken. */
  get unbroken(): "span" | "call" | undefined {
    if (!this.#spans.complete || !this.#transit.complete) return "span";
    return this.#ledger.complete ? undefined : "call";
  }
}

function decoded(traces: OtlpJsonTraces): TraceRequest {
  return decodeJson("traces", JSON.stringify(traces));
}
