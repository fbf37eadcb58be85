import { Ajv2020, type ErrorObject, type ValidateFunction } from "ajv/dist/2020.js";
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
  /** Errors by the conventions' own schema; empty when it holds. */
  lenient(content: unknown): readonly ContentError[];
  /** Errors when each part is judged by its known `type`. */
  strict(content: unknown): readonly ContentError[];
}

/** Bounds what one document can report: the first places are enough to mend it. */
const MOST_ERRORS = 10;

/** Two validators of one schema: one that only says yes or no, and one that says where, which only failing content pays for. */
interface Validators {
  readonly holds: ValidateFunction;
  readonly explains: ValidateFunction;
}

const options = { strict: false, validateFormats: false } as const;
const quick = new Ajv2020(options);
const thorough = new Ajv2020({ ...options, allErrors: true });
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
    return compiled.holds(content) ? [] : errorsOf(compiled.explains, content);
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

function errorsOf(validate: ValidateFunction, content: unknown): ContentError[] {
  validate(content);
  const errors = (validate.errors ?? []).filter((error) => !["anyOf", "oneOf", "if", "allOf"].includes(error.keyword));
  const places = new Map<string, ErrorObject[]>();
  for (const error of errors) {
    const path = pathOf(error);
    const known = places.get(path);
    if (known === undefined) places.set(path, [error]);
    else known.push(error);
  }
  const paths = [...places.keys()];
  // A union reports every branch it tried; the deepest places are the ones in the branch that was meant. A `const` that fails
  // only says which branch it is not.
  const telling = paths.filter((path) => places.get(path)!.some((error) => error.keyword !== "const"));
  return (telling.length > 0 ? telling : paths).slice(0, MOST_ERRORS).map((path) => {
    const atPath = places.get(path)!;
    const error = atPath.find((candidate) => candidate.keyword !== "const") ?? atPath[0]!;
    return { path, ...describe(error) };
  });
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
      return { expected: `a field "${String(error.params["missingProperty"])}"`, actual: "it is missing" };
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
