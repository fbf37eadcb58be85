/**
 * Attributes as plain JSON. A number without a fraction is an int; what plain JSON cannot say is an object with one key:
 * `{"double": 10}`, `{"int": "9007199254740993"}`, `{"bytes": "<base64>"}`, `{"structured": …}` (a kvlist or an array of them).
 */
export interface PlainAttributes {
  readonly [key: string]: unknown;
}

export interface PlainSpan {
  readonly name: string;
  readonly kind: string;
  readonly status?: string;
  readonly attributes: PlainAttributes;
  readonly traceId?: string;
  readonly spanId?: string;
  readonly parentSpanId?: string;
  /** Nanoseconds since the Unix epoch; without them the span took one, long ago. */
  readonly start?: string;
  readonly end?: string;
}

export interface PlainScope {
  readonly resource?: PlainAttributes;
  readonly scope?: string;
  readonly schemaUrl?: string;
  readonly spans: readonly PlainSpan[];
}

const kinds = ["UNSPECIFIED", "INTERNAL", "SERVER", "CLIENT", "PRODUCER", "CONSUMER"];
const statuses = ["UNSET", "OK", "ERROR"];

/** An ExportTraceServiceRequest in OTLP/JSON; each entry is a resource of its own with one scope. */
export function requestOf(scopes: readonly PlainScope[]): string {
  return JSON.stringify({
    resourceSpans: scopes.map(({ resource = {}, scope = "", schemaUrl = "", spans }) => ({
      resource: { attributes: keyValues(resource) },
      scopeSpans: [{ scope: { name: scope }, schemaUrl, spans: spans.map(spanOf) }],
    })),
  });
}

/** An ExportLogsServiceRequest of records that have an event name. */
export function logsRequestOf(eventNames: readonly string[]): string {
  const logRecords = eventNames.map((eventName) => ({ eventName }));
  return JSON.stringify({ resourceLogs: [{ scopeLogs: [{ logRecords }] }] });
}

/** An ExportMetricsServiceRequest of gauges without points. */
export function metricsRequestOf(names: readonly string[]): string {
  const metrics = names.map((name) => ({ name, gauge: { dataPoints: [] } }));
  return JSON.stringify({ resourceMetrics: [{ scopeMetrics: [{ metrics }] }] });
}

function spanOf(span: PlainSpan): object {
  const {
    name,
    kind,
    status = "UNSET",
    attributes,
    traceId = "0".repeat(31) + "1",
    spanId = "0".repeat(15) + "1",
    parentSpanId,
    start = "1",
    end = "2",
  } = span;
  return {
    traceId,
    spanId,
    ...(parentSpanId === undefined ? {} : { parentSpanId }),
    name,
    kind: position(kinds, kind),
    startTimeUnixNano: start,
    endTimeUnixNano: end,
    attributes: keyValues(attributes),
    status: { code: position(statuses, status) },
  };
}

function position(names: readonly string[], name: string): number {
  const index = names.indexOf(name);
  if (index < 0) throw new Error(`expected one of ${names.join(", ")}, found "${name}"`);
  return index;
}

function keyValues(attributes: PlainAttributes): object[] {
  return Object.entries(attributes).map(([key, value]) => ({ key, value: anyValue(value, false) }));
}

function anyValue(value: unknown, structured: boolean): object {
  if (value === null) return {};
  if (typeof value === "string") return { stringValue: value };
  if (typeof value === "boolean") return { boolValue: value };
  if (typeof value === "number") return Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value };
  if (Array.isArray(value)) return { arrayValue: { values: value.map((element) => anyValue(element, structured)) } };
  const entries = Object.entries(value as object);
  if (structured) {
    return { kvlistValue: { values: entries.map(([key, element]) => ({ key, value: anyValue(element, true) })) } };
  }
  const [kind, inner] = entries[0] ?? [];
  switch (kind) {
    case "double":
      return { doubleValue: inner };
    case "int":
      return { intValue: inner };
    case "bytes":
      return { bytesValue: inner };
    case "structured":
      return anyValue(inner, true);
    default:
      throw new Error(`an attribute is {"double"}, {"int"}, {"bytes"} or {"structured"}, found "${kind}"`);
  }
}
