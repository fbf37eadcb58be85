import type { JsonSchema } from "../load.ts";
import type { AttributeDefinition, AttributeTypeName, KeyHistory, PrimitiveType } from "../registry.ts";
import { spellingKey } from "../spelling.ts";
import { misspellingPattern } from "./misspelling-pattern.ts";
import { isOwnAttribute } from "./namespaces.ts";

const PRIMITIVES: { readonly [type in PrimitiveType]: JsonSchema } = {
  string: { type: "string" },
  int: { type: "integer" },
  double: { type: "number" },
  boolean: { type: "boolean" },
  "string[]": { type: "array", items: { type: "string" } },
  "int[]": { type: "array", items: { type: "integer" } },
  "double[]": { type: "array", items: { type: "number" } },
  "boolean[]": { type: "array", items: { type: "boolean" } },
  any: {},
};

/** The element type of `template[…]`, or undefined when the type is no template. */
export function templateOf(type: AttributeTypeName): PrimitiveType | undefined {
  const element = /^template\[(.+)\]$/.exec(type)?.[1];
  return element === undefined ? undefined : (element as PrimitiveType);
}

/**
 * The schema of an attribute's plain JSON value; of a template, that of one of its keys' values.
 * @param elsewhere Histories of the enum's values over all versions: what another version lists is no misspelling here.
 */
export function attributeValueSchema(
  key: string,
  attribute: AttributeDefinition,
  elsewhere: { readonly [value: string]: KeyHistory },
): JsonSchema {
  if (attribute.type !== "enum") return PRIMITIVES[templateOf(attribute.type) ?? (attribute.type as PrimitiveType)];
  const values = (attribute.members ?? []).map((member) => member.value);
  if (values.some((value) => typeof value === "number")) return PRIMITIVES.int;
  // Enums outside our namespaces (error.type) are too often filled with words of one's own to call one misspelt.
  return isOwnAttribute(key) ? openEnumSchema(values.map(String), Object.keys(elsewhere)) : PRIMITIVES.string;
}

/** All enums of the conventions are open: any text but a member in another spelling. */
export function openEnumSchema(members: readonly string[], elsewhere: readonly string[] = []): JsonSchema {
  const keys = new Set(members.map(spellingKey));
  const alsoRight = elsewhere.filter((value) => !members.includes(value) && keys.has(spellingKey(value)));
  return {
    anyOf: [
      { enum: [...new Set([...members, ...alsoRight])].sort() },
      { type: "string", not: { pattern: misspellingPattern(members) } },
    ],
  };
}
