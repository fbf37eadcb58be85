import type { BodyField } from "../registry.ts";
import type { Place } from "./import-error.ts";
import type { RawAttribute, RawBodyField, RawGroup, RawSignal, RawUse } from "./raw-model.ts";
import { INSTRUMENTS, SPAN_KINDS, readDeprecation, readLevel, readType, readUse } from "./read-fields.ts";
import { listOf, mapOf, optionalTextOf, textOf, wordOf, type YamlMap } from "./yaml-node.ts";

/** Reads a `groups:` file (core repository, 1.26.0 … 1.41.1). */
export function readGroupsV1(file: YamlMap, place: Place): { attributes: RawAttribute[]; groups: RawGroup[] } {
  const attributes: RawAttribute[] = [];
  const groups: RawGroup[] = [];
  for (const value of listOf(file["groups"], "groups", place)) {
    const group = mapOf(value, "group", place);
    const id = textOf(group["id"], "group id", place);
    const here = { ...place, id };
    const prefix = optionalTextOf(group["prefix"], "prefix", here);
    const uses: RawUse[] = [];
    const describes: RawUse[] = [];
    const signal = readSignal(group["type"], here);
    for (const item of listOf(group["attributes"], "attributes", here)) {
      const attribute = mapOf(item, "attribute", here);
      const isDefinition = attribute["id"] !== undefined;
      const name = textOf(isDefinition ? attribute["id"] : attribute["ref"], "attribute id or ref", here);
      const key = isDefinition && prefix !== undefined ? `${prefix}.${name}` : name;
      if (isDefinition) attributes.push(readAttribute(attribute, key, { ...here, id: `${id} › ${key}` }));
      const use = readUse(attribute, key, { ...here, id: `${id} › ${key}` });
      (attribute["role"] === "descriptive" ? describes : uses).push(use);
    }
    groups.push(
      readGroup(group, { reference: id, place: here, signal, name: nameOf(group, id, signal), uses, describes }),
    );
  }
  return { attributes, groups };
}

function readAttribute(attribute: YamlMap, key: string, place: Place): RawAttribute {
  const deprecated = readDeprecation(attribute["deprecated"], place);
  return {
    key,
    place,
    ...readType(attribute["type"], place),
    stability: optionalTextOf(attribute["stability"], "stability", place) ?? "experimental",
    ...(deprecated === undefined ? {} : { deprecated }),
  };
}

type GroupCore = Pick<RawGroup, "reference" | "place" | "signal" | "name" | "uses" | "describes">;

function readGroup(group: YamlMap, core: GroupCore): RawGroup {
  const { place, signal } = core;
  const parent = optionalTextOf(group["extends"], "extends", place);
  const stability = optionalTextOf(group["stability"], "stability", place);
  const deprecated = readDeprecation(group["deprecated"], place);
  return {
    ...core,
    includes: [],
    ...(parent === undefined ? {} : { parent }),
    ...(stability === undefined ? {} : { stability }),
    ...(deprecated === undefined ? {} : { deprecated }),
    ...(group["span_kind"] === undefined ? {} : { kind: wordOf(group["span_kind"], SPAN_KINDS, "span_kind", place) }),
    ...(signal === "metric"
      ? {
          instrument: wordOf(group["instrument"], INSTRUMENTS, "instrument", place),
          unit: textOf(group["unit"], "unit", place),
        }
      : {}),
    ...(group["body"] === undefined ? {} : { body: readBody(mapOf(group["body"], "body", place), place) }),
  };
}

/** A group without a type is a span (1.28 … 1.30); `resource` became `entity` in 1.34. */
function readSignal(type: unknown, place: Place): RawSignal {
  const word = wordOf(
    type ?? "span",
    ["attribute_group", "span", "event", "metric", "entity", "resource"],
    "group type",
    place,
  );
  if (word === "attribute_group") return "group";
  return word === "resource" ? "entity" : word;
}

function nameOf(group: YamlMap, id: string, signal: RawSignal): string {
  const place = { version: "", file: "", id };
  if (signal === "event" || signal === "entity") return optionalTextOf(group["name"], "name", place) ?? id;
  if (signal === "metric") return textOf(group["metric_name"], "metric_name", place);
  return id.replace(/^span\./, "");
}

function readBody(field: YamlMap, place: Place): RawBodyField {
  const id = textOf(field["id"], "body field id", place);
  const here = { ...place, id: `${place.id ?? ""} › body ${id}` };
  const members = listOf(field["members"], "members", here).map((member) =>
    String(mapOf(member, "member", here)["value"]),
  );
  const fields = listOf(field["fields"], "fields", here).map((child) =>
    readBody(mapOf(child, "body field", here), place),
  );
  return {
    id,
    type: textOf(field["type"], "body field type", here) satisfies BodyField["type"],
    level: readLevel(field["requirement_level"], here) ?? { level: "recommended" },
    ...(members.length === 0 ? {} : { members }),
    ...(fields.length === 0 ? {} : { fields }),
  };
}
