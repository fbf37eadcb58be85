import { describe, expect, test } from "vitest";
import { decodeJson } from "../../src/otlp/decode-json.ts";
import { spanFacts, type SpanFacts } from "../../src/otlp/span-facts.ts";

function factsOf(attributes: readonly object[], span: object = {}): SpanFacts {
  const request = decodeJson(
    "traces",
    JSON.stringify({
      resourceSpans: [
        {
          resource: { attributes: [{ key: "service.name", value: { stringValue: "shop" } }] },
          scopeSpans: [
            { spans: [{ traceId: "1".repeat(32), spanId: "2".repeat(16), name: "chat", attributes, ...span }] },
          ],
        },
      ],
    }),
  );
  let facts: SpanFacts | undefined;
  request.forEachSpan((view) => (facts = spanFacts(view)));
  return facts!;
}

const model = { key: "model", value: { stringValue: "m" } };
const tokens = { key: "tokens", value: { intValue: "1" } };

describe("the facts of a span", () => {
  test("name its service, kind and status", () => {
    expect(factsOf([], { kind: 3, status: { code: 2 } })).toMatchObject({
      service: "shop",
      name: "chat",
      kind: "client",
      status: "error",
    });
    expect(factsOf([], { kind: 77 }).kind).toBe("77");
  });

  test("have a digest that does not depend on the order of attributes", () => {
    expect(factsOf([model, tokens]).digest).toBe(factsOf([tokens, model]).digest);
    expect(factsOf([model]).digest).toMatch(/^[0-9a-f]{16}$/);
  });

  test.each([
    ["a value", [model, { ...tokens, value: { intValue: "2" } }]],
    ["a type", [model, { ...tokens, value: { doubleValue: 1 } }]],
    ["a key", [model, { ...tokens, key: "token" }]],
    ["one less", [model]],
    ["one more", [model, tokens, { key: "x", value: {} }]],
    ["a list", [model, { ...tokens, value: { arrayValue: { values: [{ intValue: "1" }] } } }]],
    ["a map", [model, { ...tokens, value: { kvlistValue: { values: [tokens] } } }]],
    ["bytes", [model, { ...tokens, value: { bytesValue: "MQ==" } }]],
    ["a boolean", [model, { ...tokens, value: { boolValue: true } }]],
  ])("have another digest when %s differs", (_, attributes) => {
    expect(factsOf(attributes).digest).not.toBe(factsOf([model, tokens]).digest);
  });
});
