import { Ajv2020, type ErrorObject, type ValidateFunction } from "ajv/dist/2020.js";
import { foldIndices } from "./fold-indices.ts";
import { loadMessageSchema, type JsonSchema } from "./load.ts";

/** A place in message content that a schema refuses. */
export interface ContentError {
  /** JSON pointer to the value, or to where the missing one belongs: `/0/parts/2/content`. */
  readonly path: string;
  /** What the schema asks for there, without any content. */
  readonly expected: string;
  readonly actual: string;
}

export interface MessageJudge {
  /** Errors by the conventions' own schema, one for all places that differ only in an index; empty when it holds. */
  lenient(content: unknown): readonly ContentError[];
  /** Errors when each part is judged by its known `type`. */
  strict(content: unknown): readonly ContentError[];
}

/** Bounds what one document can report: the first places are enough to mend it. */
const MOST_ERRORS = 10;
/** Bounds how many failed unions of one document are looked into. */
const MOST_UNIONS = 100;

/** Two validators of one schema: one that only says yes or no, and one that says where, which only failing content pays for. */
interface Validators {
  readonly holds: ValidateFunction;
  readonly explains: ValidateFunction;
}

const options = { strict: false, validateFormats: false } as const;
const quick = new Ajv2020(options);
const thorough = new Ajv2020({ ...options, allErrors: true, verbose: true });
const validators = new Map<string, Validators>();

/** The judge of a message attribute's content, or undefined when the version has no schema for it. */
export function messageJudge(version: string, base: string): MessageJudge | undefined {
  const lenient = loadMessageSchema(version, base, "lenient");
  if (lenient === undefined) return undefined;
  return { lenient: judgeBy(lenient), strict: judgeBy(loadMessageSchema(version, base, "strict") ?? lenient) };
}

/** Compiling costs milliseconds: only the first document that has content to judge pays it. */
function judgeBy(schema: JsonSchema): (content: unknown) => readonly ContentError[] {
  let compiled: Validators | undefined;
  return (content) => {
    compiled ??= compile(schema);
    return compiled.holds(content) ? [] : errorsOf(compiled.explains, content, schema["$defs"] ?? {});
  };
}

/** Versions often share a schema but for its $id: those share the compiled one too. */
function compile(schema: JsonSchema): Validators {
  const { $id: _, ...body } = schema;
  const text = JSON.stringify(body);
  let known = validators.get(text);
  if (known === undefined) {
    known = { holds: quick.compile(body), explains: thorough.compile(body) };
    validators.set(text, known);
  }
  return known;
}

function errorsOf(validate: ValidateFunction, content: unknown, definitions: unknown): ContentError[] {
  validate(content);
  const errors = validate.errors ?? [];
  const unions = outermostUnions(errors);
  const places = new Map<string, ContentError>();
  const add = (error: ContentError, replace: boolean): void => {
    const place = foldIndices(error.path);
    if (replace || (!places.has(place) && places.size < MOST_ERRORS)) places.set(place, error);
  };
  for (const error of errors) {
    if (silentKeywords.has(error.keyword) || isWithin(error.instancePath, unions)) continue;
    // Beside a wrong type, a failed `const` or `enum` says nothing more.
    add(
      { path: pathOf(error), ...describe(error) },
      error.keyword === "type" && places.has(foldIndices(pathOf(error))),
    );
  }
  for (const union of [...unions.values()].slice(0, MOST_UNIONS)) {
    for (const error of nearestBranch(union, definitions)) add(error, false);
  }
  return [...places.values()];
}

const unionKeywords: ReadonlySet<string> = new Set(["anyOf", "oneOf"]);
const silentKeywords: ReadonlySet<string> = new Set(["if", "allOf"]);

/** The failed unions that stand in no other failed union, by path, in the order of the document. */
function outermostUnions(errors: readonly ErrorObject[]): ReadonlyMap<string, ErrorObject> {
  const unions = new Map<string, ErrorObject>();
  // A union comes after the errors of its branches, so from the end the outer ones come first.
  for (const error of errors.toReversed()) {
    if (unionKeywords.has(error.keyword) && !isWithin(error.instancePath, unions))
      unions.set(error.instancePath, error);
  }
  return new Map([...unions].toReversed());
}

function isWithin(path: string, places: ReadonlyMap<string, unknown>): boolean {
  if (places.size === 0) return false;
  for (let end = path.length; end >= 0; end = end === 0 ? -1 : path.lastIndexOf("/", end - 1)) {
    if (places.has(path.slice(0, end))) return true;
  }
  return false;
}

const branchValidators = new WeakMap<object, ValidateFunction>();

/**
 * What the nearest branch of a failed union lacks: the one with the fewest errors, the first of several. All branches' errors
 * together would ask a part for the fields of every type there is.
 */
function nearestBranch(union: ErrorObject, definitions: unknown): ContentError[] {
  let nearest: ContentError[] | undefined;
  for (const branch of union.schema as readonly JsonSchema[]) {
    let validate = branchValidators.get(branch);
    if (validate === undefined) {
      validate = thorough.compile({ $defs: definitions, ...branch });
      branchValidators.set(branch, validate);
    }
    const errors = errorsOf(validate, union.data, definitions);
    if (errors.length > 0 && (nearest === undefined || errors.length < nearest.length)) nearest = errors;
  }
  const { instancePath } = union;
  if (nearest === undefined) return [{ path: instancePath, ...describe(union) }];
  return nearest.map((error) => ({ ...error, path: instancePath + error.path }));
}

function pathOf(error: ErrorObject): string {
  return error.keyword === "required"
    ? `${error.instancePath}/${escapePointer(String(error.params["missingProperty"]))}`
    : error.instancePath;
}

function escapePointer(segment: string): string {
  return segment.replaceAll("~", "~0").replaceAll("/", "~1");
}

function describe(error: ErrorObject): { expected: string; actual: string } {
  switch (error.keyword) {
    case "required":
      return {
        expected: `a field "${String(error.params["missingProperty"])}"`,
        actual: `no field "${String(error.params["missingProperty"])}"`,
      };
    case "type":
      return {
        expected: `a value of type ${[error.params["type"]].flat().join(" or ")}`,
        actual: "a value of another type",
      };
    case "enum":
      return { expected: `one of ${(error.params["allowedValues"] as unknown[]).join(", ")}`, actual: "another value" };
    case "const":
      return { expected: `the value ${JSON.stringify(error.params["allowedValue"])}`, actual: "another value" };
    default:
      return { expected: `what the schema's "${error.keyword}" asks for`, actual: "something else" };
  }
}
