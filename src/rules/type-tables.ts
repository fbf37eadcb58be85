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

/** One call and its answer; the run of an agent, or the fetch of a response still at work, need not know a model or an answer's details. */
export function isModelCall({ type }: SpanType): boolean {
  return type === "inference" || type === "embeddings";
}
