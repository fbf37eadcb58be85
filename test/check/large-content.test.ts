import { describe, expect, test } from "vitest";
import { contentOf } from "../../src/check/content.ts";
import type { AttributeValue } from "../../src/otlp/value.ts";
import { chatSpan, judge, scopeOf } from "./send.ts";

const kindOf = (value: AttributeValue): string => contentOf(value).kind;
const text = (value: string): AttributeValue => ({ type: "string", value });

describe("content of more values than are judged", () => {
  test.each<[string, AttributeValue, string]>([
    ["a list of 99,999 numbers", text(`[${"1,".repeat(99_998)}1]`), "json"],
    ["a list of 100,002 numbers", text(`[${"1,".repeat(100_001)}1]`), "too-large"],
    ["a million commas in one string", text(JSON.stringify(["a,b[{".repeat(1_000_000)])), "json"],
    ["a million escaped quotes in one string", text(JSON.stringify(['",'.repeat(1_000_000)])), "json"],
    ["a picture of 10 MB", text(JSON.stringify([{ content: "A".repeat(10_000_000) }])), "json"],
    ["a text of 17 MB", text("A".repeat(17_000_000)), "too-large"],
    ["brackets without end", text("[".repeat(1_000_000)), "too-large"],
    [
      "a structured list of 100,001 values",
      { type: "array", value: Array.from({ length: 100_001 }, () => ({ type: "empty" as const })) },
      "too-large",
    ],
    [
      "structured maps in a list",
      {
        type: "array",
        value: Array.from({ length: 60_000 }, () => ({
          type: "kvlist" as const,
          value: [{ key: "k", value: { type: "empty" as const } }],
        })),
      },
      "too-large",
    ],
  ])("%s", (_, value, kind) => {
    expect(kindOf(value)).toBe(kind);
  });

  test("is said not to be judged, and not said to be wrong", () => {
    const summary = judge(
      [[scopeOf([chatSpan({ "gen_ai.input.messages": `[${"1,".repeat(100_001)}1]` })])]],
      ["1.41.1"],
    );
    expect(summary.findings.filter(({ where }) => where.attribute === "gen_ai.input.messages")).toMatchObject([
      { ruleId: "message-schema", level: "information", actual: "more than 100000 values" },
    ]);
    expect(summary.rules.find(({ ruleId }) => ruleId === "message-schema")).toMatchObject({ fail: 0, cannotTell: 1 });
  });
});

describe("a long conversation with one fault", () => {
  const message = { role: "user", parts: [{ type: "text", content: "" }] };
  const findings = (messages: readonly unknown[]): unknown =>
    judge([[scopeOf([chatSpan({ "gen_ai.input.messages": JSON.stringify(messages) })])]], ["1.41.1"])
      .findings.filter(({ ruleId }) => ruleId === "message-schema")
      .map(({ where, actual }) => [where.path, actual]);

  test("names its place near the beginning", () => {
    const many = Array.from({ length: 5000 }, () => message);
    expect(findings([message, { role: "user" }, ...many])).toEqual([["/1/parts", 'no field "parts"']]);
  });

  test("is refused all the same where the place is too far to look for", () => {
    const many = Array.from({ length: 5000 }, () => message);
    expect(findings([...many, { role: "user" }])).toEqual([["", "an error behind the first 5000 values"]]);
  });
});
