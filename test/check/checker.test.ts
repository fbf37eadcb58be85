import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { Checker, type CheckSummary } from "../../src/check/checker.ts";
import { decodeJson } from "../../src/otlp/decode-json.ts";
import { rules } from "../../src/rules/index.ts";
import type { ShapeRule, SpanRule } from "../../src/rules/rule.ts";
import { loadFixtures } from "../rules/fixture.ts";
import { logsRequestOf, metricsRequestOf, requestOf, type PlainSpan } from "./request.ts";
import { chatSpan, judge, of, scopeOf, spanId } from "./send.ts";

const pins = ["1.36.0"];
const meta = {
  id: "test-rule",
  title: "title",
  levels: ["violation"],
  why: "why",
  fix: "fix",
  clause: () => "https://example.org/",
  weaver: null,
} as const;

describe("equal findings are one", () => {
  const bad = { "gen_ai.usage.input_tokens": "12" };

  test("with a count and the first three spans as examples", () => {
    const spans = Array.from({ length: 7 }, (_, index) => chatSpan(bad, { spanId: spanId(index + 1) }));
    const summary = judge([[scopeOf(spans.slice(0, 2))], [scopeOf(spans.slice(2))]], pins);
    const [finding, ...others] = of(summary, "attribute-type");
    expect(others).toEqual([]);
    expect(finding?.count).toBe(7);
    expect(finding?.examples.map((example) => example.spanId)).toEqual([spanId(1), spanId(2), spanId(3)]);
    expect(summary.rules.find((rule) => rule.ruleId === "attribute-type")).toMatchObject({ fail: 7, pass: 21 });
  });

  test("the same for rules that look at single spans", () => {
    const spans = Array.from({ length: 7 }, (_, index) =>
      chatSpan({ "gen_ai.output.type": "JSON" }, { spanId: spanId(index + 1) }),
    );
    const [finding, ...others] = of(judge([[scopeOf(spans)]], pins), "unknown-enum-value");
    expect(others).toEqual([]);
    expect(finding?.count).toBe(7);
    expect(finding?.examples).toEqual(
      [1, 2, 3].map((number) => ({ traceId: `${"0".repeat(31)}1`, spanId: spanId(number), value: "JSON" })),
    );
  });

  test.each([
    ["service", [scopeOf([chatSpan(bad)], "a", "shop"), scopeOf([chatSpan(bad)], "a", "bank")]],
    ["scope", [scopeOf([chatSpan(bad)], "a"), scopeOf([chatSpan(bad)], "b")]],
    ["span name", [scopeOf([chatSpan(bad), chatSpan(bad, { name: "chat" })])]],
    ["span type", [scopeOf([chatSpan(bad), chatSpan({ ...bad, "gen_ai.system": "openai" })])]],
    ["attribute", [scopeOf([chatSpan({ ...bad, "gen_ai.usage.output_tokens": "12" })])]],
    ["what came", [scopeOf([chatSpan(bad), chatSpan({ "gen_ai.usage.input_tokens": true })])]],
  ])("but not those of another %s", (_, scopes) => {
    const findings = of(judge([scopes], pins), "attribute-type");
    expect(findings.map(({ count }) => count)).toEqual([1, 1]);
    expect(new Set(findings.map(({ fingerprint }) => fingerprint)).size).toBe(2);
  });

  test("what was expected tells findings apart too", () => {
    const spans = [chatSpan({ "gen_ai.output.type": "JSON" }), chatSpan({ "gen_ai.output.type": "TEXT" })];
    expect(of(judge([[scopeOf(spans)]], pins), "unknown-enum-value").map(({ context }) => context["member"])).toEqual([
      "json",
      "text",
    ]);
  });

  test("the fingerprint is the same from run to run, and differs between versions", () => {
    const run = (pin: string): string[] =>
      of(judge([[scopeOf([chatSpan(bad)])]], [pin]), "attribute-type").map(({ fingerprint }) => fingerprint);
    expect(run("1.36.0")).toEqual(run("1.36.0"));
    expect(run("1.36.0")).not.toEqual(run("1.41.1"));
    expect(run("1.36.0")).toEqual([expect.stringMatching(/^[0-9a-f]{16}$/)]);
  });

  test("keys that differ in an index are one finding a span", () => {
    const keys = ["gen_ai.prompt.0.content", "gen_ai.prompt.1.content", "gen_ai.prompt.10.content"];
    const span = chatSpan(Object.fromEntries(keys.map((key) => [key, "It rains"])));
    const [finding, ...others] = of(judge([[scopeOf([span, span])]], pins), "unknown-attribute");
    expect(others).toEqual([]);
    expect(finding).toMatchObject({ count: 2, where: { attribute: "gen_ai.prompt.{n}.content" } });
  });

  test("places in content that differ in an index are one finding a span", () => {
    const good = { role: "user", parts: [{ type: "text", content: "It rains" }] };
    const bad = { role: "user", parts: [{ type: "text" }] };
    const spans = [[bad], [good, good, bad], Array.from({ length: 50 }, () => bad)].map((messages) =>
      chatSpan({ "gen_ai.input.messages": JSON.stringify(messages) }),
    );
    const [finding, ...others] = of(judge([[scopeOf(spans)]], ["1.41.1"]), "message-part");
    expect(others).toEqual([]);
    expect(finding).toMatchObject({ count: 3, where: { path: "/0/parts/0/content" } });
  });

  test("text that is no JSON is one finding, whatever its length, and says so", () => {
    const spans = ["It rains", "It rains a lot"].map((text) => chatSpan({ "gen_ai.input.messages": text }));
    const [finding, ...others] = of(judge([[scopeOf(spans)]], ["1.41.1"]), "message-schema");
    expect(others).toEqual([]);
    expect(finding).toMatchObject({ count: 2, actual: "text that is not JSON (plain text)" });
  });
});

