import type { LedgerCall } from "../../ledger/ledger.ts";
import type { BrokenScenario, CallSelector, ContentEdit, LedgerMutation } from "./broken-scenario.ts";
import { chooser } from "./chooser.ts";
import { canEdit, editContent } from "./content-edit.ts";

/** Changes what a ledger tells, call by call, as a broken scenario says. */
export class LedgerMutator {
  readonly #steps: readonly { readonly mutation: LedgerMutation; readonly takes: (fitting: number) => boolean }[];
  readonly #met: number[];
  readonly #changed: number[];

  constructor({ ledger = [] }: Pick<BrokenScenario, "ledger">) {
    this.#steps = ledger.map((mutation) => ({ mutation, takes: chooser(mutation.which) }));
    this.#met = this.#steps.map(() => 0);
    this.#changed = this.#steps.map(() => 0);
  }

  /** The call as the ledger tells it now; undefined when it tells nothing of it. */
  apply(call: LedgerCall): LedgerCall | undefined {
    let told: LedgerCall | undefined = call;
    this.#steps.forEach(({ mutation, takes }, step) => {
      if (told === undefined || !fits(told, mutation) || !takes(this.#met[step]!++)) return;
      this.#changed[step]!++;
      told = mutation.drop ? undefined : changed(told, mutation);
    });
    return told;
  }

  /** How many calls were changed so far, over all mutations. */
  get changed(): number {
    return this.#changed.reduce((sum, count) => sum + count, 0);
  }

  /** Whether every mutation found a call. */
  get complete(): boolean {
    return this.#changed.every((count) => count > 0);
  }
}

function fits(call: LedgerCall, mutation: LedgerMutation): boolean {
  return matches(call, mutation.calls) && editsOf(mutation).every((edit) => canEdit(call, edit));
}

function matches({ operation, request, outcome }: LedgerCall, selector: CallSelector): boolean {
  return (
    (selector.operation === undefined || operation === selector.operation) &&
    (selector.model === undefined || request.model === selector.model) &&
    (selector.outcome === undefined || outcome.kind === selector.outcome)
  );
}

function changed(call: LedgerCall, mutation: LedgerMutation): LedgerCall {
  return editsOf(mutation).reduce<unknown>(
    (told, edit) => editContent(told, edit),
    structuredClone(call),
  ) as LedgerCall;
}

function editsOf({ set = {}, remove }: LedgerMutation): ContentEdit[] {
  const edits: ContentEdit[] = Object.entries(set).map(([at, value]) => ({ in: "call", at, set: value }));
  return remove === undefined ? edits : [...edits, { in: "call", at: remove, remove: true }];
}
