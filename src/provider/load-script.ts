import { readFileSync, statSync } from "node:fs";
import { Ajv2020, type AnySchemaObject, type ErrorObject } from "ajv/dist/2020.js";
import { parseDocument } from "yaml";
import type { Fault } from "./fault.ts";
import { readFault } from "./read-fault.ts";
import type { Script, ScriptConversation } from "./script.ts";
import { SettingError } from "./setting-error.ts";

export interface LoadedScript {
  readonly script: Script;
  readonly faults: readonly Fault[];
}

const MAX_SCRIPT_BYTES = 10 << 20;

interface ScriptDocument {
  readonly conversations?: readonly ScriptConversation[];
  readonly faults?: readonly Readonly<Record<string, unknown>>[];
}

/**
 * Reads a script: YAML or JSON of specs/schema/provider-script.schema.json.
 *
 * @throws {SettingError}
 */
export function loadScript(path: string): LoadedScript {
  const where = `--script ${path}`;
  const document = parseDocument(readText(path, where), { prettyErrors: true });
  const [broken] = document.errors;
  if (broken !== undefined) throw new SettingError(where, "YAML or JSON", firstLine(broken.message));
  const content: unknown = document.toJS({ maxAliasCount: 100 });
  const validate = new Ajv2020({ strict: true, allowUnionTypes: true, verbose: true }).compile<ScriptDocument>(
    schema(),
  );
  if (!validate(content)) throw refused(where, validate.errors?.[0], content);
  const { conversations = [], faults = [] } = content as ScriptDocument;
  return {
    script: { conversations },
    faults: faults.map((fault, index) => readFault(fault, `${where}: faults[${index}]`)),
  };
}

function readText(path: string, where: string): string {
  try {
    if (statSync(path).size > MAX_SCRIPT_BYTES) {
      throw new SettingError(where, `a script of at most ${MAX_SCRIPT_BYTES} bytes`, "a larger file");
    }
    return readFileSync(path, "utf8");
  } catch (error) {
    if (error instanceof SettingError) throw error;
    throw new SettingError(where, "a file that can be read", error instanceof Error ? error.message : String(error));
  }
}

function schema(): AnySchemaObject {
  const file = new URL("../../specs/schema/provider-script.schema.json", import.meta.url);
  return JSON.parse(readFileSync(file, "utf8")) as AnySchemaObject;
}

function refused(where: string, error: ErrorObject | undefined, content: unknown): SettingError {
  if (error === undefined || content === null) return new SettingError(where, "a script", "an empty file");
  const at = error.instancePath === "" ? where : `${where}: ${error.instancePath.slice(1).replaceAll("/", ".")}`;
  const word: unknown = error.params["additionalProperty"];
  if (typeof word !== "string")
    return new SettingError(at, `what ${error.message ?? "the schema asks for"}`, "something else");
  const known = Object.keys((error.parentSchema?.["properties"] as object | undefined) ?? {});
  return new SettingError(at, `one of ${known.join(", ")}`, JSON.stringify(word.slice(0, 60)), { word, known });
}

function firstLine(text: string): string {
  return text.split("\n", 1)[0] ?? text;
}