describe("what a run keeps is bounded", () => {
  test("200 distinct findings of a rule and level; the rest is counted", () => {
    const spans = Array.from({ length: 260 }, (_, index) => chatSpan({}, { name: `call ${index}` }));
    const summary = judge([[scopeOf([...spans, ...spans])]], pins);
    const findings = of(summary, "span-name");
    expect(findings).toHaveLength(200);
    expect(findings.every(({ count }) => count === 2)).toBe(true);
    expect(summary.omitted).toContainEqual({
      ruleId: "span-name",
      semconv: "1.36.0",
      level: "violation",
      count: 120,
    });
  });

  test("many harmless findings leave room for a grave one", () => {
    const harmless = Array.from({ length: 260 }, (_, index) =>
      chatSpan({ "gen_ai.request.model": `m-${index}`, "gen_ai.output.type": "video" }, { name: `chat m-${index}` }),
    );
    const summary = judge([[scopeOf([...harmless, chatSpan({ "gen_ai.output.type": "JSON" })])]], pins);
    expect(of(summary, "unknown-enum-value").filter(({ level }) => level === "violation")).toHaveLength(1);
  });

  test("1000 sources; the spans of the rest are counted under one name", () => {
    const scopes = Array.from({ length: 1005 }, (_, index) => scopeOf([chatSpan()], "a", `service-${index}`));
    const { sources } = judge([scopes], pins);
    expect(sources).toHaveLength(1001);
    expect(sources.at(-1)).toMatchObject({ service: "(other services)", spans: 5, genaiSpans: 5 });
    expect(sources.reduce((sum, { spans }) => sum + spans, 0)).toBe(1005);
  });

  test("shapes are forgotten when there are too many, and made anew", () => {
    let asked = 0;
    const rule: SpanRule = {
      scope: "span",
      meta,
      appliesTo: () => {
        asked++;
        return false;
      },
      check: () => undefined,
    };
    const checker = new Checker(pins, [rule]);
    const send = (spans: readonly PlainSpan[]): void =>
      checker.accept(decodeJson("traces", requestOf([scopeOf(spans)])));
    send([chatSpan(), chatSpan()]);
    send([chatSpan()]);
    expect(asked).toBe(1);
    send(Array.from({ length: 20_001 }, (_, index) => ({ ...chatSpan(), attributes: { [`gen_ai.x${index}`]: 1 } })));
    const before = asked;
    send([chatSpan()]);
    expect(asked).toBe(before + 1);
  });
});

