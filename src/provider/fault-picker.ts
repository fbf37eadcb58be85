import type { LedgerApi } from "../ledger/ledger.ts";
import { fraction } from "./digest.ts";
import type { Fault, FaultEffect, Quota } from "./fault.ts";
import type { Limit } from "./model-api.ts";

export interface CallToStrike {
  readonly api: LedgerApi;
  readonly model: string;
  /** Stands for the request and how many of its like came before. */
  readonly identity: string;
  /** When it came, in milliseconds. */
  readonly timeMs: number;
}

export interface Struck {
  readonly effect: FaultEffect;
  /** What ran out, where the fault is one of capacity. */
  readonly limit?: Limit;
}

export interface Admission {
  /** The first fault that strikes the call. */
  readonly struck?: Struck;
  /** To be called when the call is over, with the tokens that its reply used. */
  release(tokens: number): void;
}

/** Chooses the fault of each call, and counts what capacity is in use. */
export class FaultPicker {
  readonly #watches: readonly Watch[];

  constructor(faults: readonly Fault[]) {
    this.#watches = faults.map((fault, index) => new Watch(fault, index));
  }

  admit(call: CallToStrike): Admission {
    const aimed = this.#watches.filter((watch) => watch.aimsAt(call));
    // Every watch counts the call, also after one that strikes it, so that a schedule means the same whatever stands before it.
    const striking = aimed.filter((watch) => watch.strikes(call));
    const struck = striking[0]?.struck(call.timeMs);
    // What is refused takes no capacity; what is slow, cut or never answered does.
    if (struck?.effect.status !== undefined) return { struck, release: () => undefined };
    for (const watch of aimed) watch.letThrough();
    return {
      ...(struck !== undefined && { struck }),
      release: (tokens) => {
        for (const watch of aimed) watch.release(tokens);
      },
    };
  }
}

class Watch {
  readonly #fault: Fault;
  readonly #index: number;
  #seen = 0;
  #underWay = 0;
  readonly #requests: Used | undefined;
  readonly #tokens: Used | undefined;

  constructor(fault: Fault, index: number) {
    this.#fault = fault;
    this.#index = index;
    this.#requests = fault.requests === undefined ? undefined : new Used(fault.requests);
    this.#tokens = fault.tokens === undefined ? undefined : new Used(fault.tokens);
  }

  aimsAt({ api, model }: CallToStrike): boolean {
    const fault = this.#fault;
    return (fault.api === undefined || fault.api === api) && (fault.model === undefined || fault.model === model);
  }

  strikes({ identity, timeMs }: CallToStrike): boolean {
    const { rate, calls, concurrent } = this.#fault;
    this.#seen += 1;
    const seen = this.#seen;
    if (rate !== undefined && fraction(`fault ${this.#index} ${identity}`) >= rate) return false;
    if (calls !== undefined && !calls.some(({ first, last }) => first <= seen && seen <= last)) return false;
    if (concurrent !== undefined && this.#underWay < concurrent) return false;
    if (this.#requests !== undefined && !this.#requests.isSpent(timeMs)) return false;
    return this.#tokens === undefined || this.#tokens.isSpent(timeMs);
  }

  struck(timeMs: number): Struck {
    const { concurrent, requests, tokens, ...effect } = this.#fault;
    if (concurrent === undefined && requests === undefined && tokens === undefined) return { effect };
    const used = this.#tokens ?? this.#requests;
    const kind = tokens === undefined ? "requests" : "tokens";
    const limit = (tokens ?? requests)?.limit ?? concurrent ?? 0;
    const harmless = effect.cut === undefined && effect.malformed === undefined && effect.timeout !== true;
    const refused = harmless && effect.status === undefined ? { status: 429 } : {};
    const wait = used === undefined ? {} : { retryAfterSeconds: used.secondsLeft(timeMs) };
    return { effect: { ...wait, ...refused, ...effect }, limit: { kind, limit } };
  }

  letThrough(): void {
    this.#underWay += 1;
    this.#requests?.use(1);
  }

  release(tokens: number): void {
    this.#underWay -= 1;
    this.#tokens?.use(tokens);
  }
}

/** What was used of a quota within the window that began with the first call after the last window. */
class Used {
  readonly #quota: Quota;
  #windowStart = -Infinity;
  #used = 0;

  constructor(quota: Quota) {
    this.#quota = quota;
  }

  isSpent(timeMs: number): boolean {
    if (timeMs >= this.#windowStart + this.#quota.windowMs) {
      this.#windowStart = timeMs;
      this.#used = 0;
    }
    return this.#used >= this.#quota.limit;
  }

  use(amount: number): void {
    this.#used += amount;
  }

  secondsLeft(timeMs: number): number {
    return Math.max(1, Math.ceil((this.#windowStart + this.#quota.windowMs - timeMs) / 1000));
  }
}
