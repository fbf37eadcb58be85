import { foldIndices } from "./fold-indices.ts";
import type { JsonSchema } from "./load.ts";

/** A place in message content that a schema refuses. */
export interface ContentError {
  /** JSON pointer to the value, or to where the missing one belongs: `/0/parts/2/content`. */
  readonly path: string;
  /** What the schema asks for there, without any content. */
  readonly expected: string;
  readonly actual: string;
}

/** Bounds what one document can report: the first places are enough to mend it. */
const MOST_ERRORS = 10;

/**
 * How many values one document's explanation looks at, some with several branches: a hundred thousand messages that differ only in
 * their index would cost a second and add nothing.
 */
const MOST_VISITS = 5_000;

/** The keywords of the message schemas (specs/<version>/messages) that refuse something. */
export const explainedKeywords: readonly string[] = [
  "$ref",
  "type",
  "const",
  "enum",
  "required",
  "properties",
  "items",
  "anyOf",
  "oneOf",
  "allOf",
  "if",
  "then",
  "else",
];

/**
 * Where a message schema refuses content, one error for all places that differ only in an index; empty when it holds. A validator
 * that collects all errors takes quadratic time on a document of nothing but errors, and tells of a union the errors of every
 * branch: a part would be asked for the fields of all types there are. This one stops when it has enough, and tells of a union
 * only what its nearest branch lacks.
 */
export function explainRefusal(schema: JsonSchema, content: unknown): readonly ContentError[] {
  const known: Known = { definitions: tableOf(schema["$defs"]), visitsLeft: MOST_VISITS };
  const errors = errorsOf(schema, content, "", known);
  if (errors.length > 0 || known.visitsLeft > 0) return errors;
  return [
    {
      path: "",
      expected: "content that is valid to its end",
      actual: `an error behind the first ${MOST_VISITS} values`,
    },
  ];
}

/** What is the same for every place of a document. */
interface Known {
  readonly definitions: Definitions;
  visitsLeft: number;
}

type Definitions = { readonly [name: string]: JsonSchema };

class Places {
  readonly errors: ContentError[] = [];

  add(error: ContentError): void {
    if (this.full) return;
    const place = foldIndices(error.path);
    if (this.errors.every((other) => foldIndices(other.path) !== place)) this.errors.push(error);
  }

  get full(): boolean {
    return this.errors.length >= MOST_ERRORS;
  }
}

function errorsOf(schema: JsonSchema, value: unknown, path: string, known: Known): ContentError[] {
  const places = new Places();
  visit(schema, value, path, known, places);
  return places.errors;
}

function visit(schema: JsonSchema, value: unknown, path: string, known: Known, places: Places): void {
  if (places.full || --known.visitsLeft < 0) return;
  const { $ref, type, const: only, enum: allowed } = schema;
  if (typeof $ref === "string")
    visit(known.definitions[$ref.replace("#/$defs/", "")] ?? {}, value, path, known, places);
  if (typeof type === "string" && !isOfType(value, type)) {
    // Beside a wrong type nothing else says more.
    return places.add({ path, expected: `a value of type ${type}`, actual: "a value of another type" });
  }
  if (only !== undefined && value !== only) {
    places.add({ path, expected: `the value ${JSON.stringify(only)}`, actual: "another value" });
  }
  if (Array.isArray(allowed) && !allowed.includes(value)) {
    places.add({ path, expected: `one of ${allowed.join(", ")}`, actual: "another value" });
  }
  for (const union of [schema["anyOf"], schema["oneOf"]]) {
    for (const error of nearestBranch(listOf(union), value, path, known)) places.add(error);
  }
  for (const every of listOf(schema["allOf"])) visit(every, value, path, known, places);
  const condition = schemaOf(schema["if"]);
  if (condition !== undefined) {
    const holds = errorsOf(condition, value, path, known).length === 0;
    const branch = schemaOf(schema[holds ? "then" : "else"]);
    if (branch !== undefined) visit(branch, value, path, known, places);
  }
  if (Array.isArray(value)) {
    const items = schemaOf(schema["items"]);
    if (items === undefined) return;
    for (let index = 0; index < value.length && !places.full && known.visitsLeft > 0; index++) {
      visit(items, value[index], `${path}/${index}`, known, places);
    }
  } else if (isObject(value)) {
    visitFields(schema, value, path, known, places);
  }
}

function visitFields(
  schema: JsonSchema,
  value: { readonly [name: string]: unknown },
  path: string,
  known: Known,
  places: Places,
): void {
  for (const name of (schema["required"] ?? []) as readonly string[]) {
    if (Object.hasOwn(value, name)) continue;
    places.add({ path: `${path}/${escapePointer(name)}`, expected: `a field "${name}"`, actual: `no field "${name}"` });
  }
  for (const [name, field] of Object.entries(tableOf(schema["properties"]))) {
    if (Object.hasOwn(value, name)) visit(field, value[name], `${path}/${escapePointer(name)}`, known, places);
  }
}

/** The errors of the branch that has the fewest, the first of several; none when a branch holds. */
function nearestBranch(
  branches: readonly JsonSchema[],
  value: unknown,
  path: string,
  known: Known,
): readonly ContentError[] {
  let nearest: readonly ContentError[] | undefined;
  for (const branch of branches) {
    const errors = errorsOf(branch, value, path, known);
    if (nearest === undefined || errors.length < nearest.length) nearest = errors;
    if (nearest.length === 0) break;
  }
  return nearest ?? [];
}

function isOfType(value: unknown, type: string): boolean {
  switch (type) {
    case "object":
      return isObject(value);
    case "array":
      return Array.isArray(value);
    case "null":
      return value === null;
    default:
      return typeof value === type;
  }
}

function isObject(value: unknown): value is { readonly [name: string]: unknown } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function schemaOf(value: unknown): JsonSchema | undefined {
  return isObject(value) ? value : undefined;
}

function listOf(value: unknown): readonly JsonSchema[] {
  return Array.isArray(value) ? (value as readonly JsonSchema[]) : [];
}

function tableOf(value: unknown): Definitions {
  return (schemaOf(value) ?? {}) as Definitions;
}

function escapePointer(segment: string): string {
  return /[~/]/.test(segment) ? segment.replaceAll("~", "~0").replaceAll("/", "~1") : segment;
}