describe("clearing the caches in the middle of a run changes nothing", () => {
  const keys = [
    "response.id",
    "response.model",
    "request.seed",
    "request.top_p",
    "agent.id",
    "output.type",
    "invented",
  ].map((name) => `gen_ai.${name}`);

  /** Spans of many shapes: the same keys in ever another order. */
  function manyShapes(count: number): PlainSpan[] {
    return Array.from({ length: count }, (_, index) => {
      const left = [...keys];
      let rest = index;
      const order = keys.map(() => {
        const [key = ""] = left.splice(rest % left.length, 1);
        rest = Math.floor(rest / (left.length + 1));
        return key;
      });
      const attributes = Object.fromEntries(order.map((key) => [key, index % 3 === 0 ? 7 : "text"]));
      return chatSpan(attributes, { spanId: spanId(index + 1), status: index % 5 === 0 ? "OK" : "UNSET" });
    });
  }

  function inChunks(spans: readonly PlainSpan[], size: number): PlainSpan[][] {
    return Array.from({ length: Math.ceil(spans.length / size) }, (_, index) =>
      spans.slice(index * size, (index + 1) * size),
    );
  }

  /** All but the number of requests. */
  function comparable({ requests: _, findings, ...rest }: CheckSummary): object {
    const order = (a: { fingerprint: string }, b: { fingerprint: string }): number =>
      a.fingerprint < b.fingerprint ? -1 : 1;
    return { ...rest, findings: findings.toSorted(order) };
  }

  test("over many shapes", () => {
    const spans = manyShapes(5040);
    const atOnce = judge([[scopeOf(spans)]], ["1.36.0", "1.41.1"]);
    const inParts = judge(
      inChunks(spans, 500).map((chunk) => [scopeOf(chunk)]),
      ["1.36.0", "1.41.1"],
    );
    const withoutResourceRule = (summary: CheckSummary): CheckSummary => ({
      ...summary,
      // Counted once a resource and request.
      rules: summary.rules.filter(({ ruleId }) => ruleId !== "service-name"),
    });
    expect(comparable(withoutResourceRule(inParts))).toEqual(comparable(withoutResourceRule(atOnce)));
    expect(of(inParts, "status-ok").map(({ count }) => count)).toEqual([1008, 1008]);
  });

  test("over many names", () => {
    const spans = Array.from({ length: 45_000 }, (_, index) =>
      chatSpan({ "gen_ai.usage.input_tokens": "12" }, { name: `chat ${index % 22_500}` }),
    );
    const summary = judge(
      inChunks(spans, 9000).map((chunk) => [scopeOf(chunk)]),
      pins,
    );
    for (const ruleId of ["span-name", "attribute-type"]) {
      const listed = of(summary, ruleId).reduce((sum, { count }) => sum + count, 0);
      const omitted = summary.omitted.find((entry) => entry.ruleId === ruleId)?.count;
      expect(of(summary, ruleId)).toHaveLength(200);
      expect([ruleId, listed, omitted]).toEqual([ruleId, 400, 44_600]);
      expect(summary.rules.find((rule) => rule.ruleId === ruleId)?.fail).toBe(45_000);
    }
    expect(summary.spanTypes[0]).toEqual(new Map([["gen_ai.inference.client", 45_000]]));
  });

  test("asking for the summary in between", () => {
    const checker = new Checker(pins);
    const request = decodeJson("traces", requestOf([scopeOf([chatSpan({}, { name: "call" })])]));
    checker.accept(request);
    expect(of(checker.summary(), "span-name").map(({ count }) => count)).toEqual([1]);
    expect(of(checker.summary(), "span-name").map(({ count }) => count)).toEqual([1]);
    checker.accept(request);
    expect(of(checker.summary(), "span-name").map(({ count }) => count)).toEqual([2]);
    expect(checker.summary().spanTypes[0]).toEqual(new Map([["gen_ai.inference.client", 2]]));
  });
});

