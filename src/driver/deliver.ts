import { setTimeout as sleep } from "node:timers/promises";
import type { Failed, Reply, Sender } from "./reply.ts";

export interface RetryPolicy {
  /** How often a request is sent at most. */
  readonly maxAttempts: number;
  /** The wait before the second attempt, where the target asks for none; it doubles with each further one. */
  readonly firstWaitMs: number;
  /** The longest wait of our own. */
  readonly longestWaitMs: number;
  /** The longest wait that a target may ask for; one that asks for more is given up on. */
  readonly longestAskedMs: number;
}

/** What became of a request in the end. */
export interface Delivery {
  readonly acknowledged: boolean;
  /** Spans that the target's partial success did not take. */
  readonly rejectedSpans: number;
  /** What the target said about them. */
  readonly message: string;
  /** Each attempt that failed, in order. */
  readonly failures: readonly Failed[];
  /** Whether an attempt that was not acknowledged may have been taken all the same, so that spans may arrive unasked or twice. */
  readonly unsure: boolean;
}

/**
 * Sends a request until it is acknowledged or given up: after a failure that OTLP does not let a client repeat, after too many
 * attempts, or when the run is over.
 *
 * @param random 0 ≤ x < 1, spreads the waits by half
 */
export async function deliver(
  sender: Sender,
  body: Buffer,
  { maxAttempts, firstWaitMs, longestWaitMs, longestAskedMs }: RetryPolicy,
  random: () => number,
  over: AbortSignal,
): Promise<Delivery> {
  const failures: Failed[] = [];
  for (;;) {
    const reply = await sender.send(body);
    if (reply.acknowledged) return delivered(failures, reply);
    failures.push(reply);
    const backOff = Math.min(longestWaitMs, firstWaitMs * 2 ** (failures.length - 1)) * (0.75 + random() / 2);
    const wait = Math.max(reply.retryAfterMs ?? 0, backOff);
    const givenUp = !reply.retryable || failures.length >= maxAttempts || (reply.retryAfterMs ?? 0) > longestAskedMs;
    if (givenUp || over.aborted) return delivered(failures);
    try {
      await sleep(wait, undefined, { signal: over });
    } catch {
      return delivered(failures);
    }
  }
}

function delivered(failures: readonly Failed[], reply?: Extract<Reply, { acknowledged: true }>): Delivery {
  return {
    acknowledged: reply !== undefined,
    rejectedSpans: reply?.rejectedSpans ?? 0,
    message: reply?.message ?? "",
    failures,
    unsure: failures.some(({ kind }) => kind === "broken" || kind === "timeout" || kind === "nonsense"),
  };
}
