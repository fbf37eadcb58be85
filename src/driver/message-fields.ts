import type { FieldSpec } from "../otlp/schema.ts";

/** A message of the object model, read by the names of its schema. */
export interface Message {
  readonly [field: string]: unknown;
}

/** Whether proto3 leaves a field out: absent, empty or zero. */
export function isDefault({ repeated }: FieldSpec, value: unknown): boolean {
  if (value === null || value === undefined) return true;
  if (repeated) return (value as readonly unknown[]).length === 0;
  if (value instanceof Uint8Array) return value.length === 0;
  return value === "" || value === false || value === 0n || value === 0;
}

/** The ids of a span or of a link. */
export function spanIds({ traceId, spanId }: Message): { traceId: Uint8Array; spanId: Uint8Array } {
  return { traceId: traceId as Uint8Array, spanId: spanId as Uint8Array };
}

/** A span's parent is in the span's own trace. */
export function parentIds({ traceId, parentSpanId }: Message): { traceId: Uint8Array; spanId: Uint8Array } {
  return { traceId: traceId as Uint8Array, spanId: parentSpanId as Uint8Array };
}