describe("shuffling", () => {
  // Few enough that no cap is reached: which findings a cap keeps is a matter of order.
  const spans = loadFixtures()
    .filter((_, index) => index % 4 === 0)
    .map(({ fixture }, index) => ({ ...fixture.span, spanId: spanId(index + 1) }));
  const versions = ["1.36.0", "genai-2026-08-03"];

  interface Placed {
    readonly span: PlainSpan;
    readonly service: string;
    readonly scope: string;
    readonly request: number;
  }

  /** A place for every span and another order of them, from one seed. */
  function placedBy(seed: number): Placed[] {
    let state = seed >>> 0;
    const random = (below: number): number => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return Math.floor((state / 2 ** 32) * below);
    };
    return spans
      .map((span) => ({
        span,
        service: ["shop", "bank"][random(2)]!,
        scope: ["a", "b"][random(2)]!,
        request: random(5),
        order: random(1000),
      }))
      .toSorted((one, other) => one.order - other.order);
  }

  function send(placed: readonly Placed[]): CheckSummary {
    const requests = Map.groupBy(placed, ({ request }) => request);
    return judge(
      [...requests.values()].map((own) => own.map(({ span, scope, service }) => scopeOf([span], scope, service))),
      versions,
    );
  }

  /** What is counted a span; the resource rule counts resources. */
  function outcomes(summary: CheckSummary): object {
    return {
      genai: summary.genai,
      rules: summary.rules.filter(({ ruleId }) => ruleId !== "service-name"),
      spanTypes: summary.spanTypes.map((types) => [...types].toSorted()),
    };
  }

  const seed = fc.integer({ min: 0, max: 2 ** 32 - 1 });

  test("spans over requests changes no count", () => {
    const counts = (summary: CheckSummary): object => ({
      ...outcomes(summary),
      omitted: summary.omitted,
      findings: summary.findings.map(({ fingerprint, count }) => `${fingerprint} ${count}`).toSorted(),
      sources: summary.sources.map((source) => JSON.stringify(source)).toSorted(),
    });
    fc.assert(
      fc.property(seed, (number) => {
        const placed = placedBy(number);
        const inOrder = placed
          .toSorted((one, other) => (one.span.spanId! < other.span.spanId! ? -1 : 1))
          .map((one) => ({ ...one, request: 0 }));
        expect(send(inOrder).omitted).toEqual([]);
        expect(counts(send(placed))).toEqual(counts(send(inOrder)));
      }),
      { numRuns: 15 },
    );
  });

  test("spans over scopes and services changes no outcome", () => {
    const all = outcomes(send(spans.map((span) => ({ span, service: "shop", scope: "a", request: 0 }))));
    fc.assert(
      fc.property(seed, (number) => {
        expect(outcomes(send(placedBy(number)))).toEqual(all);
      }),
      { numRuns: 15 },
    );
  });
});

describe("a rule that throws", () => {
  const shapeRule: ShapeRule = {
    scope: "shape",
    meta: { ...meta, id: "breaks-on-shapes" },
    check: (shape) => {
      if (shape.status === "OK") throw new Error("cannot read this shape");
    },
  };
  const spanRule: SpanRule = {
    scope: "span",
    meta: { ...meta, id: "breaks-on-spans" },
    appliesTo: () => true,
    check: (span) => {
      if (span.name === "call") throw new TypeError("cannot read this span");
    },
  };
  const spans = [chatSpan({}, { name: "call" }), chatSpan({}, { name: "call" }), chatSpan({}, { status: "OK" })];
  const summary = judge([[scopeOf(spans)]], ["1.36.0", "1.41.1"], [shapeRule, spanRule, ...rules]);

  test("is an outcome", () => {
    const outcomes = summary.rules.filter(({ ruleId }) => ruleId.startsWith("breaks"));
    expect(outcomes.map(({ ruleId, semconv, error }) => [ruleId, semconv, error])).toEqual([
      ["breaks-on-shapes", "1.36.0", 1],
      ["breaks-on-spans", "1.36.0", 2],
      ["breaks-on-shapes", "1.41.1", 1],
      ["breaks-on-spans", "1.41.1", 2],
    ]);
  });

  test("is told with its first message", () => {
    expect(summary.ruleErrors).toEqual(
      new Map([
        ["breaks-on-shapes", "cannot read this shape"],
        ["breaks-on-spans", "cannot read this span"],
      ]),
    );
  });

  test("keeps no other rule from its work", () => {
    const alone = judge([[scopeOf(spans)]], ["1.36.0", "1.41.1"]);
    expect(summary.findings).toEqual(alone.findings);
    expect(summary.rules.filter(({ ruleId }) => !ruleId.startsWith("breaks"))).toEqual(alone.rules);
  });
});

