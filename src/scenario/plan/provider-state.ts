import type { Failure } from "./planned-trace.ts";
import type { PlanModel, PlanOutage, PlanProvider } from "./program.ts";
import { draw, purposes } from "./random.ts";

/** How long a refusal takes to come back, at least and at most. */
const REFUSAL = { from: 5_000, to: 40_000 };
/** A call that hangs is given up by the client's library after this, unless a policy does so earlier. */
const LONGEST_CALL = 600e6;

/** When a call ends, and how. */
export interface Answer {
  readonly at: number;
  readonly failure: Failure | undefined;
}

/**
 * A provider over virtual time: its outages, and the calls that it is busy with. Calls must come in the order of their times. A call that
 * its client gave up is served all the same, as a server that is not told does: this is what lets a storm feed itself.
 */
export class ProviderState {
  readonly #provider: PlanProvider;
  /** When the calls under way end, ascending; at most `concurrent`. */
  #busy: number[] = [];
  /** When the calls in the queue begin, ascending. */
  #queued: number[] = [];
  #tokens: number;
  #tokensAt = 0;

  constructor(provider: PlanProvider) {
    this.#provider = provider;
    this.#tokens = provider.capacity?.burst ?? 0;
  }

  /** @param latency How long the reply takes once it is served. */
  answer(model: PlanModel, now: number, latency: number, key: number): Answer {
    const outage = this.#outage(now, key);
    if (outage !== undefined) {
      if (outage.status === "hang") return { at: now + LONGEST_CALL, failure: failed("timeout") };
      return refused(now, key, String(outage.status), outage.retryAfter);
    }
    const begin = this.#admit(now, latency);
    const { capacity } = this.#provider;
    if (begin === undefined) return refused(now, key, String(capacity?.status ?? 429), capacity?.retryAfter ?? 0);
    return this.#ownError(model, begin, latency, key);
  }

  #outage(now: number, key: number): PlanOutage | undefined {
    const { outages } = this.#provider;
    if (outages.length === 0) return undefined;
    const u = draw(key, purposes.outage);
    return outages.find(({ from, until, share }) => now >= from && now < until && u < share);
  }

  /** When the call is served, or undefined when the provider is full. */
  #admit(now: number, latency: number): number | undefined {
    const { capacity } = this.#provider;
    if (capacity === undefined) return now;
    if (capacity.rate !== undefined) {
      this.#tokens = Math.min(capacity.burst, this.#tokens + (now - this.#tokensAt) * capacity.rate);
      this.#tokensAt = now;
      if (this.#tokens < 1) return undefined;
    }
    const begin =
      capacity.concurrent === undefined ? now : this.#slot(now, latency, capacity.concurrent, capacity.queue);
    if (begin !== undefined && capacity.rate !== undefined) this.#tokens--;
    return begin;
  }

  #slot(now: number, latency: number, concurrent: number, queue: number): number | undefined {
    while (this.#queued.length > 0 && this.#queued[0]! <= now) this.#queued.shift();
    let begin = now;
    if (this.#busy.length >= concurrent) {
      const free = this.#busy[0]!;
      if (free > now) {
        if (this.#queued.length >= queue) return undefined;
        begin = free;
        this.#queued.push(begin);
      }
      this.#busy.shift();
    }
    insert(this.#busy, begin + latency);
    return begin;
  }

  #ownError(model: PlanModel, begin: number, latency: number, key: number): Answer {
    const u = draw(key, purposes.error);
    const error = model.errors.find(({ below }) => u < below);
    if (error === undefined) return { at: begin + latency, failure: undefined };
    if (error.type === "timeout") return { at: begin + LONGEST_CALL, failure: failed("timeout") };
    if (error.type === "reset") {
      return { at: begin + Math.floor(latency * draw(key, purposes.refusal)), failure: failed("connection_reset") };
    }
    return refused(begin, key, error.type, 0);
  }
}

function refused(now: number, key: number, type: string, retryAfter: number): Answer {
  const after = REFUSAL.from + Math.floor(draw(key, purposes.refusal) * (REFUSAL.to - REFUSAL.from));
  return { at: now + after, failure: { type, retryAfter } };
}

export function failed(type: string): Failure {
  return { type, retryAfter: 0 };
}

/** Keeps the list ascending. */
function insert(times: number[], time: number): void {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (times[middle]! <= time) low = middle + 1;
    else high = middle;
  }
  times.splice(low, 0, time);
}
