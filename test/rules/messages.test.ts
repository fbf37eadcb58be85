import { describe, expect, test } from "vitest";

import type { Finding } from "../../src/result/result.ts";
import { judgeFixture, type Fixture } from "./fixture.ts";

function findings(semconv: string, span: Fixture["span"]): Finding[] {
  return [...judgeFixture({ why: "", semconv: [semconv], span, expect: [] }, [semconv]).findings];
}

function one(all: readonly Finding[], ruleId: string, attribute: string): Finding {
  const found = all.filter((finding) => finding.ruleId === ruleId && finding.where.attribute === attribute);
  expect(found).toHaveLength(1);
  return found[0]!;
}

function chat(attributes: Fixture["span"]["attributes"]): Fixture["span"] {
  return { name: "chat command-r", kind: "CLIENT", attributes: { "gen_ai.operation.name": "chat", ...attributes } };
}

describe("a finding says what its reader needs", () => {
  test("a missing provider and a deprecated system are tied together, in both findings", () => {
    const all = findings("1.41.1", chat({ "gen_ai.system": "cohere" }));
    const missing = one(all, "required-attribute-missing", "gen_ai.provider.name");
    expect(missing.actual).toContain("gen_ai.system");
    expect(missing.fix).toContain("both findings");
    expect(missing.context).toEqual({ insteadSent: "gen_ai.system" });
    const deprecated = one(all, "deprecated-attribute", "gen_ai.system");
    expect(deprecated.expected).toBe("gen_ai.provider.name");
    expect(deprecated.context).toEqual({ replacedBy: ["gen_ai.provider.name"] });
  });

  test("a missing attribute that nothing stands for is just missing", () => {
    const missing = one(
      findings("1.41.1", chat({ "gen_ai.request.model": "m" })),
      "required-attribute-missing",
      "gen_ai.provider.name",
    );
    expect([missing.actual, missing.context]).toEqual(["absent", {}]);
  });

  test.each([
    ["gen_ai.provider.name", "1.37.0"],
    ["gen_ai.tool.definitions", "1.38.0"],
    ["mcp.method.name", "1.39.0"],
    ["gen_ai.retrieval.top_k", "genai-2026-06-25"],
  ])("%s, newer than the pin, came with %s", (key, since) => {
    const unknown = one(findings("1.36.0", chat({ [key]: "x" })), "unknown-attribute", key);
    expect(unknown.actual).toContain(`came with ${since}`);
    expect(unknown.context).toMatchObject({ knownSince: since });
    expect(unknown.context).not.toHaveProperty("closest");
  });

  test("a misspelt key is told the closest one, an invented one none", () => {
    const all = findings("1.41.1", chat({ "gen_ai.usage.output_token": 3, "gen_ai.acme_tenant_number": 3 }));
    const misspelt = one(all, "unknown-attribute", "gen_ai.usage.output_token");
    expect(misspelt.context).toMatchObject({ closest: "gen_ai.usage.output_tokens" });
    expect(misspelt.fix).toContain("gen_ai.usage.output_tokens");
    expect(one(all, "unknown-attribute", "gen_ai.acme_tenant_number").context).not.toHaveProperty("closest");
  });

  test("a key misspelt from one that a later version brings is told that version too", () => {
    const unknown = one(
      findings("1.36.0", chat({ "gen_ai.input.message": "x" })),
      "unknown-attribute",
      "gen_ai.input.message",
    );
    expect(unknown.context).toMatchObject({ closest: "gen_ai.input.messages", closestSince: "1.37.0" });
    expect(unknown.expected).toContain("gen_ai.input.messages, which came with 1.37.0");
  });

  test.each([
    ["gen_ai.user.id", "the namespace is not likeness"],
    ["gen_ai.tool.args", "the namespace is not likeness"],
    ["gen_ai.usage.prompt_token", "a deprecated key is no advice"],
  ])("%s is told no closest key: %s", (key) => {
    const unknown = one(findings("1.41.1", chat({ [key]: "x" })), "unknown-attribute", key);
    expect(unknown.context).not.toHaveProperty("closest");
  });

  test.each([
    ["1.36.0", "Send gen_ai.input.messages, which came with 1.37.0"],
    ["1.41.1", "Send gen_ai.input.messages:"],
  ])("in %s the indexed keys of older instrumentations are told what holds the list now", (semconv, fix) => {
    const indexed = one(
      findings(semconv, chat({ "gen_ai.prompt.0.content": "x" })),
      "unknown-attribute",
      "gen_ai.prompt.{n}.content",
    );
    expect(indexed.fix).toContain(fix);
    expect(indexed.context).toMatchObject({ replacedBy: ["gen_ai.input.messages"] });
  });

  test.each([
    ["gen_ai.usage.prompt_tokens", "1.36.0", ["gen_ai.usage.input_tokens"]],
    ["gen_ai.usage.completion_tokens", "genai-2026-08-03", ["gen_ai.usage.output_tokens"]],
    ["gen_ai.prompt", "1.41.1", ["gen_ai.input.messages"]],
    ["gen_ai.openai.request.seed", "1.36.0", ["gen_ai.request.seed"]],
    ["gen_ai.usage.cache_creation.input_tokens", "genai-2026-10-preview", ["gen_ai.usage.cache_write.input_tokens"]],
  ])("%s in %s is told what replaces it", (key, semconv, replacedBy) => {
    const deprecated = one(findings(semconv, chat({ [key]: 3 })), "deprecated-attribute", key);
    expect(deprecated.context).toEqual({ replacedBy });
    expect(deprecated.fix).toContain(replacedBy[0]);
  });

  test("a misspelt member is told how it is spelt, and shown as it came", () => {
    const misspelt = one(
      findings("1.41.1", chat({ "gen_ai.output.type": "JSON" })),
      "unknown-enum-value",
      "gen_ai.output.type",
    );
    expect(misspelt.context).toEqual({ member: "json" });
    expect(misspelt.examples.map(({ value }) => value)).toEqual(["JSON"]);
  });

  test("another version's value is told what stands for it", () => {
    const old = one(
      findings("1.41.1", chat({ "gen_ai.provider.name": "xai" })),
      "unknown-enum-value",
      "gen_ai.provider.name",
    );
    expect(old.fix).toBe("Send x_ai.");
    // The pin itself lists it under the older key: what it lacks is this key's value.
    expect(old.actual).toBe("a value of earlier versions, deprecated since 1.37.0");
  });

  test("an array sent as its text is told to send the array itself", () => {
    const type = one(
      findings("1.41.1", chat({ "gen_ai.response.finish_reasons": '["stop"]' })),
      "attribute-type",
      "gen_ai.response.finish_reasons",
    );
    expect(type.context).toEqual({ expectedType: "string[]", actualType: "string" });
    expect(type.fix).toContain("the array itself");
  });

  test("a wrong kind is told the right ones", () => {
    const [kind] = findings("1.41.1", { ...chat({}), kind: "SERVER" }).filter(({ ruleId }) => ruleId === "span-kind");
    expect(kind?.context).toEqual({ allowed: ["CLIENT"] });
  });

  test("a wrong name is told the template", () => {
    const [name] = findings("1.41.1", { ...chat({ "gen_ai.request.model": "m" }), name: "call" }).filter(
      ({ ruleId }) => ruleId === "span-name",
    );
    expect(name?.context).toEqual({ template: "{gen_ai.operation.name} {gen_ai.request.model}" });
  });

  test("which of the two schemas failed", () => {
    const content = (messages: unknown): Fixture["span"] => chat({ "gen_ai.input.messages": JSON.stringify(messages) });
    const lenient = one(findings("1.41.1", content([{ role: "user" }])), "message-schema", "gen_ai.input.messages");
    expect(lenient.expected).toContain("the conventions' own (lenient) schema");
    const strict = one(
      findings("1.41.1", content([{ role: "user", parts: [{ type: "text" }] }])),
      "message-part",
      "gen_ai.input.messages",
    );
    expect(strict.expected).toContain("the strict schema");
    expect(strict.message).toContain("gen_ai.input.messages at /0/parts/0/content");
  });
});
