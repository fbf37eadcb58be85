import type { SpanType } from "../semconv/spec.ts";

/** The keys that every one of these types requires, in the first one's order. */
export function requiredByAll(types: readonly SpanType[]): string[] {
  const [first] = types;
  if (first === undefined) return [];
  return first.span.attributes
    .filter((use) => types.every((type) => type.uses.get(use.key)?.level === "required"))
    .map((use) => use.key);
}

/** Whether every one of these types has the key in its table, whatever its level. */
export function listedByAll(types: readonly SpanType[], key: string): boolean {
  return types.length > 0 && types.every((type) => type.uses.has(key));
}
