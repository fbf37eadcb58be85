import type { ErrorObject } from "ajv";
import { closest } from "../../semconv/closest.ts";
import type { ScenarioProblem } from "./problem.ts";
import type { Path, Source } from "./source.ts";

type Said = Pick<ScenarioProblem, "expected" | "actual" | "closest">;

/** What ajv found, as problems with their places; what only follows from another is left out. */
export function schemaProblems(errors: readonly ErrorObject[], source: Source): ScenarioProblem[] {
  const told = new Set<string>();
  const problems: ScenarioProblem[] = [];
  for (const error of errors) {
    // What a key's name lacks was said by the pattern that it lacks.
    if (error.keyword === "propertyNames") continue;
    const path = pathOf(error.instancePath, source.data);
    const key = keyOf(error);
    const place = `${error.instancePath} ${key ?? ""}`;
    if (told.has(place)) continue;
    told.add(place);
    problems.push(
      key === undefined
        ? source.problem(path, "value", {
            expected: expectedBy(error),
            ...actual(error.data),
            ...nearestAllowed(error),
          })
        : source.problem([...path, key], "key", unknownKey(error, key)),
    );
  }
  return problems;
}

/** The key that is wrong itself, where it is not its value that is. */
function keyOf({ keyword, params, propertyName }: ErrorObject): string | undefined {
  return keyword === "additionalProperties" ? String(params["additionalProperty"]) : propertyName;
}

function unknownKey(error: ErrorObject, key: string): Said {
  if (error.propertyName !== undefined) return { expected: describe(error), actual: quoted(key) };
  const parent = error.parentSchema as { readonly properties?: object; readonly description?: string };
  const known = Object.keys(parent.properties ?? {});
  return {
    expected: known.length === 0 ? (parent.description ?? "no key") : `one of ${known.join(", ")}`,
    actual: quoted(key),
    ...near(key, known),
  };
}

function expectedBy(error: ErrorObject): string {
  if (error.keyword === "required") return `the key ${String(error.params["missingProperty"])}`;
  if (error.keyword === "uniqueItems") return "each value once";
  const described = describe(error);
  if (error.keyword === "maxProperties" || error.keyword === "minProperties") {
    const { minimum, maximum } = bounds(error);
    return minimum === 1 && maximum === 1 ? `${described} with exactly one key` : described;
  }
  return described;
}

function bounds({ parentSchema }: ErrorObject): { readonly minimum: unknown; readonly maximum: unknown } {
  const parent = parentSchema as { readonly minProperties?: number; readonly maxProperties?: number };
  return { minimum: parent.minProperties, maximum: parent.maxProperties };
}

function describe({ parentSchema, message = "" }: ErrorObject): string {
  const { description } = (parentSchema ?? {}) as { readonly description?: string };
  return description ?? message;
}

function nearestAllowed({ keyword, params, data }: ErrorObject): { readonly closest?: string } {
  if (keyword !== "enum" || typeof data !== "string") return {};
  return near(data, (params["allowedValues"] as readonly unknown[]).map(String));
}

function actual(data: unknown): Pick<Said, "actual"> {
  if (data === null || data === undefined) return { actual: "nothing" };
  if (Array.isArray(data)) return { actual: `a list of ${data.length}` };
  if (typeof data === "object") {
    const keys = Object.keys(data);
    return { actual: keys.length === 0 ? "a mapping without keys" : `a mapping of ${keys.slice(0, 8).join(", ")}` };
  }
  return { actual: typeof data === "string" ? quoted(data) : String(data as number | boolean) };
}

function near(word: string, known: readonly string[]): { readonly closest?: string } {
  const found = closest(word, known);
  return found === undefined ? {} : { closest: found };
}

function quoted(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}

/** A JSON pointer as a path; indices of lists are numbers. */
function pathOf(pointer: string, root: unknown): Path {
  const path: (string | number)[] = [];
  let data = root;
  for (const part of pointer.split("/").slice(1)) {
    const key = part.replaceAll("~1", "/").replaceAll("~0", "~");
    path.push(Array.isArray(data) ? Number(key) : key);
    data = (data as { readonly [key: string]: unknown } | undefined)?.[key];
  }
  return path;
}
