import type { Failure } from "./planned-trace.ts";
import type { PlanPolicy } from "./program.ts";

/** What a service remembers over its calls under one retry policy: what is left of the budget, and the circuit breaker. */
export class PolicyState {
  readonly #policy: PlanPolicy;
  /** Retries that the calls so far have earned and that were not used. */
  #earned = 0;
  #failures = 0;
  #openUntil = -1;
  #probing = false;

  constructor(policy: PlanPolicy) {
    this.#policy = policy;
  }

  /** Each call earns a part of a retry, so that retries are never more than that part of the calls. */
  earn(): void {
    this.#earned += this.#policy.budget ?? 0;
  }

  /** Whether the budget has a retry left; takes it. */
  spend(): boolean {
    if (this.#policy.budget === undefined) return true;
    // Sums of decimal fractions fall a little short.
    if (this.#earned < 1 - 1e-9) return false;
    this.#earned--;
    return true;
  }

  /** Whether the breaker lets an attempt through: all while it is closed, one when it has been open for its time. */
  admits(now: number): boolean {
    if (this.#openUntil < 0) return true;
    if (now < this.#openUntil || this.#probing) return false;
    this.#probing = true;
    return true;
  }

  /** The caller went away in the middle of an attempt, which says nothing of the server. */
  left(): void {
    this.#probing = false;
  }

  /** @param failed Whether it failed in a way that says that the server is in trouble. */
  ended(now: number, failed: boolean): void {
    const { breaker } = this.#policy;
    if (breaker === undefined) return;
    if (!failed) {
      this.#failures = 0;
      this.#openUntil = -1;
    } else {
      this.#failures++;
      if (this.#probing || this.#failures >= breaker.failures) this.#openUntil = now + breaker.open;
    }
    this.#probing = false;
  }
}

/** Statuses that another attempt may change (as the clients of the providers have it). */
const RETRIED: ReadonlySet<string> = new Set(["408", "409", "429"]);

export function isRetried({ type }: Failure): boolean {
  if (type === "circuit_open" || type === "cancelled") return false;
  const status = Number(type);
  return !(status >= 400 && status < 500) || RETRIED.has(type);
}

/**
 * How long to wait before attempt n + 1, in microseconds.
 * @param failed How many attempts have failed, at least one.
 * @param u A draw between 0 and 1.
 */
export function backoff(policy: PlanPolicy, failed: number, retryAfter: number, u: number): number {
  let step = policy.first;
  for (let attempt = 1; attempt < failed && step < policy.most; attempt++) step *= policy.factor;
  step = Math.min(step, policy.most);
  switch (policy.jitter) {
    case "none":
      return Math.floor(Math.max(retryAfter, step));
    case "equal":
      return Math.floor(Math.max(retryAfter, step / 2) + (u * step) / 2);
    case "full":
      return Math.floor(retryAfter + u * step);
  }
}
