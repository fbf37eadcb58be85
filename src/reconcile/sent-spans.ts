import type { LedgerSpan } from "../ledger/ledger.ts";
import { ownCopy } from "../otlp/own-copy.ts";
import { spanFacts } from "../otlp/span-facts.ts";
import type { SpanView } from "../otlp/view.ts";

/** A span takes some 500 bytes. What comes beyond is not held against what arrives, and the run says so. */
const MOST_SPANS = 500_000;
/** Spans that arrived without having been sent, kept to find those that arrived in another trace. */
const MOST_STRANGERS = 100_000;

/** What of a span did not arrive as it was sent. */
interface Difference {
  readonly of: "service" | "name" | "kind" | "status" | "attributes" | "parent";
  /** Of the attributes their digest. */
  readonly sent: string;
  readonly arrived: string;
}

/** A span that was sent, and what arrived of it. */
export interface SentSpan {
  readonly sent: LedgerSpan;
  /** How often it was sent, as the ledger has it: a broken instrumentation may send a span twice. */
  readonly sendings: number;
  /** How often it arrived, under its own ids. */
  readonly arrivals: number;
  /** Of the first arrival that is not as it was sent. */
  readonly differences: readonly Difference[];
  /** The trace id under which it arrived, where that is not the one it was sent with. */
  readonly elsewhere: string | undefined;
  /** Why it may be missing although it was taken; undefined where all that arrived is here. */
  readonly mayBeMissing: string | undefined;
}

interface Entry {
  readonly sent: LedgerSpan;
  sendings: number;
  arrivals: number;
  differences: readonly Difference[];
}

interface Stranger {
  readonly traceId: string;
  readonly name: string;
  taken: boolean;
}

/** Holds spans, as they arrive, against those that a ledger says were sent. */
export class SentSpans {
  readonly #entries = new Map<string, Entry>();
  readonly #strangers = new Map<string, Stranger>();
  #notSent = 0;
  #unacknowledged = 0;
  /** Whether no sent span is missing from the ledger. */
  whole = true;
  /** Whether more spans were sent than can be held. */
  full = false;

  add(sent: LedgerSpan): void {
    if (!isTaken(sent)) this.#unacknowledged++;
    const id = sent.traceId + sent.spanId;
    const known = this.#entries.get(id);
    if (known !== undefined) known.sendings++;
    else if (this.#entries.size >= MOST_SPANS) this.full = true;
    else this.#entries.set(id, { sent, sendings: 1, arrivals: 0, differences: [] });
  }

  /** Why a span that was made may never have been taken; undefined where all were acknowledged. */
  get mayNotHaveLeft(): string | undefined {
    if (!this.whole) return "the sender ended before its ledger was whole, and spans may have ended with it";
    return this.#unacknowledged > 0 ? "the ledger says that spans were sent and not acknowledged" : undefined;
  }

  get size(): number {
    return this.#entries.size;
  }

  arrived(span: SpanView): void {
    const entry = this.#entries.get(span.traceId + span.spanId);
    if (entry === undefined) return this.#strange(span);
    entry.arrivals++;
    if (entry.differences.length === 0) entry.differences = differencesOf(entry.sent, span);
  }

  /** How many spans arrived that nobody sent, and that are none of those that were sent in another trace. Ask after `all`. */
  get notSent(): number {
    return this.#notSent;
  }

  /** What became of each span. @param mayBeMissing Why spans that arrived may not be here */
  *all(mayBeMissing: string | undefined): Generator<SentSpan> {
    for (const { sent, sendings, arrivals, differences } of this.#entries.values()) {
      const stranger = arrivals > 0 ? undefined : this.#strangers.get(sent.spanId);
      const elsewhere = stranger?.name === sent.name && !stranger.taken ? stranger : undefined;
      if (elsewhere !== undefined) {
        elsewhere.taken = true;
        this.#notSent--;
      }
      yield { sent, sendings, arrivals, differences, elsewhere: elsewhere?.traceId, mayBeMissing };
    }
  }

  #strange(span: SpanView): void {
    this.#notSent++;
    if (this.#strangers.size >= MOST_STRANGERS || this.#strangers.has(span.spanId)) return;
    const stranger = { traceId: ownCopy(span.traceId), name: ownCopy(span.name.slice(0, 1000)), taken: false };
    this.#strangers.set(ownCopy(span.spanId), stranger);
  }
}

function isTaken({ delivery }: LedgerSpan): boolean {
  return delivery === "acknowledged" || delivery === "retried";
}

function differencesOf(sent: LedgerSpan, span: SpanView): Difference[] {
  const facts = spanFacts(span);
  const compared: readonly Difference[] = [
    { of: "service", sent: sent.service, arrived: facts.service },
    { of: "name", sent: sent.name, arrived: facts.name },
    { of: "kind", sent: sent.kind, arrived: facts.kind },
    { of: "status", sent: sent.status, arrived: facts.status },
    { of: "attributes", sent: sent.digest, arrived: facts.digest },
    { of: "parent", sent: sent.parentSpanId, arrived: span.parentSpanId },
  ];
  return compared.filter((one) => one.sent !== one.arrived).map((one) => ({ ...one, arrived: ownCopy(one.arrived) }));
}
