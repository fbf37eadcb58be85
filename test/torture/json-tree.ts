import { integers, texts } from "./interesting.ts";
import type { Random } from "./random.ts";
import {
  idLength,
  is64Bit,
  isMessageType,
  isRequiredId,
  referenceMessage,
  type ReferenceField,
} from "./reference-schema.ts";

/** A JSON text as a tree that can be bent in ways that JSON.stringify cannot write. */
export type JsonNode =
  | { readonly kind: "object"; readonly members: { key: string; value: JsonNode }[] }
  | { readonly kind: "array"; readonly elements: JsonNode[] }
  /** Text as it stands: a number, a quoted string, a literal, or no JSON at all. */
  | { readonly kind: "raw"; readonly text: string };

export const raw = (text: string): JsonNode => ({ kind: "raw", text });
export const quoted = (text: string): JsonNode => raw(JSON.stringify(text));

export function randomJsonMessage(random: Random, name: string, depth = 0): JsonNode {
  const { fields } = referenceMessage(name);
  const kept = fields.filter((field) => isRequiredId(name, field.name) || random.chance(fields.length > 4 ? 40 : 80));
  const oneofs = new Set<string>();
  const members: { key: string; value: JsonNode }[] = [];
  for (const field of kept) {
    if (depth > 12 && /^(array|kvlist)Value$/.test(field.name)) continue;
    if (field.oneof !== undefined && oneofs.has(field.oneof)) continue;
    if (field.oneof !== undefined) oneofs.add(field.oneof);
    const one = (): JsonNode => randomJsonValue(random, name, field, depth);
    const value: JsonNode = field.repeated
      ? { kind: "array", elements: Array.from({ length: random.nat(3) }, one) }
      : one();
    members.push({ key: field.name, value });
  }
  return { kind: "object", members };
}

function randomJsonValue(random: Random, message: string, field: ReferenceField, depth: number): JsonNode {
  const { type } = field;
  if (isMessageType(type)) return randomJsonMessage(random, type, depth + 1);
  switch (type) {
    case "string":
      return quoted(random.pick(texts));
    case "bytes": {
      const length = idLength(field.name);
      if (length === undefined) return quoted(random.bytes(random.nat(20)).toString("base64"));
      const empty = !isRequiredId(message, field.name) && random.chance(30);
      return quoted(empty ? "" : random.bytes(length).toString("hex"));
    }
    case "bool":
      return raw(random.pick(["true", "false"]));
    case "double":
      return raw(random.pick(["0", "-0", "1", "0.1", "1e308", "5e-324", "-1.5E+3", '"NaN"', '"-Infinity"']));
    case "enum":
    case "sint32":
      return raw(random.pick(["0", "1", "3", "17", "-2147483648", "2147483647"]));
    default: {
      const bits = is64Bit(type) ? (type === "int64" || type === "sfixed64" ? 63 : 64) : 32;
      const value = BigInt.asUintN(bits, random.pick(integers)).toString();
      return random.chance(50) ? raw(value) : quoted(value);
    }
  }
}

/** @param style odd numbers give more white space and escapes */
export function writeJson(node: JsonNode, style = 0): string {
  const space = ["", " ", "\n\t", "\r\n"][style % 4] ?? "";
  switch (node.kind) {
    case "raw":
      return node.text;
    case "array":
      return `[${space}${node.elements.map((element) => writeJson(element, style)).join(`${space},`)}${space}]`;
    case "object": {
      const members = node.members.map(
        ({ key, value }) => `${writeKey(key, style)}${space}:${space}${writeJson(value, style)}`,
      );
      return `{${space}${members.join(`,${space}`)}${space}}`;
    }
  }
}

function writeKey(key: string, style: number): string {
  const text = JSON.stringify(key);
  // The same key, its second character written as an escape.
  const second = key.charCodeAt(1);
  if (style % 7 !== 3 || !/^[a-z]{2}/i.test(key)) return text;
  return `"${key[0]}\\u${second.toString(16).padStart(4, "0")}${key.slice(2)}"`;
}

/** A place in the tree where another node can be put. */
export interface JsonPlace {
  readonly node: JsonNode;
  readonly put: (node: JsonNode) => void;
  /** The key of the member, or undefined in an array and at the top. */
  readonly key: string | undefined;
}

export function jsonPlaces(root: { node: JsonNode }): JsonPlace[] {
  const places: JsonPlace[] = [];
  const visit = (place: JsonPlace): void => {
    places.push(place);
    const { node } = place;
    if (node.kind === "object") {
      for (const member of node.members) {
        visit({ node: member.value, key: member.key, put: (value) => void (member.value = value) });
      }
    } else if (node.kind === "array") {
      for (const [index, element] of node.elements.entries()) {
        visit({ node: element, key: undefined, put: (value) => void (node.elements[index] = value) });
      }
    }
  };
  visit({ node: root.node, key: undefined, put: (value) => void (root.node = value) });
  return places;
}

export function cloneJson(node: JsonNode): JsonNode {
  switch (node.kind) {
    case "raw":
      return node;
    case "array":
      return { kind: "array", elements: node.elements.map(cloneJson) };
    case "object":
      return { kind: "object", members: node.members.map(({ key, value }) => ({ key, value: cloneJson(value) })) };
  }
}
