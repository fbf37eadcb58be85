import { dataOf } from "../../src/otlp/object-view.ts";
import type { AttributeValue } from "../../src/otlp/value.ts";
import type { OtlpRequest } from "../../src/otlp/view.ts";
import {
  isMessageType,
  referenceMessage,
  rootMessage,
  type ReferenceMessage,
  type ReferenceTree,
  type ReferenceValue,
} from "./reference-schema.ts";

/** Where what the sink decoded first differs from what the reference decoded, or undefined when it is the same. */
export function firstDifference(request: OtlpRequest, tree: ReferenceTree): string | undefined {
  const message = referenceMessage(rootMessage[request.signal]);
  return inMessage(message, dataOf(request) as unknown as Decoded, tree, "");
}

interface Decoded {
  readonly [field: string]: unknown;
}

function inMessage(message: ReferenceMessage, ours: Decoded, tree: ReferenceTree, path: string): string | undefined {
  for (const { name, type, repeated } of message.fields) {
    const theirs = tree[name] as ReferenceValue;
    const value = ours[name];
    const where = `${path}.${name}`;
    if (!repeated) {
      const found = inValue(type, value, theirs, where);
      if (found !== undefined) return found;
      continue;
    }
    const list = theirs as ReferenceValue[];
    if (!Array.isArray(value) || value.length !== list.length) {
      return `${where}: ${Array.isArray(value) ? value.length : typeof value} elements, not ${list.length}`;
    }
    for (let index = 0; index < list.length; index++) {
      const found = inValue(type, value[index], list[index] as ReferenceValue, `${where}[${index}]`);
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

function inValue(type: string, ours: unknown, theirs: ReferenceValue, path: string): string | undefined {
  if (theirs === null || ours === null || ours === undefined) {
    // An AnyValue that was not sent, and one that was sent empty, are both an empty attribute value.
    const alike =
      type === "AnyValue" && path.endsWith(".value")
        ? isUnset(ours) && isEmptyValue(theirs)
        : theirs === null && ours === null;
    return alike ? undefined : `${path}: ${show(ours)}, not ${show(theirs)}`;
  }
  if (type === "AnyValue") return inAnyValue(ours as AttributeValue, theirs as ReferenceTree, path);
  if (isMessageType(type)) return inMessage(referenceMessage(type), ours as Decoded, theirs as ReferenceTree, path);
  const value = ours instanceof Uint8Array ? Buffer.from(ours).toString("hex") : ours;
  return Object.is(value, theirs) ? undefined : `${path}: ${show(value)}, not ${show(theirs)}`;
}

function isUnset(ours: unknown): boolean {
  return typeof ours === "object" && ours !== null && "type" in ours && ours.type === "empty";
}

function isEmptyValue(theirs: ReferenceValue): boolean {
  return theirs === null || Object.values(theirs as ReferenceTree).every((member) => member === null);
}

const members: { readonly [type in Exclude<AttributeValue["type"], "empty">]: readonly [name: string, type: string] } =
  {
    string: ["stringValue", "string"],
    bool: ["boolValue", "bool"],
    int: ["intValue", "int64"],
    double: ["doubleValue", "double"],
    bytes: ["bytesValue", "bytes"],
    array: ["arrayValue", "ArrayValue"],
    kvlist: ["kvlistValue", "KeyValueList"],
  };

function inAnyValue(ours: AttributeValue, theirs: ReferenceTree, path: string): string | undefined {
  if (ours.type === "empty") {
    return isEmptyValue(theirs) ? undefined : `${path}: nothing, not ${show(theirs)}`;
  }
  const [member, type] = members[ours.type];
  const value = theirs[member] as ReferenceValue;
  if (value === null) return `${path}: ${ours.type}, not ${show(theirs)}`;
  const inner = ours.type === "array" || ours.type === "kvlist" ? { values: ours.value } : ours.value;
  return inValue(type, inner, value, `${path}.${member}`);
}

function show(value: unknown): string {
  const text = JSON.stringify(value, (_, one: unknown) => (typeof one === "bigint" ? `${one}n` : one)) ?? "undefined";
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}
