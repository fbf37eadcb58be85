import type { LedgerCall } from "../ledger/ledger.ts";

/** A call as an application makes it: the attempts of the client's own retries, in their order; the last is what the application got. */
export interface Operation {
  readonly attempts: readonly LedgerCall[];
  readonly last: LedgerCall;
  /** When the last attempt began and ended by the spans' clock, in nanoseconds since the Unix epoch. */
  readonly start: bigint;
  readonly end: bigint;
}

/**
 * Joins attempts where the client itself says that it retries: attempt n follows an attempt n − 1 with the same body that was over without
 * an answer. Of several that it could follow, the one that ended last.
 *
 * @param shift nanoseconds to be taken from the calls' times
 */
export function joinAttempts(calls: readonly LedgerCall[], shift: bigint): Operation[] {
  const chains: LedgerCall[][] = [];
  const openByBody = new Map<string, LedgerCall[][]>();
  for (const call of calls.toSorted((a, b) => a.call - b.call)) {
    const body = `${call.api} ${call.request.bodyDigest}`;
    const open = openByBody.get(body) ?? [];
    openByBody.set(body, open);
    const chain = previousOf(call, open);
    if (chain === undefined) {
      const begun = [call];
      chains.push(begun);
      open.push(begun);
    } else {
      chain.push(call);
    }
  }
  return chains.map((attempts) => operationOf(attempts, shift));
}

function previousOf(call: LedgerCall, open: readonly LedgerCall[][]): LedgerCall[] | undefined {
  const retry = call.request.retry ?? 0;
  if (retry === 0) return undefined;
  const start = BigInt(call.startTimeUnixNano);
  return open
    .filter((chain) => {
      const before = chain.at(-1)!;
      return (
        before.request.retry === retry - 1 &&
        before.outcome.kind !== "answered" &&
        BigInt(before.endTimeUnixNano) <= start + RETRY_TOLERANCE
      );
    })
    .toSorted((a, b) => Number(BigInt(b.at(-1)!.endTimeUnixNano) - BigInt(a.at(-1)!.endTimeUnixNano)))[0];
}

/** A client that gives up waiting may retry before the provider has seen it go. */
const RETRY_TOLERANCE = 1_000_000_000n;

function operationOf(attempts: readonly LedgerCall[], shift: bigint): Operation {
  const last = attempts.at(-1)!;
  const [start, end] = [BigInt(last.startTimeUnixNano) - shift, BigInt(last.endTimeUnixNano) - shift];
  return { attempts, last, start, end };
}

/** The first of operations in the order of their starts that starts at a time or later; their number when none does. */
export function firstFrom(byStart: readonly Operation[], time: bigint): number {
  let [low, high] = [0, byStart.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (byStart[middle]!.start < time) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * Whether the later one repeats the earlier, which had failed before: the same body to the same API. When a client goes away, its provider
 * sees it late.
 */
export function repeats(later: Operation, earlier: Operation): boolean {
  const [a, b] = [earlier.last, later.last];
  return (
    a.call < b.call &&
    a.outcome.kind !== "answered" &&
    (earlier.end <= later.start || a.outcome.kind === "abandoned") &&
    a.api === b.api &&
    a.request.bodyDigest === b.request.bodyDigest
  );
}
