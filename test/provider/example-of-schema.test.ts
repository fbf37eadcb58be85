import { Ajv2020 } from "ajv/dist/2020.js";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { exampleOf } from "../../src/provider/example-of-schema.ts";

const ajv = new Ajv2020({ strict: false, validateFormats: false });

function expectValid(schema: object): void {
  const example = exampleOf(schema);
  const valid = ajv.validate(schema, example);
  expect(valid, `${JSON.stringify(schema)} refuses ${JSON.stringify(example)}: ${ajv.errorsText()}`).toBe(true);
}

/** Schemas as tools have them, of every kind that a value is made for. */
const { schema: arbitrarySchema } = fc.letrec<{ schema: object; leaf: object }>((tie) => ({
  schema: fc.oneof(
    { maxDepth: 4, depthSize: "small" },
    tie("leaf"),
    objectOf(tie("schema")),
    arrayOf(tie("schema")),
    combined(tie("schema")),
  ),
  leaf: fc.oneof(
    fc.record({ type: fc.constant("boolean") }),
    fc.record({ type: fc.constant("null") }),
    fc.record({ type: fc.constant(["null", "string"]) }),
    fc.record({ enum: fc.array(fc.oneof(fc.string(), fc.integer()), { minLength: 1 }) }),
    fc.record({ const: fc.oneof(fc.string(), fc.integer(), fc.boolean()) }),
    fc
      .record({ minLength: fc.nat(40), longer: fc.nat(20) })
      .map(({ minLength, longer }) => ({ type: "string", minLength, maxLength: minLength + longer })),
    fc
      .record({ minimum: fc.integer({ min: -50, max: 50 }), more: fc.integer({ min: 1, max: 40 }) })
      .map(({ minimum, more }) => ({ type: "number", exclusiveMinimum: minimum, maximum: minimum + more })),
    fc
      .record({ minimum: fc.integer({ min: -50, max: 50 }), multipleOf: fc.integer({ min: 1, max: 7 }) })
      .map((limits) => ({ type: "integer", ...limits })),
    fc
      .record({ exclusiveMaximum: fc.integer({ min: -50, max: 50 }) })
      .map((limits) => ({ type: "integer", ...limits })),
  ),
}));

function objectOf(schema: fc.Arbitrary<object>): fc.Arbitrary<object> {
  return fc.dictionary(fc.string({ minLength: 1, maxLength: 6 }), schema, { maxKeys: 4 }).chain((properties) =>
    fc.subarray(Object.keys(properties)).map((required) => ({
      type: "object",
      properties,
      required,
      additionalProperties: false,
    })),
  );
}

function arrayOf(schema: fc.Arbitrary<object>): fc.Arbitrary<object> {
  return fc.record({ items: schema, minItems: fc.nat(3) }).map((fields) => ({ type: "array", ...fields }));
}

function combined(schema: fc.Arbitrary<object>): fc.Arbitrary<object> {
  return fc.oneof(
    fc.array(schema, { minLength: 1, maxLength: 3 }).map((anyOf) => ({ anyOf })),
    schema.map((target) => ({ $ref: "#/$defs/a~1b", $defs: { "a/b": target } })),
  );
}

describe("exampleOf", () => {
  test("satisfies the schema", () => {
    // A reference is to the root of the document; inside a larger one it would point elsewhere.
    fc.assert(
      fc.property(arbitrarySchema, (schema) => {
        fc.pre(!JSON.stringify(schema).slice(1).includes('{"$ref"') || "$ref" in schema);
        fc.pre(!/.\{"\$ref"/.test(JSON.stringify(schema)));
        expectValid(schema);
      }),
      { numRuns: 500 },
    );
  });

  test.each<[string, object]>([
    [
      "allOf",
      {
        allOf: [
          { type: "object", properties: { a: { type: "string" } }, required: ["a"] },
          { properties: { b: { type: "integer" } }, required: ["b"] },
        ],
      },
    ],
    [
      "prefixItems",
      {
        type: "array",
        prefixItems: [{ type: "string" }, { type: "integer" }],
        minItems: 3,
        items: { type: "boolean" },
      },
    ],
    ["uniqueItems", { type: "array", items: { type: "string" }, minItems: 4, uniqueItems: true }],
    [
      "minProperties",
      { type: "object", properties: { a: { type: "string" }, b: { type: "string" } }, minProperties: 2 },
    ],
    ["a default", { type: "integer", default: 12 }],
    ["a type left out", { properties: { a: { items: { type: "string" }, minItems: 1 } }, required: ["a"] }],
    [
      "a reference into definitions",
      {
        $defs: { city: { type: "string", minLength: 3 } },
        type: "object",
        properties: { city: { $ref: "#/$defs/city" } },
        required: ["city"],
      },
    ],
  ])("knows %s", (_name, schema) => {
    expectValid(schema);
  });

  test("a schema that refers to itself, or asks for very much, ends", () => {
    const tree = { type: "object", properties: { next: { $ref: "#" } }, required: ["next"] };
    expect(JSON.stringify(exampleOf(tree)).length).toBeLessThan(1000);
    const wide = { type: "array", minItems: 1e9, items: { type: "array", minItems: 1e9, items: { type: "string" } } };
    expect(JSON.stringify(exampleOf(wide)).length).toBeLessThan(100_000);
    const loop = { $ref: "#/$defs/a", $defs: { a: { $ref: "#/$defs/b" }, b: { $ref: "#/$defs/a" } } };
    expect(exampleOf(loop)).toBe("example");
  });

  test("takes types in capitals, and counts as text", () => {
    const schema = {
      type: "OBJECT",
      properties: { tags: { type: "ARRAY", items: { type: "STRING" }, minItems: "2" } },
      required: ["tags"],
    };
    expect(exampleOf(schema)).toEqual({ tags: ["example", "example"] });
  });
});
