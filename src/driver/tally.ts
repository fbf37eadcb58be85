import type { Delivery } from "./deliver.ts";
import type { FailureKind } from "./reply.ts";

/** What became of spans that were sent. */
export interface SpanFigures {
  readonly sent: number;
  readonly acknowledged: number;
  /** Acknowledged as a whole, but not taken, as a partial success says. */
  readonly rejected: number;
  /** Not acknowledged, and the target cannot have taken them. */
  readonly lost: number;
  /** Not acknowledged, but the target may have taken them before it failed. */
  readonly unsure: number;
  /** Acknowledged in the end, but an attempt before that may have been taken too. */
  readonly maybeTwice: number;
}

export interface FailureFigures {
  readonly kind: FailureKind;
  /** Attempts. */
  readonly count: number;
  /** What came in the first of them. */
  readonly example: string;
}

/** Counts deliveries. */
export class Tally {
  readonly #spans = { sent: 0, acknowledged: 0, rejected: 0, lost: 0, unsure: 0, maybeTwice: 0 };
  readonly #failures = new Map<FailureKind, { kind: FailureKind; count: number; example: string }>();
  #requests = { sent: 0, acknowledged: 0, attempts: 0 };
  #rejection = "";

  add({ acknowledged, rejectedSpans, message, failures, unsure }: Delivery, spans: number): void {
    this.#requests.sent++;
    this.#requests.attempts += failures.length + (acknowledged ? 1 : 0);
    this.#spans.sent += spans;
    for (const { kind, detail } of failures) {
      const known = this.#failures.get(kind);
      if (known === undefined) this.#failures.set(kind, { kind, count: 1, example: detail });
      else known.count++;
    }
    if (!acknowledged) this.#spans[unsure ? "unsure" : "lost"] += spans;
    else {
      this.#requests.acknowledged++;
      const rejected = Math.min(rejectedSpans, spans);
      this.#spans.rejected += rejected;
      this.#spans.acknowledged += spans - rejected;
      if (rejected > 0) this.#rejection ||= message;
      if (unsure) this.#spans.maybeTwice += spans;
    }
  }

  get spans(): SpanFigures {
    return { ...this.#spans };
  }

  get requests(): { readonly sent: number; readonly acknowledged: number; readonly attempts: number } {
    return { ...this.#requests };
  }

  /** The most frequent first. */
  get failures(): readonly FailureFigures[] {
    return [...this.#failures.values()].sort((a, b) => b.count - a.count);
  }

  /** What the target said when it first rejected spans, "" where it did not or said nothing. */
  get rejection(): string {
    return this.#rejection;
  }
}
