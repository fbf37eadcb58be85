/** What the calls of a live run came to. */
export interface CallCounts {
  /** Things that a model was asked for, however often. */
  readonly calls: number;
  /** Requests that reached out to a provider. */
  readonly attempts: number;
  readonly answered: number;
  /** Attempts that a circuit breaker kept back. */
  readonly rejected: number;
}

export const noCalls: CallCounts = { calls: 0, attempts: 0, answered: 0, rejected: 0 };

export function addCalls(a: CallCounts, b: CallCounts): CallCounts {
  return {
    calls: a.calls + b.calls,
    attempts: a.attempts + b.attempts,
    answered: a.answered + b.answered,
    rejected: a.rejected + b.rejected,
  };
}
