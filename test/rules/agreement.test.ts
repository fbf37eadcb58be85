import { Ajv2020, type ErrorObject, type ValidateFunction } from "ajv/dist/2020.js";
import { describe, expect, test } from "vitest";

import { toJson } from "../../src/check/content.ts";
import { decodeJson } from "../../src/otlp/decode-json.ts";
import type { AttributeValue } from "../../src/otlp/value.ts";
import { rules } from "../../src/rules/index.ts";
import { judgeEnumValue } from "../../src/rules/enum-values.ts";
import { isModelKey } from "../../src/rules/namespaces.ts";
import { listVersions, loadSpanSchema, type JsonSchema } from "../../src/semconv/load.ts";
import { Spec } from "../../src/semconv/spec.ts";
import { requestOf } from "../check/request.ts";
import { judgeFixture, loadFixtures, type Fixture } from "./fixture.ts";

/** The rules that judge what a span's JSON Schema judges: required, type and enum. */
const sharedRules = ["required-attribute-missing", "attribute-type", "unknown-enum-value"] as const;
const shared = rules.filter(({ meta }) => sharedRules.some((id) => id === meta.id));

const ajv = new Ajv2020({ strict: false, allErrors: true });
const validators = new Map<string, ValidateFunction>();

interface Case {
  readonly name: string;
  readonly semconv: string;
  readonly spanId: string;
  readonly fixture: Fixture;
}

/** Every fixture with every version of its own and three more, where the span has one type. */
const cases: readonly Case[] = loadFixtures().flatMap(({ name, fixture }) =>
  [...new Set([...fixture.semconv, "1.26.0", "1.36.0", "1.41.1", "genai-2026-08-03"])].flatMap((semconv) => {
    const [spanId] = judgeFixture(fixture, [semconv], []).spanTypes[0]?.keys() ?? [];
    const typed = spanId !== undefined && spanId !== "untyped" && spanId !== "ambiguous";
    return typed ? [{ name, semconv, spanId, fixture }] : [];
  }),
);

function schemaOf({ semconv, spanId }: Case): JsonSchema {
  const schema = loadSpanSchema(semconv, spanId);
  if (schema === undefined) throw new Error(`${semconv} has no schema of ${spanId}`);
  return schema;
}

function attributesOf({ span }: Fixture): Map<string, AttributeValue> {
  const attributes = new Map<string, AttributeValue>();
  decodeJson("traces", requestOf([{ spans: [span] }])).forEachSpan((view) => {
    for (let index = 0; index < view.attributeCount; index++) {
      const key = view.attributeKey(index);
      const value = view.attribute(key);
      if (value !== undefined) attributes.set(key, value);
    }
  });
  return attributes;
}

/** What JSON cannot say: that 10.0 is a double, and that a string stands for bytes. There only the rules can judge. */
function isLostInJson(value: AttributeValue): boolean {
  return value.type === "bytes" || (value.type === "double" && Number.isInteger(value.value));
}

function refusedBySchema(of: Case): string[] {
  const validate = compiled(schemaOf(of));
  const { name, kind, status = "UNSET" } = of.fixture.span;
  const attributes = [...attributesOf(of.fixture)]
    .filter(([, value]) => !isLostInJson(value))
    .map(([key, value]) => [key, toJson(value)] as const);
  validate({ name, kind, status: { code: status }, attributes: Object.fromEntries(attributes) });
  // A required key whose value JSON cannot say is there.
  const lost = [...attributesOf(of.fixture)].flatMap(([key, value]) => (isLostInJson(value) ? [key] : []));
  return sorted((validate.errors ?? []).map(refusedKey)).filter((key) => !lost.includes(key));
}

function refusedKey({ keyword, instancePath, params }: ErrorObject): string {
  const [, room, key] = instancePath.split("/");
  if (room !== "attributes") throw new Error(`the schema refuses ${instancePath || "the span"}: ${keyword}`);
  return key ?? String(params["missingProperty"]);
}

function refusedByRules(of: Case): string[] {
  const attributes = attributesOf(of.fixture);
  return sorted(
    judgeFixture(of.fixture, [of.semconv], shared).findings.flatMap(({ ruleId, level, where }) => {
      // "Required by the letter" is information to a reader of the report; the schema only knows the letter.
      const refuses = level === "violation" || ruleId === "required-attribute-missing";
      const value = attributes.get(where.attribute);
      return refuses && isInTable(of, where.attribute) && !(value !== undefined && isLostInJson(value))
        ? [where.attribute]
        : [];
    }),
  );
}

/** The rules also judge known keys that stand in another span's table; this span's schema does not. */
function isInTable(of: Case, key: string): boolean {
  const { attributes } = schemaOf(of)["properties"] as { readonly attributes: JsonSchema };
  const { properties, patternProperties = {} } = attributes as {
    readonly properties: object;
    readonly patternProperties?: object;
  };
  return (
    Object.hasOwn(properties, key) || Object.keys(patternProperties).some((pattern) => new RegExp(pattern).test(key))
  );
}

function sorted(keys: readonly string[]): string[] {
  return [...new Set(keys)].toSorted();
}

function compiled(schema: JsonSchema): ValidateFunction {
  const id = String(schema["$id"]);
  const known = validators.get(id) ?? ajv.compile(schema);
  validators.set(id, known);
  return known;
}

describe("a span's JSON Schema and the rules refuse the same keys", () => {
  test.each(cases)("$name as $spanId of $semconv", (of) => {
    expect(refusedBySchema(of)).toEqual(refusedByRules(of));
  });

  test("and every shared rule refuses something in these cases", () => {
    const refusing = new Set(
      cases.flatMap((of) =>
        judgeFixture(of.fixture, [of.semconv], shared).findings.flatMap(({ ruleId, level, where }) =>
          level === "violation" && isInTable(of, where.attribute) ? [ruleId] : [],
        ),
      ),
    );
    expect([...refusing].toSorted()).toEqual([...sharedRules].toSorted());
  });
});

describe("an enum's schema and the rules refuse the same values", () => {
  test.each(listVersions().map(({ id }) => id))("%s", (id) => {
    const spec = new Spec(id);
    const values = [...new Set(Object.values(spec.history.values).flatMap((history) => Object.keys(history)))];
    for (const span of spec.registry.spans) {
      const validate = compiled(loadSpanSchema(id, span.id)!);
      for (const { key } of span.attributes) {
        const definition = spec.attribute(key);
        if (definition?.type !== "enum" || !isModelKey(key)) continue;
        const members = (definition.members ?? []).map(({ value }) => String(value));
        const tried = [...values, ...members.flatMap(misspellings), "", " ", "a_word_of_ones_own"];
        for (const value of tried) {
          validate({ attributes: { [key]: value } });
          const refused = (validate.errors ?? []).some(({ instancePath }) => instancePath === `/attributes/${key}`);
          expect([id, span.id, key, value, refused]).toEqual([
            id,
            span.id,
            key,
            value,
            judgeEnumValue(spec, key, value).kind === "misspelt",
          ]);
        }
      }
    }
  });
});

function misspellings(member: string): string[] {
  return [member.toUpperCase(), member.replaceAll("_", "-"), member.replaceAll(".", "_"), `${member} `, `${member}s`];
}
