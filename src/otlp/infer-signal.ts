import { schema } from "./schema.ts";
import type { Signal } from "./view.ts";
import { wireFields, type WireField } from "./wire-fields.ts";

/**
 * What a protobuf message without a name can be: the three Export requests have the same shape down to the item (field 1 a list of
 * resources, in them field 2 a list of scopes, in them field 2 a list of spans, log records or metrics), so the items decide.
 * `none` when there is no item, `ambiguous` when the items fit several signals or no one.
 */
export type InferredSignal = Signal | "none" | "ambiguous";

/** How many items are looked at; the first one nearly always decides. */
const maxItems = 200;

const items: readonly (readonly [Signal, string])[] = [
  ["traces", "Span"],
  ["logs", "LogRecord"],
  ["metrics", "Metric"],
];

export function inferSignal(message: Buffer): InferredSignal {
  const candidates = new Set<Signal>(["traces", "logs", "metrics"]);
  let seen = 0;
  for (const resource of fieldsOf(message, 1)) {
    for (const scope of fieldsOf(resource, 2)) {
      for (const item of fieldsOf(scope, 2)) {
        for (const [signal, name] of items) if (!fits(item, signal, name)) candidates.delete(signal);
        if (++seen === maxItems) return decide(candidates);
      }
    }
  }
  return seen === 0 ? "none" : decide(candidates);
}

function decide(candidates: ReadonlySet<Signal>): InferredSignal {
  const [only, another] = candidates;
  return only === undefined || another !== undefined ? "ambiguous" : only;
}

/** Whether the known fields have their types, and those are there that no real item lacks. */
function fits(item: Buffer, signal: Signal, name: string): boolean {
  const types = wireTypes(name);
  const seen = new Map<number, WireField>();
  for (const field of wireFields(item)) {
    if (field === undefined) return false;
    const type = types.get(field.number);
    if (type !== undefined && type !== field.wireType) return false;
    seen.set(field.number, field);
  }
  const lengthOf = (number: number): number => {
    const field = seen.get(number);
    return field === undefined ? 0 : field.end - field.content;
  };
  switch (signal) {
    case "traces":
      return lengthOf(1) === 16 && lengthOf(2) === 8;
    case "logs":
      return true;
    case "metrics":
      return lengthOf(1) > 0;
  }
}

const wireTypeTables = new Map<string, ReadonlyMap<number, number>>();

function wireTypes(name: string): ReadonlyMap<number, number> {
  let table = wireTypeTables.get(name);
  if (table === undefined) {
    table = new Map(Object.values(schema[name] ?? {}).map(({ number, type }) => [number, wireTypeOf(type)]));
    wireTypeTables.set(name, table);
  }
  return table;
}

function wireTypeOf(type: string): number {
  switch (type) {
    case "fixed64":
    case "sfixed64":
    case "double":
      return 1;
    case "fixed32":
      return 5;
    case "enum":
    case "bool":
    case "int32":
    case "sint32":
    case "uint32":
    case "int64":
    case "uint64":
      return 0;
    default:
      return 2;
  }
}

function* fieldsOf(message: Buffer, number: number): Generator<Buffer> {
  for (const field of wireFields(message)) {
    if (field?.number === number && field.wireType === 2) yield message.subarray(field.content, field.end);
  }
}
