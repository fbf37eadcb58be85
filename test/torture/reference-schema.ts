/**
 * The OTLP messages a second time, written down apart from src/otlp/schema.ts and read by the reference decoders only, so that a
 * wrong number or type in one of the two tables shows as a difference. Each field is `number type name`, a star before the type
 * says repeated, a question mark optional, and `oneof:` before the number its oneof.
 */
const text: { readonly [message: string]: string } = {
  ExportTraceServiceRequest: "1 *ResourceSpans resourceSpans",
  ResourceSpans: "1 Resource resource, 2 *ScopeSpans scopeSpans, 3 string schemaUrl",
  ScopeSpans: "1 Scope scope, 2 *Span spans, 3 string schemaUrl",
  Span:
    "1 bytes traceId, 2 bytes spanId, 3 string traceState, 4 bytes parentSpanId, 5 string name, 6 enum kind, " +
    "7 fixed64 startTimeUnixNano, 8 fixed64 endTimeUnixNano, 9 *KeyValue attributes, 10 uint32 droppedAttributesCount, " +
    "11 *Event events, 12 uint32 droppedEventsCount, 13 *Link links, 14 uint32 droppedLinksCount, 15 Status status, " +
    "16 fixed32 flags",
  Event: "1 fixed64 timeUnixNano, 2 string name, 3 *KeyValue attributes, 4 uint32 droppedAttributesCount",
  Link:
    "1 bytes traceId, 2 bytes spanId, 3 string traceState, 4 *KeyValue attributes, 5 uint32 droppedAttributesCount, " +
    "6 fixed32 flags",
  Status: "2 string message, 3 enum code",

  ExportLogsServiceRequest: "1 *ResourceLogs resourceLogs",
  ResourceLogs: "1 Resource resource, 2 *ScopeLogs scopeLogs, 3 string schemaUrl",
  ScopeLogs: "1 Scope scope, 2 *LogRecord logRecords, 3 string schemaUrl",
  LogRecord:
    "1 fixed64 timeUnixNano, 2 enum severityNumber, 3 string severityText, 5 AnyValue body, 6 *KeyValue attributes, " +
    "7 uint32 droppedAttributesCount, 8 fixed32 flags, 9 bytes traceId, 10 bytes spanId, 11 fixed64 observedTimeUnixNano, " +
    "12 string eventName",

  ExportMetricsServiceRequest: "1 *ResourceMetrics resourceMetrics",
  ResourceMetrics: "1 Resource resource, 2 *ScopeMetrics scopeMetrics, 3 string schemaUrl",
  ScopeMetrics: "1 Scope scope, 2 *Metric metrics, 3 string schemaUrl",
  Metric:
    "1 string name, 2 string description, 3 string unit, data:5 Gauge gauge, data:7 Sum sum, data:9 Histogram histogram, " +
    "data:10 ExponentialHistogram exponentialHistogram, data:11 Summary summary, 12 *KeyValue metadata",
  Gauge: "1 *NumberPoint dataPoints",
  Sum: "1 *NumberPoint dataPoints, 2 enum aggregationTemporality, 3 bool isMonotonic",
  Histogram: "1 *HistogramPoint dataPoints, 2 enum aggregationTemporality",
  ExponentialHistogram: "1 *ExponentialPoint dataPoints, 2 enum aggregationTemporality",
  Summary: "1 *SummaryPoint dataPoints",
  NumberPoint:
    "2 fixed64 startTimeUnixNano, 3 fixed64 timeUnixNano, value:4 double asDouble, 5 *Exemplar exemplars, " +
    "value:6 sfixed64 asInt, 7 *KeyValue attributes, 8 uint32 flags",
  HistogramPoint:
    "2 fixed64 startTimeUnixNano, 3 fixed64 timeUnixNano, 4 fixed64 count, 5 ?double sum, 6 *fixed64 bucketCounts, " +
    "7 *double explicitBounds, 8 *Exemplar exemplars, 9 *KeyValue attributes, 10 uint32 flags, 11 ?double min, 12 ?double max",
  ExponentialPoint:
    "1 *KeyValue attributes, 2 fixed64 startTimeUnixNano, 3 fixed64 timeUnixNano, 4 fixed64 count, 5 ?double sum, " +
    "6 sint32 scale, 7 fixed64 zeroCount, 8 Buckets positive, 9 Buckets negative, 10 uint32 flags, 11 *Exemplar exemplars, " +
    "12 ?double min, 13 ?double max, 14 double zeroThreshold",
  Buckets: "1 sint32 offset, 2 *uint64 bucketCounts",
  SummaryPoint:
    "2 fixed64 startTimeUnixNano, 3 fixed64 timeUnixNano, 4 fixed64 count, 5 double sum, 6 *Quantile quantileValues, " +
    "7 *KeyValue attributes, 8 uint32 flags",
  Quantile: "1 double quantile, 2 double value",
  Exemplar:
    "2 fixed64 timeUnixNano, value:3 double asDouble, 4 bytes spanId, 5 bytes traceId, value:6 sfixed64 asInt, " +
    "7 *KeyValue filteredAttributes",

  Resource: "1 *KeyValue attributes, 2 uint32 droppedAttributesCount, 3 *EntityRef entityRefs",
  EntityRef: "1 string schemaUrl, 2 string type, 3 *string idKeys, 4 *string descriptionKeys",
  Scope: "1 string name, 2 string version, 3 *KeyValue attributes, 4 uint32 droppedAttributesCount",
  KeyValue: "1 string key, 2 AnyValue value",
  AnyValue:
    "value:1 string stringValue, value:2 bool boolValue, value:3 int64 intValue, value:4 double doubleValue, " +
    "value:5 ArrayValue arrayValue, value:6 KeyValueList kvlistValue, value:7 bytes bytesValue",
  ArrayValue: "1 *AnyValue values",
  KeyValueList: "1 *KeyValue values",
};