describe("what was received is counted", () => {
  test("spans, records and metrics, and those of a gen_ai or mcp type", () => {
    const checker = new Checker(pins);
    const http = { name: "GET", kind: "CLIENT", attributes: { "http.request.method": "GET" } };
    const conversation = { name: "POST", kind: "SERVER", attributes: { "gen_ai.conversation.id": "c" } };
    checker.accept(decodeJson("traces", requestOf([scopeOf([chatSpan(), http, conversation])])));
    checker.accept(decodeJson("logs", logsRequestOf(["gen_ai.choice", "exception"])));
    checker.accept(decodeJson("metrics", metricsRequestOf(["gen_ai.client.token.usage", "mcp.x", "http.x"])));
    expect(checker.summary()).toMatchObject({
      requests: 3,
      spans: 3,
      logs: 2,
      metrics: 3,
      genai: { spans: 1, logs: 1, metrics: 2 },
      sources: [{ service: "shop", scope: "instrumentation", spans: 3, genaiSpans: 2 }],
    });
    expect(checker.summary().spanTypes[0]).toEqual(
      new Map([
        ["gen_ai.inference.client", 1],
        ["untyped", 1],
      ]),
    );
  });

  test("an operation that the pinned version does not have is still one of gen_ai", () => {
    const span = { name: "retrieval", kind: "CLIENT", attributes: { "gen_ai.operation.name": "retrieval" } };
    expect(judge([[scopeOf([span])]], pins)).toMatchObject({
      genai: { spans: 1 },
      spanTypes: [new Map([["untyped", 1]])],
    });
  });

  test("spans of a scope that is not named belong to their own resource", () => {
    const spans = [{ traceId: `${"0".repeat(31)}1`, spanId: spanId(1), name: "call" }];
    const resourceSpans = ["shop", "bank"].map((service) => ({
      resource: { attributes: [{ key: "service.name", value: { stringValue: service } }] },
      scopeSpans: [{ spans }],
    }));
    const checker = new Checker(pins);
    checker.accept(decodeJson("traces", JSON.stringify({ resourceSpans })));
    expect(checker.summary().sources.map(({ service, scope, spans: count }) => [service, scope, count])).toEqual([
      ["shop", "", 1],
      ["bank", "", 1],
    ]);
  });

  test("a repeated key counts once, with its first value", () => {
    const text = requestOf([scopeOf([chatSpan({ "gen_ai.output.type": "JSON", "gen_ai.output.type2": "json" })])]);
    const twice = text.replace("gen_ai.output.type2", "gen_ai.output.type");
    const checker = new Checker(pins);
    checker.accept(decodeJson("traces", twice));
    expect(of(checker.summary(), "unknown-enum-value").map(({ count }) => count)).toEqual([1]);
  });

  test("and with its first type", () => {
    const text = requestOf([scopeOf([chatSpan({ "gen_ai.request.seed": 3, "gen_ai.request.seed2": "3" })])]);
    const checker = new Checker(pins);
    checker.accept(decodeJson("traces", text.replace("gen_ai.request.seed2", "gen_ai.request.seed")));
    expect(of(checker.summary(), "attribute-type")).toEqual([]);
  });

  test("the resource is judged once a request, and only where a gen_ai span stands below it", () => {
    const nameless = { scope: "a", spans: [chatSpan(), chatSpan()] };
    const http = { scope: "a", spans: [{ name: "GET", kind: "CLIENT", attributes: { "http.request.method": "GET" } }] };
    expect(of(judge([[nameless], [nameless]], pins), "service-name").map(({ count }) => count)).toEqual([2]);
    expect(judge([[http]], pins).findings).toEqual([]);
  });
});
