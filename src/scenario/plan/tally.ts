import type { CallOperation, PlannedSpan, PlannedTrace } from "./planned-trace.ts";

/** What the calls of a run came to. */
export interface TallySummary {
  readonly traces: number;
  readonly spans: number;
  /** From the start of the first trace to the end of the last, in microseconds. */
  readonly duration: number;
  /** Runs that failed or were cancelled. */
  readonly failedTraces: number;
  /** Things that a model was asked for, however often. */
  readonly calls: number;
  /** Calls that reached out to a provider; what a retry adds. */
  readonly attempts: number;
  /** Calls that were answered in time. */
  readonly answered: number;
  /** Attempts that a circuit breaker kept back: they reached nobody. */
  readonly rejected: number;
  /** Attempts for each call; 1 without retries, 0 without calls. */
  readonly amplification: number;
  /** Answered calls a second. */
  readonly goodput: number;
}

/** Adds traces up as they come, without holding them. */
export class Tally {
  #traces = 0;
  #spans = 0;
  #first = Infinity;
  #last = 0;
  #failed = 0;
  #calls = 0;
  #attempts = 0;
  #answered = 0;
  #rejected = 0;

  add({ root, spans, rejected }: PlannedTrace): void {
    this.#traces++;
    this.#spans += spans;
    this.#rejected += rejected;
    if (root.failure !== undefined) this.#failed++;
    this.#first = Math.min(this.#first, root.start);
    const calls = new Set<number>();
    const visit = (span: PlannedSpan): void => {
      if (span.end > this.#last) this.#last = span.end;
      if (isCall(span)) this.#count(span.operation, span.failure === undefined, calls);
      for (const child of span.children) visit(child);
    };
    visit(root);
  }

  #count(operation: CallOperation, answered: boolean, calls: Set<number>): void {
    this.#attempts++;
    if (answered) this.#answered++;
    if (calls.has(operation.call)) return;
    calls.add(operation.call);
    this.#calls++;
  }

  summary(): TallySummary {
    const duration = this.#traces === 0 ? 0 : this.#last - this.#first;
    return {
      traces: this.#traces,
      spans: this.#spans,
      duration,
      failedTraces: this.#failed,
      calls: this.#calls,
      attempts: this.#attempts,
      answered: this.#answered,
      rejected: this.#rejected,
      amplification: this.#calls === 0 ? 0 : this.#attempts / this.#calls,
      goodput: duration === 0 ? 0 : (this.#answered / duration) * 1e6,
    };
  }
}

function isCall(span: PlannedSpan): span is PlannedSpan & { readonly operation: CallOperation } {
  const { kind } = span.operation;
  return kind === "chat" || kind === "stream" || kind === "embed";
}
