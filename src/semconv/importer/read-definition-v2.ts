import { ImportError, type Place } from "./import-error.ts";
import type { RawAttribute, RawGroup, RawSignal, RawUse } from "./raw-model.ts";
import { INSTRUMENTS, SPAN_KINDS, readDeprecation, readType, readUse } from "./read-fields.ts";
import { isMap, listOf, mapOf, optionalTextOf, textOf, wordOf, type YamlMap } from "./yaml-node.ts";

interface Section {
  readonly signal: RawSignal;
  /** The field that holds the published name. */
  readonly nameField: string;
  /** What a reference to it starts with. */
  readonly prefix: string;
}

const SECTIONS: { readonly [section: string]: Section } = {
  attribute_groups: { signal: "group", nameField: "id", prefix: "" },
  spans: { signal: "span", nameField: "type", prefix: "span." },
  span_refinements: { signal: "span", nameField: "id", prefix: "span." },
  events: { signal: "event", nameField: "name", prefix: "event." },
  event_refinements: { signal: "event", nameField: "id", prefix: "event." },
  metrics: { signal: "metric", nameField: "name", prefix: "metric." },
  metric_refinements: { signal: "metric", nameField: "id", prefix: "metric." },
  entities: { signal: "entity", nameField: "type", prefix: "entity." },
};

/** Reads a `file_format: definition/2` file (genai repository). Throws ImportError on a section it does not know. */
export function readDefinitionV2(file: YamlMap, place: Place): { attributes: RawAttribute[]; groups: RawGroup[] } {
  const attributes: RawAttribute[] = [];
  const groups: RawGroup[] = [];
  for (const [name, value] of Object.entries(file)) {
    if (name === "file_format") continue;
    if (name === "attributes") {
      for (const item of listOf(value, name, place))
        attributes.push(readAttribute(mapOf(item, "attribute", place), place));
      continue;
    }
    const section = SECTIONS[name];
    if (section === undefined) {
      throw new ImportError(place, `unknown section "${name}"`, "The importer would lose what it holds: extend it.");
    }
    for (const item of listOf(value, name, place)) groups.push(readGroup(mapOf(item, name, place), section, place));
  }
  return { attributes, groups };
}

function readAttribute(attribute: YamlMap, place: Place): RawAttribute {
  const key = textOf(attribute["key"], "key", place);
  const here = { ...place, id: key };
  const deprecated = readDeprecation(attribute["deprecated"], here);
  const annotations = attribute["annotations"];
  const typeNotes = isMap(annotations) ? annotations["type"] : undefined;
  const schemaFile = isMap(typeNotes) ? optionalTextOf(typeNotes["json_schema"], "json_schema", here) : undefined;
  return {
    key,
    place: here,
    ...readType(attribute["type"], here),
    stability: textOf(attribute["stability"], "stability", here),
    ...(deprecated === undefined ? {} : { deprecated }),
    ...(schemaFile === undefined ? {} : { schemaFile }),
  };
}

function readGroup(group: YamlMap, section: Section, place: Place): RawGroup {
  const name = textOf(group[section.nameField], section.nameField, place);
  const here = { ...place, id: name };
  const refined = optionalTextOf(group["ref"], "ref", here);
  const stability = optionalTextOf(group["stability"], "stability", here);
  const deprecated = readDeprecation(group["deprecated"], here);
  const own = readUses(group[section.signal === "entity" ? "identity" : "attributes"], here);
  return {
    reference: section.prefix + name,
    place: here,
    signal: section.signal,
    name,
    ...own,
    ...(refined === undefined ? {} : { parent: section.prefix + refined }),
    ...(stability === undefined ? {} : { stability }),
    ...(deprecated === undefined ? {} : { deprecated }),
    ...(group["kind"] === undefined ? {} : { kind: wordOf(group["kind"], SPAN_KINDS, "kind", here) }),
    ...(group["instrument"] === undefined
      ? {}
      : { instrument: wordOf(group["instrument"], INSTRUMENTS, "instrument", here) }),
    ...(group["unit"] === undefined ? {} : { unit: textOf(group["unit"], "unit", here) }),
    ...(section.signal === "entity" ? { describes: readUses(group["description"], here).uses } : {}),
  };
}

function readUses(value: unknown, place: Place): { uses: RawUse[]; includes: string[] } {
  const uses: RawUse[] = [];
  const includes: string[] = [];
  for (const item of listOf(value, "attributes", place)) {
    const use = mapOf(item, "attribute", place);
    if (use["ref_group"] !== undefined) {
      includes.push(textOf(use["ref_group"], "ref_group", place));
    } else {
      const key = textOf(use["ref"], "ref or ref_group", place);
      uses.push(readUse(use, key, { ...place, id: `${place.id ?? ""} › ${key}` }));
    }
  }
  return { uses, includes };
}
