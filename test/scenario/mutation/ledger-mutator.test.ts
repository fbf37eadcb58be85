import { describe, expect, test } from "vitest";

import type { LedgerCall } from "../../../src/ledger/ledger.ts";
import type { LedgerMutation } from "../../../src/scenario/mutation/broken-scenario.ts";
import { LedgerMutator } from "../../../src/scenario/mutation/ledger-mutator.ts";
import { callsOf } from "../../reconcile/ledger-of.ts";

const calls = callsOf([
  { at: 0, request: { model: "gpt-4o" }, response: { id: "r-1", finishReasons: ["stop"] } },
  { at: 1, request: { model: "o4-mini" }, outcome: { kind: "error", status: 429 }, response: null },
  { at: 2, request: { model: "gpt-4o" }, response: { id: "r-3" } },
  { at: 3, api: "openai.embeddings", request: { model: "text-embedding-3-small" } },
]);

function told(mutation: LedgerMutation): (LedgerCall | undefined)[] {
  const mutator = new LedgerMutator({ ledger: [mutation] });
  return calls.map((call) => mutator.apply(call));
}

describe("a change to the ledger", () => {
  test("takes the first call that fits, all, or every n-th", () => {
    const dropped = (mutation: Omit<LedgerMutation, "drop">): number[] =>
      told({ ...mutation, drop: true }).flatMap((call, index) => (call === undefined ? [index] : []));
    expect(dropped({ calls: {} })).toEqual([0]);
    expect(dropped({ calls: {}, which: "all" })).toEqual([0, 1, 2, 3]);
    expect(dropped({ calls: { operation: "chat" }, which: "every 2" })).toEqual([0, 2]);
    expect(dropped({ calls: { model: "gpt-4o" }, which: "all" })).toEqual([0, 2]);
    expect(dropped({ calls: { outcome: "error" } })).toEqual([1]);
    expect(dropped({ calls: { operation: "embeddings", outcome: "error" } })).toEqual([]);
  });

  test("sets and removes what a pointer leads to, in a copy", () => {
    const [first] = told({ calls: {}, set: { "/request/temperature": 0.2, "/response/finishReasons": ["length"] } });
    expect(first?.request).toEqual({ ...calls[0]!.request, temperature: 0.2 });
    expect(first?.response).toEqual({ id: "r-1", finishReasons: ["length"] });
    expect(told({ calls: {}, remove: "/response/id" })[0]?.response).toEqual({ finishReasons: ["stop"] });
    expect(calls[0]!.response).toEqual({ id: "r-1", finishReasons: ["stop"] });
  });

  test("takes no call without what is to be removed or set", () => {
    const idle = new LedgerMutator({ ledger: [{ calls: { outcome: "error" }, remove: "/response/id" }] });
    expect(calls.map((call) => idle.apply(call))).toEqual(calls);
    expect([idle.complete, idle.changed]).toEqual([false, 0]);
    const setting = new LedgerMutator({ ledger: [{ calls: {}, which: "all", set: { "/response/id": "r" } }] });
    expect(calls.map((call) => setting.apply(call)?.response?.id)).toEqual(["r", undefined, "r", "r"]);
    expect([setting.complete, setting.changed]).toEqual([true, 3]);
  });
});
