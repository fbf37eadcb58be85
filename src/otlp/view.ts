import type { AttributeValue, ValueType } from "./value.ts";

/**
 * Everything a reader of telemetry may ask of an object with attributes. Behind the view there may be a decoded object or bytes
 * read in place; both answer alike. When a key stands twice (the OTLP data model forbids it), the first one answers.
 */
export interface AttributesView {
  /** How many attributes were sent, repeated keys included. */
  readonly attributeCount: number;
  /** The key at a position, 0 … attributeCount − 1. */
  attributeKey(index: number): string;
  /** The type of the value at a position, without building the value. */
  attributeType(index: number): ValueType;
  /** The value of a key, or undefined when the key is absent. */
  attribute(key: string): AttributeValue | undefined;
}

export interface ResourceView extends AttributesView {
  /** resource_spans.schema_url (or resource_logs, resource_metrics); "" when not sent. */
  readonly schemaUrl: string;
}

export interface ScopeView extends AttributesView {
  readonly name: string;
  readonly version: string;
  /** scope_spans.schema_url; "" when not sent. */
  readonly schemaUrl: string;
}

export interface EventView extends AttributesView {
  readonly name: string;
  readonly timeUnixNano: bigint;
}

export interface LinkView extends AttributesView {
  readonly traceId: string;
  readonly spanId: string;
}

/**
 * A span as rules see it; valid only while the request it came in is being checked, so nothing may hold on to it.
 * Ids are lower-case hex, "" when empty. Times are nanoseconds since the Unix epoch. `kind` and `statusCode` are the numbers
 * of opentelemetry-proto trace/v1 (kind 0 unspecified, 1 internal, 2 server, 3 client, 4 producer, 5 consumer; status 0 unset,
 * 1 ok, 2 error).
 */
export interface SpanView extends AttributesView {
  readonly name: string;
  readonly kind: number;
  readonly statusCode: number;
  readonly statusMessage: string;
  readonly traceId: string;
  readonly spanId: string;
  /** Whether all its bytes are zeros; told without making a text of it. */
  readonly isTraceIdZero: boolean;
  readonly isSpanIdZero: boolean;
  readonly parentSpanId: string;
  readonly traceState: string;
  readonly flags: number;
  readonly startTimeUnixNano: bigint;
  readonly endTimeUnixNano: bigint;
  readonly events: readonly EventView[];
  readonly links: readonly LinkView[];
  readonly resource: ResourceView;
  readonly scope: ScopeView;
}

export interface LogRecordView extends AttributesView {
  /** log record event_name; "" when not sent. */
  readonly eventName: string;
  readonly severityNumber: number;
  readonly timeUnixNano: bigint;
  readonly traceId: string;
  readonly spanId: string;
  readonly body: AttributeValue | undefined;
  readonly resource: ResourceView;
  readonly scope: ScopeView;
}

export type MetricKind = "gauge" | "sum" | "histogram" | "exponential_histogram" | "summary" | "none";

export interface MetricView {
  readonly name: string;
  readonly unit: string;
  readonly kind: MetricKind;
  /** Number of data points; a metric's points are what `received.metrics` does not count. */
  readonly pointCount: number;
  /** The attributes of a data point, 0 … pointCount − 1. */
  point(index: number): AttributesView;
  readonly resource: ResourceView;
  readonly scope: ScopeView;
}

export type Signal = "traces" | "logs" | "metrics";

/** One decoded Export*ServiceRequest. Views handed to the visitor live only for that call. */
export interface TraceRequest {
  readonly signal: "traces";
  readonly spanCount: number;
  forEachSpan(visit: (span: SpanView) => void): void;
  /** Called once for each resource and scope pair, spans or none. */
  forEachScope(visit: (resource: ResourceView, scope: ScopeView, spanCount: number) => void): void;
}

export interface LogsRequest {
  readonly signal: "logs";
  readonly recordCount: number;
  forEachRecord(visit: (record: LogRecordView) => void): void;
}

export interface MetricsRequest {
  readonly signal: "metrics";
  readonly metricCount: number;
  forEachMetric(visit: (metric: MetricView) => void): void;
}

export type OtlpRequest = TraceRequest | LogsRequest | MetricsRequest;
