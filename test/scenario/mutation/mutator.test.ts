import { describe, expect, test } from "vitest";

import type { Mutation } from "../../../src/scenario/mutation/broken-scenario.ts";
import { Mutator } from "../../../src/scenario/mutation/mutator.ts";
import type { JsonSpan, OtlpJsonTraces } from "../../../src/scenario/mutation/otlp-json.ts";
import { touchedKeys } from "../../../src/scenario/mutation/touched-keys.ts";
import { requestOf, type PlainAttributes } from "../../check/request.ts";

const chat: PlainAttributes = {
  "gen_ai.operation.name": "chat",
  "gen_ai.request.model": "m",
  "gen_ai.usage.input_tokens": 12,
  "gen_ai.input.messages": '[{"role":"user","parts":[{"type":"text","content":"Oslo?"}]}]',
};

function traffic(...attributes: PlainAttributes[]): OtlpJsonTraces {
  const spans = attributes.map((own, index) => ({
    name: `chat ${index}`,
    kind: "CLIENT",
    spanId: `${index}`.padStart(16, "a"),
    attributes: own,
  }));
  return JSON.parse(requestOf([{ resource: { "service.name": "shop" }, scope: "test", spans }])) as OtlpJsonTraces;
}

function mutated(mutation: Mutation, request = traffic(chat, chat, chat)): { spans: JsonSpan[]; mutator: Mutator } {
  const mutator = new Mutator([mutation]);
  mutator.apply(request);
  return { spans: spansOf(request), mutator };
}

function spansOf(request: OtlpJsonTraces): JsonSpan[] {
  return request.resourceSpans![0]!.scopeSpans![0]!.spans!;
}

function values(span: JsonSpan | undefined): { [key: string]: unknown } {
  return Object.fromEntries((span?.attributes ?? []).map(({ key, value }) => [key, Object.values(value ?? {})[0]]));
}

const clean = spansOf(traffic(chat, chat, chat));

describe("which spans a mutation takes", () => {
  const marked = (mutation: Omit<Mutation, "set">, request?: OtlpJsonTraces): boolean[] =>
    mutated({ ...mutation, set: { mark: true } }, request).spans.map((span) => values(span)["mark"] === true);

  test("the first that fits, without a word", () => {
    expect(marked({ spans: {} })).toEqual([true, false, false]);
    expect(marked({ spans: {}, which: "first" })).toEqual([true, false, false]);
  });

  test("all, or every second", () => {
    expect(marked({ spans: {}, which: "all" })).toEqual([true, true, true]);
    expect(marked({ spans: {}, which: "every 2" })).toEqual([true, false, true]);
  });

  test("by operation, kind, status, keys and values", () => {
    const request = (): OtlpJsonTraces =>
      traffic(chat, { ...chat, "gen_ai.operation.name": "embeddings", "error.type": "429" }, { x: 1 });
    expect(marked({ spans: { operation: "embeddings" } }, request())).toEqual([false, true, false]);
    expect(marked({ spans: { operation: ["embeddings", "chat"] }, which: "all" }, request())).toEqual([
      true,
      true,
      false,
    ]);
    expect(marked({ spans: { has: ["error.type", "gen_ai.request.model"] } }, request())).toEqual([false, true, false]);
    expect(marked({ spans: { lacks: "error.type" }, which: "all" }, request())).toEqual([true, false, true]);
    expect(marked({ spans: { where: { x: 1 } } }, request())).toEqual([false, false, true]);
    expect(marked({ spans: { where: { x: "1" } } }, request())).toEqual([false, false, false]);
    expect(marked({ spans: { kind: "SERVER" } }, request())).toEqual([false, false, false]);
    expect(marked({ spans: { kind: "CLIENT", status: "UNSET" } }, request())).toEqual([true, false, false]);
    expect(marked({ spans: { status: "ERROR" } }, request())).toEqual([false, false, false]);
  });

  test("only those on which the change can be made", () => {
    const { "gen_ai.usage.input_tokens": _, ...without } = chat;
    const request = (): OtlpJsonTraces => traffic(without, chat);
    const key = "gen_ai.usage.input_tokens";
    expect(marked({ spans: {}, remove: key }, request())).toEqual([false, true]);
    expect(marked({ spans: {}, remove: ["no.such", key] }, request())).toEqual([false, true]);
    expect(marked({ spans: {}, rename: { [key]: "new" } }, request())).toEqual([false, true]);
    expect(marked({ spans: {}, cut: { "gen_ai.input.messages": 1000 } }, request())).toEqual([false, false]);
    expect(marked({ spans: {}, content: [{ in: key, at: "/0", remove: true }] }, request())).toEqual([false, false]);
    expect(marked({ spans: {}, resource: { remove: "no.such" } }, request())).toEqual([false, false]);
  });

  test("the first of a stream, not of each of its requests", () => {
    const mutator = new Mutator([{ spans: {}, status: "OK" }]);
    expect(mutator.complete).toBe(false);
    expect(mutator.apply(traffic(chat))).toBe(true);
    expect(mutator.apply(traffic(chat))).toBe(false);
    expect([mutator.complete, mutator.changed]).toEqual([true, 1]);
  });
});

