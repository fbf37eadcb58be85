import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import { explainRefusal, type ContentError } from "./explain-refusal.ts";
import { loadMessageSchema, type JsonSchema } from "./load.ts";

export interface MessageJudge {
  /** Errors by the conventions' own schema, one for all places that differ only in an index; empty when it holds. */
  lenient(content: unknown): readonly ContentError[];
  /** Errors when each part is judged by its known `type`. */
  strict(content: unknown): readonly ContentError[];
}

const ajv = new Ajv2020({ strict: false, validateFormats: false });
const validators = new Map<string, ValidateFunction>();

/** The judge of a message attribute's content, or undefined when the version has no schema for it. */
export function messageJudge(version: string, base: string): MessageJudge | undefined {
  const lenient = loadMessageSchema(version, base, "lenient");
  if (lenient === undefined) return undefined;
  return { lenient: judgeBy(lenient), strict: judgeBy(loadMessageSchema(version, base, "strict") ?? lenient) };
}

/** Compiling costs milliseconds: only the first document that has content to judge pays it. */
function judgeBy(schema: JsonSchema): (content: unknown) => readonly ContentError[] {
  let holds: ValidateFunction | undefined;
  return (content) => {
    holds ??= compile(schema);
    return holds(content) ? [] : explainRefusal(schema, content);
  };
}

/** Versions often share a schema but for its $id: those share the compiled one too. */
function compile(schema: JsonSchema): ValidateFunction {
  const { $id: _, ...body } = schema;
  const text = JSON.stringify(body);
  let known = validators.get(text);
  if (known === undefined) {
    known = ajv.compile(body);
    validators.set(text, known);
  }
  return known;
}