export interface ReferenceField {
  readonly number: number;
  readonly name: string;
  readonly type: string;
  readonly repeated: boolean;
  /** Absent and zero differ, though it is no message and no member of a oneof. */
  readonly optional: boolean;
  readonly oneof: string | undefined;
}

export interface ReferenceMessage {
  readonly name: string;
  readonly fields: readonly ReferenceField[];
  readonly byNumber: ReadonlyMap<number, ReferenceField>;
  readonly byName: ReadonlyMap<string, ReferenceField>;
}

const messages: ReadonlyMap<string, ReferenceMessage> = new Map(
  Object.entries(text).map(([name, line]) => {
    const fields = line.split(", ").map((item): ReferenceField => {
      const [, oneof, number, mark, type, field] = /^(?:(\w+):)?(\d+) ([*?]?)(\w+) (\w+)$/.exec(item) ?? [];
      if (number === undefined || type === undefined || field === undefined) throw new TypeError(`${name}: "${item}"`);
      return { number: Number(number), name: field, type, repeated: mark === "*", optional: mark === "?", oneof };
    });
    const message = {
      name,
      fields,
      byNumber: new Map(fields.map((field) => [field.number, field])),
      byName: new Map(fields.map((field) => [field.name, field])),
    };
    return [name, message] as const;
  }),
);

export function referenceMessage(name: string): ReferenceMessage {
  const message = messages.get(name);
  if (message === undefined) throw new TypeError(`no message ${name}`);
  return message;
}

export const isMessageType = (type: string): boolean => messages.has(type);

export type Signal = "traces" | "logs" | "metrics";

export const rootMessage: { readonly [signal in Signal]: string } = {
  traces: "ExportTraceServiceRequest",
  logs: "ExportLogsServiceRequest",
  metrics: "ExportMetricsServiceRequest",
};

export const signals: readonly Signal[] = ["traces", "logs", "metrics"];

/** Lengths of ids in bytes; only a span must have its own two (opentelemetry-proto, trace/v1, logs/v1, metrics/v1). */
export function idLength(field: string): number | undefined {
  return { traceId: 16, spanId: 8, parentSpanId: 8 }[field];
}

export function isRequiredId(message: string, field: string): boolean {
  return message === "Span" && (field === "traceId" || field === "spanId");
}

export const is64Bit = (type: string): boolean => /^(?:s?fixed64|u?int64)$/.test(type);

/**
 * A decoded message: by field name, every field of the schema present with its default (a message, a oneof member and an optional
 * scalar: null). 64-bit integers are bigint, bytes hex.
 */
export interface ReferenceTree {
  [field: string]: ReferenceValue;
}

export type ReferenceValue = string | number | bigint | boolean | null | ReferenceTree | ReferenceValue[];

/** A message with nothing set. */
export function emptyTree(message: ReferenceMessage): ReferenceTree {
  const tree: ReferenceTree = {};
  for (const field of message.fields) tree[field.name] = defaultOf(field);
  return tree;
}

function defaultOf({ type, repeated, optional, oneof }: ReferenceField): ReferenceValue {
  if (repeated) return [];
  if (optional || oneof !== undefined || isMessageType(type)) return null;
  if (type === "string" || type === "bytes") return "";
  if (type === "bool") return false;
  return is64Bit(type) ? 0n : 0;
}

/** What a reference decoder says: a message, or why it is none. */
export type ReferenceVerdict =
  | { readonly tree: ReferenceTree; readonly differences: ReadonlySet<string> }
  | { readonly refused: string };

/** Thrown by a reference decoder for what the specifications do not allow. */
export class ReferenceRefusal extends Error {}

/** Holds the ids of a whole decoded message. */
export function checkIds(message: ReferenceMessage, tree: ReferenceTree, path = message.name): void {
  for (const field of message.fields) {
    const value = tree[field.name];
    const length = idLength(field.name);
    if (length !== undefined && field.type === "bytes") {
      const id = value as string;
      const empty = id === "" && !isRequiredId(message.name, field.name);
      if (!empty && id.length !== length * 2) throw new ReferenceRefusal(`${path}.${field.name} is of another length`);
    } else if (isMessageType(field.type) && field.type !== "KeyValue" && field.type !== "AnyValue" && value !== null) {
      const inner = referenceMessage(field.type);
      const list = (field.repeated ? value : [value]) as ReferenceTree[];
      for (const one of list) checkIds(inner, one, `${path}.${field.name}`);
    }
  }
}
