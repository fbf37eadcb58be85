import { isDeepStrictEqual } from "node:util";
import type { SpanSelector } from "./broken-scenario.ts";
import { spanKinds, spanStatuses, type JsonAttribute, type JsonSpan } from "./otlp-json.ts";
import { anyValueOf } from "./plain-value.ts";

/** Whether a span matches a selector. */
export function matches(span: JsonSpan, selector: SpanSelector): boolean {
  const { operation, kind, status, has, lacks, where = {} } = selector;
  const attributes = span.attributes ?? [];
  const sent = attributeOf(attributes, "gen_ai.operation.name")?.value?.stringValue;
  return (
    (operation === undefined || (sent !== undefined && listOf(operation).includes(sent))) &&
    (kind === undefined || spanKinds[span.kind ?? 0] === kind) &&
    (status === undefined || spanStatuses[span.status?.code ?? 0] === status) &&
    listOf(has).every((key) => attributeOf(attributes, key) !== undefined) &&
    listOf(lacks).every((key) => attributeOf(attributes, key) === undefined) &&
    Object.entries(where).every(([key, value]) =>
      isDeepStrictEqual(attributeOf(attributes, key)?.value, anyValueOf(value)),
    )
  );
}

export function attributeOf(attributes: readonly JsonAttribute[], key: string): JsonAttribute | undefined {
  return attributes.find((attribute) => attribute.key === key);
}

/** One or several, as a list; none when absent. */
export function listOf(keys: string | readonly string[] | undefined): readonly string[] {
  if (keys === undefined) return [];
  return typeof keys === "string" ? [keys] : keys;
}
