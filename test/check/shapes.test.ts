import { describe, expect, test } from "vitest";

import { RelevantKeys } from "../../src/check/relevant-keys.ts";
import { Shapes, type Shape } from "../../src/check/shapes.ts";
import { decodeJson } from "../../src/otlp/decode-json.ts";
import { Spec } from "../../src/semconv/spec.ts";
import { requestOf, type PlainAttributes } from "./request.ts";

const spec = new Spec("1.36.0");

function shapesOf(shapes: Shapes, ...spans: readonly PlainAttributes[]): Shape[] {
  const found: Shape[] = [];
  const request = requestOf([{ spans: spans.map((attributes) => ({ name: "a", kind: "CLIENT", attributes })) }]);
  decodeJson("traces", request).forEachSpan((span) => found.push(shapes.of(span)));
  return found;
}

describe("a shape", () => {
  test("is the same for spans with the same keys and types, whatever the values and irrelevant keys", () => {
    const [one, other] = shapesOf(
      new Shapes(new RelevantKeys([spec])),
      { "gen_ai.system": "openai", "app.tenant": "x", "server.port": 1 },
      { "gen_ai.system": "cohere", "server.port": 2, "app.user": 7 },
    );
    expect(other).toBe(one);
    expect([...(one?.types ?? [])]).toEqual([
      ["gen_ai.system", "string"],
      ["server.port", "int"],
    ]);
  });

  test.each([
    ["type", { "gen_ai.system": "openai" }, { "gen_ai.system": 7 }],
    ["element type", { "gen_ai.x": ["a"] }, { "gen_ai.x": [1] }],
    ["key", { "gen_ai.system": "openai" }, { "gen_ai.systems": "openai" }],
    ["number of keys", { "gen_ai.system": "openai" }, { "gen_ai.system": "openai", "gen_ai.x": 1 }],
  ] as const)("is another one for another %s", (_, one, other) => {
    const [first, second] = shapesOf(new Shapes(new RelevantKeys([spec])), one, other);
    expect(second).not.toBe(first);
  });

  test.each([
    [{ "gen_ai.x": 1 }, true],
    [{ "mcp.method.name": "initialize" }, true],
    [{ "http.request.method": "GET", "server.address": "a", "error.type": "x" }, false],
    [{ "openai.api.type": "responses" }, false],
    [{ gen_ai: "x", "genai.x": "x", "x.gen_ai.y": "x" }, false],
    [{}, false],
  ] as const)("of %j is one of gen_ai: %s", (attributes, genai) => {
    expect(shapesOf(new Shapes(new RelevantKeys([spec])), attributes).map((shape) => shape.genai)).toEqual([genai]);
  });

  test("is forgotten by clear", () => {
    const keys = new RelevantKeys([spec]);
    const shapes = new Shapes(keys);
    const [before] = shapesOf(shapes, { "gen_ai.system": "a", "gen_ai.x": 1 });
    expect(shapes.size).toBe(2);
    shapes.clear();
    keys.clear();
    expect([shapes.size, keys.size]).toEqual([0, 0]);
    const [after] = shapesOf(shapes, { "gen_ai.x": 1, "gen_ai.system": "a" });
    expect(after).not.toBe(before);
  });
});

describe("the table of keys", () => {
  test("stops growing at 50,000, and still tells what it does not keep", () => {
    const keys = new RelevantKeys([spec]);
    for (let index = 0; index < 50_100; index++) keys.info(`gen_ai.x${index}`);
    expect(keys.size).toBe(50_000);
    expect(keys.info("gen_ai.x50050")).toMatchObject({ key: "gen_ai.x50050", genai: true });
    expect(keys.info("app.x")).toMatchObject({ id: -1, genai: false });
    expect(keys.info("gen_ai.x7")).toBe(keys.info("gen_ai.x7"));
  });

  test.each([
    "gen_ai.invented",
    "openai.invented",
    "server.port",
    "gen_ai.client.token.usage",
    "llm.is_streaming",
    "error.type",
    "rpc.system",
  ])("keeps %s", (key) => {
    expect(new RelevantKeys([spec]).info(key).id).toBeGreaterThanOrEqual(0);
  });
});