describe("what a mutation changes", () => {
  const first = (mutation: Omit<Mutation, "spans">): JsonSpan => mutated({ spans: {}, ...mutation }).spans[0]!;

  test("attributes: set, removed, renamed, cut; all others stay", () => {
    expect(values(first({ set: { "gen_ai.request.model": 7, extra: "x" } }))).toEqual({
      ...values(clean[0]),
      "gen_ai.request.model": "7",
      extra: "x",
    });
    const { "gen_ai.request.model": model, ...rest } = values(clean[0]);
    expect(values(first({ remove: "gen_ai.request.model" }))).toEqual(rest);
    expect(values(first({ rename: { "gen_ai.request.model": "model" } }))).toEqual({ ...rest, model });
    expect(first({ repeat: { "gen_ai.request.model": 7 } }).attributes).toEqual([
      ...clean[0]!.attributes!,
      { key: "gen_ai.request.model", value: { intValue: "7" } },
    ]);
    expect(values(first({ cut: { "gen_ai.input.messages": 10 } }))["gen_ai.input.messages"]).toBe('[{"role":"');
  });

  test("content as text stays text, a structured one stays structured", () => {
    const edit = { in: "gen_ai.input.messages", at: "/0/role", remove: true } as const;
    expect(values(first({ content: [edit] }))["gen_ai.input.messages"]).toBe(
      '[{"parts":[{"type":"text","content":"Oslo?"}]}]',
    );
    const structured = traffic({ ...chat, "gen_ai.input.messages": { structured: [{ role: "user", parts: [] }] } });
    expect(values(mutated({ spans: {}, content: [edit] }, structured).spans[0])["gen_ai.input.messages"]).toEqual({
      values: [{ kvlistValue: { values: [{ key: "parts", value: { arrayValue: { values: [] } } }] } }],
    });
  });

  test("name, kind, status and ids", () => {
    expect(
      first({
        name: "{gen_ai.operation.name} of {gen_ai.request.model}",
        kind: "SERVER",
        status: "ERROR",
        ids: { trace: "0".repeat(32), span: "0".repeat(16), parent: "1".repeat(16) },
      }),
    ).toMatchObject({
      name: "chat of m",
      kind: 2,
      status: { code: 2 },
      traceId: "0".repeat(32),
      spanId: "0".repeat(16),
      parentSpanId: "1".repeat(16),
    });
  });

  test("the resource of the span", () => {
    const request = traffic(chat);
    new Mutator([{ spans: {}, resource: { set: { "service.name": "" } } }]).apply(request);
    expect(request.resourceSpans![0]!.resource).toEqual({
      attributes: [{ key: "service.name", value: { stringValue: "" } }],
    });
  });

  test("a span may be dropped, or come twice", () => {
    expect(mutated({ spans: {}, drop: true }).spans).toEqual(clean.slice(1));
    expect(mutated({ spans: {}, duplicate: true }).spans).toEqual([clean[0], ...clean]);
  });

  test("no span but those it takes", () => {
    const { spans } = mutated({ spans: {}, set: { x: 1 }, name: "other", kind: "INTERNAL", status: "OK" });
    expect(spans.slice(1)).toEqual(clean.slice(1));
  });
});

test("the keys that a fault touches are all that its changes name", () => {
  expect([
    ...touchedKeys({
      mutate: [
        { spans: { has: "selected" }, set: { a: 1 }, remove: ["b", "c"], rename: { d: "e" }, repeat: { r: 1 } },
        { spans: {}, cut: { f: 1 }, content: [{ in: "g", at: "", set: 1 }], resource: { set: { h: 1 }, remove: "i" } },
      ],
    }),
  ]).toEqual(["a", "b", "c", "d", "e", "r", "f", "g", "h", "i"]);
});
