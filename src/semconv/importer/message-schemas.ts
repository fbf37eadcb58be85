import type { JsonSchema } from "../load.ts";
import { ImportError, type Place } from "./import-error.ts";
import { schemaId } from "./schema-id.ts";
import { isMap, mapOf } from "./yaml-node.ts";

const DRAFT = "https://json-schema.org/draft/2020-12/schema";

/** Keywords whose value is a mapping from names to schemas. */
const TABLES = ["$defs", "properties"];
/** Keywords whose value is a schema or a list of schemas. */
const APPLICATORS = ["anyOf", "oneOf", "items"];
/** Keywords that are facts as they stand. */
const FACTS = ["$ref", "additionalProperties", "const", "deprecated", "enum", "required", "type"];
/** Prose, and `format` (only ever `binary`, which says nothing of a JSON text). */
const DROPPED = ["$schema", "default", "description", "examples", "format", "title"];

/** The two schema files of one message type: path below specs/ → schema. */
export function messageSchemas(
  version: string,
  base: string,
  source: JsonSchema,
  place: Place,
): ReadonlyMap<string, JsonSchema> {
  const lenient = factsOf(source, place);
  const definitions = isMap(lenient["$defs"]) ? lenient["$defs"] : {};
  const strict = strictOf(lenient, definitions);
  const path = `${version}/messages/${base}`;
  return new Map(
    [
      { file: `${path}.schema.json`, schema: lenient },
      { file: `${path}.strict.schema.json`, schema: strict },
    ].map(({ file, schema }) => [file, { $schema: DRAFT, $id: schemaId(file), ...schema }]),
  );
}

/**
 * Upstream's schema without its prose. The reference to the draft-07 meta-schema (parameters of a tool) becomes an object, so that
 * nothing is fetched. Throws ImportError on a keyword it does not know.
 */
function factsOf(schema: JsonSchema, place: Place): JsonSchema {
  const facts: { [keyword: string]: unknown } = {};
  for (const [keyword, value] of Object.entries(schema)) {
    if (keyword === "$ref" && typeof value === "string" && !value.startsWith("#")) {
      if (!value.startsWith("http://json-schema.org/draft-07/schema")) {
        throw new ImportError(
          place,
          `reference to "${value}" outside the file`,
          "Extend the importer: it must not need the network.",
        );
      }
      facts["type"] = "object";
    } else if (TABLES.includes(keyword)) {
      facts[keyword] = mapValues(mapOf(value, keyword, place), (child) => factsOf(mapOf(child, keyword, place), place));
    } else if (APPLICATORS.includes(keyword)) {
      facts[keyword] = mapSchemas(value, (child) => factsOf(mapOf(child, keyword, place), place));
    } else if (FACTS.includes(keyword)) {
      facts[keyword] = keyword === "required" && Array.isArray(value) ? value.map(String).toSorted() : value;
    } else if (!DROPPED.includes(keyword)) {
      throw new ImportError(
        place,
        `unknown JSON Schema keyword "${keyword}"`,
        "Say in the importer whether it is a fact or prose.",
      );
    }
  }
  return facts;
}

/**
 * Every union of parts that ends in a catch-all becomes a choice by `type`: a part of a known type must satisfy that type's own
 * definition, any other one the catch-all.
 */
function strictOf(schema: JsonSchema, definitions: JsonSchema): JsonSchema {
  const branches = schema["anyOf"] ?? schema["oneOf"];
  const choice = Array.isArray(branches) ? choiceByType(branches, definitions) : undefined;
  if (choice !== undefined) return choice;
  const strict: { [keyword: string]: unknown } = {};
  for (const [keyword, value] of Object.entries(schema)) {
    const recurse = (child: unknown): unknown => (isMap(child) ? strictOf(child, definitions) : child);
    if (TABLES.includes(keyword) && isMap(value)) strict[keyword] = mapValues(value, recurse);
    else if (APPLICATORS.includes(keyword)) strict[keyword] = mapSchemas(value, recurse);
    else strict[keyword] = value;
  }
  return strict;
}

function choiceByType(branches: readonly unknown[], definitions: JsonSchema): JsonSchema | undefined {
  const parts = branches.map((branch) => ({ branch, type: partType(branch, definitions) }));
  const known = parts.flatMap(({ branch, type }) =>
    typeof type?.const === "string" ? [{ branch, type: type.const }] : [],
  );
  const generic = parts
    .filter(({ type }) => type !== undefined && type.const === undefined)
    .map(({ branch }) => branch);
  const [otherwise] = generic;
  if (known.length === 0 || generic.length !== 1 || known.length + generic.length !== parts.length) return undefined;
  return {
    type: "object",
    required: ["type"],
    properties: { type: { type: "string" } },
    allOf: [
      // oxlint-disable-next-line unicorn/no-thenable -- a keyword of JSON Schema
      ...known.map(({ branch, type }) => ({ if: hasType({ const: type }), then: branch })),
      { if: hasType({ enum: known.map(({ type }) => type).sort() }), else: otherwise },
    ],
  };
}

function hasType(schema: JsonSchema): JsonSchema {
  return { required: ["type"], properties: { type: schema } };
}

/** The `type` property of the definition that a branch refers to, when that is an object that requires one. */
function partType(branch: unknown, definitions: JsonSchema): JsonSchema | undefined {
  const reference = isMap(branch) ? branch["$ref"] : undefined;
  if (typeof reference !== "string") return undefined;
  const definition = definitions[reference.replace("#/$defs/", "")];
  if (!isMap(definition) || !isMap(definition["properties"])) return undefined;
  const type = definition["properties"]["type"];
  return isMap(type) ? type : undefined;
}

function mapSchemas(value: unknown, change: (child: unknown) => unknown): unknown {
  return Array.isArray(value) ? value.map(change) : change(value);
}

function mapValues(table: JsonSchema, change: (child: unknown) => unknown): JsonSchema {
  return Object.fromEntries(Object.entries(table).map(([name, child]) => [name, change(child)]));
}
