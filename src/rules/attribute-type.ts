import type { ValueType } from "../otlp/value.ts";
import type { AttributeDefinition, AttributeTypeName } from "../semconv/registry.ts";
import type { ShapeRule } from "./rule.ts";

const accepted: {
  readonly [type in Exclude<AttributeTypeName, "enum" | "any" | `template[${string}]`>]: readonly ValueType[];
} = {
  string: ["string"],
  boolean: ["bool"],
  int: ["int"],
  // JavaScript cannot tell 1 from 1.0, and no digit is lost: an int where a double is meant is no finding.
  double: ["double", "int"],
  "string[]": ["string[]", "empty[]"],
  "boolean[]": ["bool[]", "empty[]"],
  "int[]": ["int[]", "empty[]"],
  "double[]": ["double[]", "int[]", "empty[]"],
};

export const attributeType: ShapeRule = {
  scope: "shape",
  meta: {
    id: "attribute-type",
    title: "Every attribute has the type that the version gives it",
    levels: ["violation"],
    why: "Backends index by type: a number sent as text cannot be summed, an array sent as text cannot be searched.",
    fix: "Set the attribute with a value of the defined type.",
    clause: (spec) => spec.attributeUrl("gen_ai."),
    weaver: { id: "type_mismatch", level: "violation" },
  },
  check(shape, context) {
    for (const key of shape.keys) {
      const definition = context.spec.attribute(key);
      const actual = shape.typeOf(key);
      if (definition === undefined || actual === undefined) continue;
      const types = acceptedTypes(definition);
      if (types === undefined || types.includes(actual)) {
        context.pass();
        continue;
      }
      const expected = nameOf(definition);
      context.fail({
        level: "violation",
        attribute: key,
        expected: `${key} as ${expected}`,
        actual: `a value of type ${actual}`,
        fix:
          actual === "string" && expected.endsWith("[]")
            ? `Pass the array itself, not its text: setAttribute("${key}", [...]).`
            : `Set ${key} with a value of type ${expected}.`,
        clause: context.spec.attributeUrl(key),
        context: { expectedType: expected, actualType: actual },
      });
    }
  },
};

/** The value types that fit, or undefined when any does. */
function acceptedTypes(definition: AttributeDefinition): readonly ValueType[] | undefined {
  const type = nameOf(definition);
  return type === "any" ? undefined : accepted[type];
}

function nameOf(definition: AttributeDefinition): keyof typeof accepted | "any" {
  if (definition.type === "enum") return typeof definition.members?.[0]?.value === "number" ? "int" : "string";
  const template = /^template\[(.+)\]$/.exec(definition.type);
  return (template?.[1] ?? definition.type) as keyof typeof accepted | "any";
}
