import type { ContentEdit } from "./broken-scenario.ts";

interface Place {
  readonly parent: { [name: string]: unknown } | unknown[];
  readonly name: string;
}

/** Whether the edit's place is in the content. */
export function canEdit(content: unknown, edit: ContentEdit): boolean {
  return edit.at === "" ? edit.set !== undefined : placeOf(content, segmentsOf(edit.at), edit) !== undefined;
}

/** Makes the edit and returns the content, which is changed in place but for its root. */
export function editContent(content: unknown, edit: ContentEdit): unknown {
  if (edit.at === "") return edit.set;
  const place = placeOf(content, segmentsOf(edit.at), edit);
  if (place === undefined) return content;
  const { parent, name } = place;
  if (Array.isArray(parent)) {
    if (edit.set === undefined) parent.splice(Number(name), 1);
    else parent[Number(name)] = edit.set;
    return content;
  }
  if (edit.rename !== undefined) parent[edit.rename] = parent[name];
  if (edit.set === undefined) delete parent[name];
  else parent[name] = edit.set;
  return content;
}

function segmentsOf(pointer: string): string[] {
  return pointer
    .slice(1)
    .split("/")
    .map((segment) => segment.replaceAll("~1", "/").replaceAll("~0", "~"));
}

function placeOf(value: unknown, [name, ...rest]: readonly string[], edit: ContentEdit): Place | undefined {
  if (name === undefined || !isContainer(value)) return undefined;
  const names = name === "*" && Array.isArray(value) ? Object.keys(value) : [name];
  for (const each of names) {
    const place = rest.length === 0 ? lastPlace(value, each, edit) : placeOf(childOf(value, each), rest, edit);
    if (place !== undefined) return place;
  }
  return undefined;
}

/** A field that is to be set may be a new one; one that is to go or to be renamed must be there. */
function lastPlace(parent: Place["parent"], name: string, edit: ContentEdit): Place | undefined {
  if (edit.of !== undefined && (Array.isArray(parent) || parent["type"] !== edit.of)) return undefined;
  const mayBeNew = edit.set !== undefined && !Array.isArray(parent);
  return mayBeNew || childOf(parent, name) !== undefined ? { parent, name } : undefined;
}

function childOf(parent: Place["parent"], name: string): unknown {
  if (Array.isArray(parent)) return parent[Number(name)];
  return Object.hasOwn(parent, name) ? parent[name] : undefined;
}

function isContainer(value: unknown): value is Place["parent"] {
  return typeof value === "object" && value !== null;
}
