import { describe, expect, test } from "vitest";

import type { SpanRule } from "../../src/rules/rule.ts";
import { chatSpan, judge, of, scopeOf } from "./send.ts";

// Put together here, so that no scanner takes this file's own text for a leak.
const secret = ["sk", "-", "Zx9Qw8Er7Ty6Ui5Op4As3Df2"].join("");
const core = "Zx9Qw8Er7Ty6Ui5Op4As3Df2";
const pins = ["1.36.0", "1.41.1"];

describe("a secret reaches nothing that is reported", () => {
  test.each([
    ["a span name", scopeOf([chatSpan({}, { name: `chat ${secret}` })])],
    ["an unknown attribute's key", scopeOf([chatSpan({ [`gen_ai.${secret}`]: 1 })])],
    ["an unknown attribute's key, after an underscore", scopeOf([chatSpan({ [`gen_ai.key_${secret}`]: 1 })])],
    ["a template's key", scopeOf([chatSpan({ [`gen_ai.prompt.variable.${secret}`]: 1 })])],
    ["the operation", scopeOf([chatSpan({ "gen_ai.operation.name": secret })])],
    ["the provider", scopeOf([chatSpan({ "gen_ai.system": secret, "gen_ai.provider.name": secret })])],
    ["an enum value", scopeOf([chatSpan({ "gen_ai.output.type": secret })])],
    ["a method", scopeOf([{ name: secret, kind: "CLIENT", attributes: { "mcp.method.name": secret } }])],
    ["a model", scopeOf([chatSpan({ "gen_ai.request.model": secret })])],
    ["a value of a wrong type", scopeOf([chatSpan({ "gen_ai.usage.input_tokens": secret })])],
    ["messages", scopeOf([chatSpan({ "gen_ai.input.messages": `[{"role":"user","${secret}":[]}]` })])],
    ["messages that are no JSON", scopeOf([chatSpan({ "gen_ai.input.messages": secret })])],
    ["tool definitions", scopeOf([chatSpan({ "gen_ai.tool.definitions": `[{"type":"function","${secret}":{}}]` })])],
    ["the service's name", scopeOf([chatSpan({}, { name: "call" })], "a", `unknown_service:${secret}`)],
    ["the scope's name", scopeOf([chatSpan({}, { name: "call" })], secret)],
    [
      "the scope's schema URL",
      { ...scopeOf([chatSpan({}, { name: "call" })]), schemaUrl: `https://example.org/${secret}` },
    ],
  ])("from %s", (_, scope) => {
    const summary = judge([[scope]], pins);
    expect(summary.findings.length).toBeGreaterThan(0);
    expect(JSON.stringify(summary)).not.toContain(core);
    expect(JSON.stringify([...summary.spanTypes.map((types) => [...types])])).not.toContain(core);
  });

  test("from what a rule throws", () => {
    const rule: SpanRule = {
      scope: "span",
      meta: {
        id: "breaks",
        title: "t",
        levels: [],
        why: "w",
        fix: "f",
        clause: () => "https://example.org/",
        weaver: null,
      },
      appliesTo: () => true,
      check: (span) => {
        throw new Error(`cannot read ${span.name}: ${"x".repeat(1000)}`);
      },
    };
    const { ruleErrors } = judge([[scopeOf([chatSpan({}, { name: `chat ${secret}` })])]], pins, [rule]);
    expect(ruleErrors.get("breaks")).toMatch(/^cannot read chat \[masked\]: x+…$/);
  });
});

describe("what is long is shortened", () => {
  const long = "long ".repeat(200);

  test("span names, attribute keys and the names of services and scopes to 120 characters", () => {
    const summary = judge([[scopeOf([chatSpan({ [`gen_ai.${long}`]: 1 }, { name: long })], long, long)]], pins);
    for (const { where, message } of summary.findings) {
      for (const text of [where.service, where.scope, where.span, where.attribute])
        expect(text.length).toBeLessThanOrEqual(120);
      expect(message.length).toBeLessThan(2000);
    }
    expect(summary.findings[0]?.where).toMatchObject({
      service: expect.stringMatching(/…$/),
      span: expect.stringMatching(/…$/),
    });
  });

  test("example values to 80", () => {
    const [finding] = of(judge([[scopeOf([chatSpan({ "gen_ai.output.type": long })])]], pins), "unknown-enum-value");
    expect(finding?.examples[0]?.value).toHaveLength(80);
  });

  test("an unknown key in a finding's facts", () => {
    const [finding] = of(judge([[scopeOf([chatSpan({ [`gen_ai.${long}`]: 1 })])]], pins), "unknown-attribute");
    expect(String(finding?.context["key"]).length).toBeLessThanOrEqual(120);
  });
});
