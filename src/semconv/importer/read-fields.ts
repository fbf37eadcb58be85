import type { AttributeTypeName, PrimitiveType, RequirementLevel } from "../registry.ts";
import { ImportError, type Place } from "./import-error.ts";
import type { RawDeprecation, RawLevel, RawMember, RawUse } from "./raw-model.ts";
import { isMap, listOf, mapOf, textOf, wordOf, type YamlMap } from "./yaml-node.ts";

export const SPAN_KINDS = ["client", "server", "internal", "producer", "consumer"] as const;
export const INSTRUMENTS = ["counter", "updowncounter", "gauge", "histogram"] as const;

const LEVELS = [
  "required",
  "conditionally_required",
  "recommended",
  "opt_in",
] as const satisfies readonly RequirementLevel[];
const PRIMITIVES = [
  "string",
  "int",
  "double",
  "boolean",
  "string[]",
  "int[]",
  "double[]",
  "boolean[]",
  "any",
] as const satisfies readonly PrimitiveType[];

/** A type name, or an enum with its members. */
export function readType(value: unknown, place: Place): { type: AttributeTypeName; members?: readonly RawMember[] } {
  if (isMap(value)) {
    return {
      type: "enum",
      members: listOf(value["members"], "members", place).map((member) => readMember(member, place)),
    };
  }
  const name = textOf(value, "type", place);
  const template = /^template\[(.+)\]$/.exec(name);
  if (template !== null) return { type: `template[${wordOf(template[1], PRIMITIVES, "template type", place)}]` };
  return { type: wordOf(name, PRIMITIVES, "type", place) };
}

function readMember(value: unknown, place: Place): RawMember {
  const member = mapOf(value, "member", place);
  const id = textOf(member["id"], "member id", place);
  const raw = member["value"];
  if (typeof raw !== "string" && typeof raw !== "number") {
    throw new ImportError(place, `member ${id} has no value`, "An enum member needs a text or a number.");
  }
  const deprecated = readDeprecation(member["deprecated"], place);
  return { id, value: raw, ...(deprecated === undefined ? {} : { deprecated }) };
}

/** A one-word level, or a one-key mapping from level to condition; undefined when the use states none. */
export function readLevel(value: unknown, place: Place): RawLevel | undefined {
  if (value === undefined) return undefined;
  if (!isMap(value)) return { level: wordOf(value, LEVELS, "requirement_level", place) };
  const entries = Object.entries(value);
  const [entry] = entries;
  if (entry === undefined || entries.length > 1) {
    throw new ImportError(
      place,
      "requirement_level has not exactly one key",
      "Extend the importer if upstream allows more.",
    );
  }
  return {
    level: wordOf(entry[0], LEVELS, "requirement_level", place),
    condition: textOf(entry[1], "condition", place),
  };
}

export function readUse(use: YamlMap, key: string, place: Place): RawUse {
  const level = readLevel(use["requirement_level"], place);
  const sampling = use["sampling_relevant"];
  return {
    key,
    ...(level === undefined ? {} : { level }),
    ...(typeof sampling === "boolean" ? { samplingRelevant: sampling } : {}),
  };
}

/** A plain text (up to 1.34) or `{reason, renamed_to, note}` (from 1.34). */
export function readDeprecation(value: unknown, place: Place): RawDeprecation | undefined {
  if (value === undefined) return undefined;
  if (typeof value === "string") return { reason: "unspecified", replacements: replacementsIn(value) };
  const deprecated = mapOf(value, "deprecated", place);
  const reason = wordOf(deprecated["reason"], ["renamed", "obsoleted", "uncategorized"], "deprecation reason", place);
  if (reason === "renamed") return { reason, replacements: [textOf(deprecated["renamed_to"], "renamed_to", place)] };
  const note = deprecated["note"];
  return { reason, replacements: typeof note === "string" ? replacementsIn(note) : [] };
}

/**
 * The names that a deprecation text offers as replacement. Only the three forms that upstream uses for it count; a name merely
 * mentioned ("use the status description or `error.message` on other signals") does not.
 */
function replacementsIn(text: string): readonly string[] {
  if (!/^(?:Replaced by|Split to|Use ')/.test(text)) return [];
  const quoted = [...text.matchAll(/[`']([\w.]+)[`']/g)].map((match) => match[1] ?? "");
  if (quoted.length > 0) return quoted.filter((name, index) => index === 0 || name.includes("."));
  const bare = /^Replaced by ([\w.]+)$/.exec(text);
  return bare?.[1] === undefined ? [] : [bare[1]];
}
