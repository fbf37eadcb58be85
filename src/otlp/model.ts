/**
 * What both decoders build: one object a message, with the defaults of proto3 for what was not sent (a message field: null).
 * 64-bit integers are bigint, ids are raw bytes, attribute values are the tagged union of value.ts. Only this room sees it; rules
 * see views.
 */
import type { AttributeValue, KeyValue, ValueType } from "./value.ts";

export interface Attribute extends KeyValue {
  /** Worked out once, while decoding. */
  readonly valueType: ValueType;
}

interface Attributed {
  readonly attributes: readonly Attribute[];
  readonly droppedAttributesCount: number;
}

interface EntityRef {
  readonly schemaUrl: string;
  readonly type: string;
  readonly idKeys: readonly string[];
  readonly descriptionKeys: readonly string[];
}

export interface Resource extends Attributed {
  readonly entityRefs: readonly EntityRef[];
}

export interface Scope extends Attributed {
  readonly name: string;
  readonly version: string;
}

export interface TracesData {
  readonly resourceSpans: readonly ResourceSpans[];
}

interface ResourceSpans {
  readonly resource: Resource | null;
  readonly scopeSpans: readonly ScopeSpans[];
  readonly schemaUrl: string;
}

interface ScopeSpans {
  readonly scope: Scope | null;
  readonly spans: readonly Span[];
  readonly schemaUrl: string;
}

export interface Span extends Attributed {
  readonly traceId: Buffer;
  readonly spanId: Buffer;
  readonly traceState: string;
  readonly parentSpanId: Buffer;
  readonly flags: number;
  readonly name: string;
  readonly kind: number;
  readonly startTimeUnixNano: bigint;
  readonly endTimeUnixNano: bigint;
  readonly events: readonly SpanEvent[];
  readonly droppedEventsCount: number;
  readonly links: readonly SpanLink[];
  readonly droppedLinksCount: number;
  readonly status: SpanStatus | null;
}

export interface SpanEvent extends Attributed {
  readonly timeUnixNano: bigint;
  readonly name: string;
}

export interface SpanLink extends Attributed {
  readonly traceId: Buffer;
  readonly spanId: Buffer;
  readonly traceState: string;
  readonly flags: number;
}

interface SpanStatus {
  readonly message: string;
  readonly code: number;
}

export interface LogsData {
  readonly resourceLogs: readonly ResourceLogs[];
}

interface ResourceLogs {
  readonly resource: Resource | null;
  readonly scopeLogs: readonly ScopeLogs[];
  readonly schemaUrl: string;
}

interface ScopeLogs {
  readonly scope: Scope | null;
  readonly logRecords: readonly LogRecord[];
  readonly schemaUrl: string;
}

export interface LogRecord extends Attributed {
  readonly timeUnixNano: bigint;
  readonly observedTimeUnixNano: bigint;
  readonly severityNumber: number;
  readonly severityText: string;
  readonly body: AttributeValue | null;
  readonly flags: number;
  readonly traceId: Buffer;
  readonly spanId: Buffer;
  readonly eventName: string;
}

export interface MetricsData {
  readonly resourceMetrics: readonly ResourceMetrics[];
}

interface ResourceMetrics {
  readonly resource: Resource | null;
  readonly scopeMetrics: readonly ScopeMetrics[];
  readonly schemaUrl: string;
}

interface ScopeMetrics {
  readonly scope: Scope | null;
  readonly metrics: readonly Metric[];
  readonly schemaUrl: string;
}

/** Only what a view tells is typed; the rest of a metric goes through the schema table untouched. */
export interface Metric {
  readonly name: string;
  readonly description: string;
  readonly unit: string;
  readonly gauge: MetricPoints | null;
  readonly sum: MetricPoints | null;
  readonly histogram: MetricPoints | null;
  readonly exponentialHistogram: MetricPoints | null;
  readonly summary: MetricPoints | null;
}

export interface MetricPoints {
  readonly dataPoints: readonly DataPoint[];
}

interface DataPoint {
  readonly attributes: readonly Attribute[];
  readonly exemplars?: readonly Exemplar[];
}

interface Exemplar {
  readonly traceId: Buffer;
  readonly spanId: Buffer;
}
