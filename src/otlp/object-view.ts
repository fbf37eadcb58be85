import type {
  Attribute,
  LogRecord,
  LogsData,
  Metric,
  MetricPoints,
  MetricsData,
  Resource,
  Scope,
  Span,
  SpanEvent,
  SpanLink,
  TracesData,
} from "./model.ts";
import type { AttributeValue, ValueType } from "./value.ts";
import type {
  AttributesView,
  EventView,
  LinkView,
  LogRecordView,
  LogsRequest,
  MetricKind,
  MetricsRequest,
  MetricView,
  OtlpRequest,
  ResourceView,
  ScopeView,
  SpanView,
  TraceRequest,
} from "./view.ts";

const noAttributes: readonly Attribute[] = [];
const noEvents: readonly EventView[] = [];
const noLinks: readonly LinkView[] = [];

class ObjectAttributes implements AttributesView {
  protected attributes: readonly Attribute[];

  constructor(attributes: readonly Attribute[]) {
    this.attributes = attributes;
  }

  get attributeCount(): number {
    return this.attributes.length;
  }

  attributeKey(index: number): string {
    return (this.attributes[index] as Attribute).key;
  }

  attributeType(index: number): ValueType {
    return (this.attributes[index] as Attribute).valueType;
  }

  attribute(key: string): AttributeValue | undefined {
    const attributes = this.attributes;
    for (let index = 0; index < attributes.length; index++) {
      const attribute = attributes[index] as Attribute;
      if (attribute.key === key) return attribute.value;
    }
    return undefined;
  }
}

class ObjectResource extends ObjectAttributes implements ResourceView {
  readonly schemaUrl: string;

  constructor(resource: Resource | null, schemaUrl: string) {
    super(resource?.attributes ?? noAttributes);
    this.schemaUrl = schemaUrl;
  }
}

class ObjectScope extends ObjectAttributes implements ScopeView {
  readonly name: string;
  readonly version: string;
  readonly schemaUrl: string;

  constructor(scope: Scope | null, schemaUrl: string) {
    super(scope?.attributes ?? noAttributes);
    this.name = scope?.name ?? "";
    this.version = scope?.version ?? "";
    this.schemaUrl = schemaUrl;
  }
}

class ObjectEvent extends ObjectAttributes implements EventView {
  readonly name: string;
  readonly timeUnixNano: bigint;

  constructor(event: SpanEvent) {
    super(event.attributes);
    this.name = event.name;
    this.timeUnixNano = event.timeUnixNano;
  }
}

class ObjectLink extends ObjectAttributes implements LinkView {
  readonly traceId: string;
  readonly spanId: string;

  constructor(link: SpanLink) {
    super(link.attributes);
    this.traceId = hex(link.traceId);
    this.spanId = hex(link.spanId);
  }
}

function hex(id: Buffer): string {
  return id.length === 0 ? "" : id.toString("hex");
}

function isZero(id: Buffer): boolean {
  for (const byte of id) if (byte !== 0) return false;
  return true;
}

/** One view that is moved from span to span of a request. */
class SpanCursor extends ObjectAttributes implements SpanView {
  resource!: ResourceView;
  scope!: ScopeView;
  private span!: Span;
  private traceIdHex: string | undefined;

  constructor() {
    super(noAttributes);
  }

  move(span: Span): void {
    this.span = span;
    this.attributes = span.attributes;
    this.traceIdHex = undefined;
  }

  get name(): string {
    return this.span.name;
  }

  get kind(): number {
    return this.span.kind;
  }

  get statusCode(): number {
    return this.span.status?.code ?? 0;
  }

  get statusMessage(): string {
    return this.span.status?.message ?? "";
  }

  get traceId(): string {
    return (this.traceIdHex ??= hex(this.span.traceId));
  }

  get spanId(): string {
    return hex(this.span.spanId);
  }

  get isTraceIdZero(): boolean {
    return isZero(this.span.traceId);
  }

  get isSpanIdZero(): boolean {
    return isZero(this.span.spanId);
  }

  get parentSpanId(): string {
    return hex(this.span.parentSpanId);
  }

  get traceState(): string {
    return this.span.traceState;
  }

  get flags(): number {
    return this.span.flags;
  }

  get startTimeUnixNano(): bigint {
    return this.span.startTimeUnixNano;
  }

  get endTimeUnixNano(): bigint {
    return this.span.endTimeUnixNano;
  }

  get events(): readonly EventView[] {
    const { events } = this.span;
    return events.length === 0 ? noEvents : events.map((event) => new ObjectEvent(event));
  }

  get links(): readonly LinkView[] {
    const { links } = this.span;
    return links.length === 0 ? noLinks : links.map((link) => new ObjectLink(link));
  }
}

class LogRecordCursor extends ObjectAttributes implements LogRecordView {
  resource!: ResourceView;
  scope!: ScopeView;
  private record!: LogRecord;

  constructor() {
    super(noAttributes);
  }

  move(record: LogRecord): void {
    this.record = record;
    this.attributes = record.attributes;
  }

  get eventName(): string {
    return this.record.eventName;
  }

  get severityNumber(): number {
    return this.record.severityNumber;
  }

  get timeUnixNano(): bigint {
    return this.record.timeUnixNano;
  }

  get traceId(): string {
    return hex(this.record.traceId);
  }

  get spanId(): string {
    return hex(this.record.spanId);
  }

  get body(): AttributeValue | undefined {
    return this.record.body ?? undefined;
  }
}

const noPoints: MetricPoints = { dataPoints: [] };

class ObjectMetric implements MetricView {
  readonly resource: ResourceView;
  readonly scope: ScopeView;
  readonly kind: MetricKind;
  private readonly metric: Metric;
  private readonly points: MetricPoints;

  constructor(metric: Metric, resource: ResourceView, scope: ScopeView) {
    this.metric = metric;
    this.resource = resource;
    this.scope = scope;
    this.kind = metricKind(metric);
    this.points =
      metric.gauge ?? metric.sum ?? metric.histogram ?? metric.exponentialHistogram ?? metric.summary ?? noPoints;
  }

  get name(): string {
    return this.metric.name;
  }

  get unit(): string {
    return this.metric.unit;
  }

  get pointCount(): number {
    return this.points.dataPoints.length;
  }

  point(index: number): AttributesView {
    const point = this.points.dataPoints[index];
    if (point === undefined) throw new RangeError(`data point ${index} of ${this.pointCount}`);
    return new ObjectAttributes(point.attributes);
  }
}

function metricKind(metric: Metric): MetricKind {
  if (metric.gauge) return "gauge";
  if (metric.sum) return "sum";
  if (metric.histogram) return "histogram";
  if (metric.exponentialHistogram) return "exponential_histogram";
  if (metric.summary) return "summary";
  return "none";
}

interface Group<Item> {
  readonly resource: ResourceView;
  readonly scope: ScopeView;
  readonly items: readonly Item[];
}

/** A resource and scope pair has one view each for as long as the request lives, so a rule may remember it by identity. */
function group<Item>(
  resource: ResourceView,
  scope: { readonly scope: Scope | null; readonly schemaUrl: string },
  items: readonly Item[],
): Group<Item> {
  return { resource, scope: new ObjectScope(scope.scope, scope.schemaUrl), items };
}

function countItems(groups: readonly Group<unknown>[]): number {
  let count = 0;
  for (const { items } of groups) count += items.length;
  return count;
}

class ObjectTraceRequest implements TraceRequest {
  readonly signal = "traces";
  readonly data: TracesData;
  readonly spanCount: number;
  private readonly groups: readonly Group<Span>[];

  constructor(data: TracesData) {
    this.data = data;
    this.groups = data.resourceSpans.flatMap(({ resource, scopeSpans, schemaUrl }) => {
      const view = new ObjectResource(resource, schemaUrl);
      return scopeSpans.map((scope) => group(view, scope, scope.spans));
    });
    this.spanCount = countItems(this.groups);
  }

  forEachSpan(visit: (span: SpanView) => void): void {
    const cursor = new SpanCursor();
    for (const { resource, scope, items } of this.groups) {
      cursor.resource = resource;
      cursor.scope = scope;
      for (const span of items) {
        cursor.move(span);
        visit(cursor);
      }
    }
  }

  forEachScope(visit: (resource: ResourceView, scope: ScopeView, spanCount: number) => void): void {
    for (const { resource, scope, items } of this.groups) visit(resource, scope, items.length);
  }
}

class ObjectLogsRequest implements LogsRequest {
  readonly signal = "logs";
  readonly data: LogsData;
  readonly recordCount: number;
  private readonly groups: readonly Group<LogRecord>[];

  constructor(data: LogsData) {
    this.data = data;
    this.groups = data.resourceLogs.flatMap(({ resource, scopeLogs, schemaUrl }) => {
      const view = new ObjectResource(resource, schemaUrl);
      return scopeLogs.map((scope) => group(view, scope, scope.logRecords));
    });
    this.recordCount = countItems(this.groups);
  }

  forEachRecord(visit: (record: LogRecordView) => void): void {
    const cursor = new LogRecordCursor();
    for (const { resource, scope, items } of this.groups) {
      cursor.resource = resource;
      cursor.scope = scope;
      for (const record of items) {
        cursor.move(record);
        visit(cursor);
      }
    }
  }
}

class ObjectMetricsRequest implements MetricsRequest {
  readonly signal = "metrics";
  readonly data: MetricsData;
  readonly metricCount: number;
  private readonly groups: readonly Group<Metric>[];

  constructor(data: MetricsData) {
    this.data = data;
    this.groups = data.resourceMetrics.flatMap(({ resource, scopeMetrics, schemaUrl }) => {
      const view = new ObjectResource(resource, schemaUrl);
      return scopeMetrics.map((scope) => group(view, scope, scope.metrics));
    });
    this.metricCount = countItems(this.groups);
  }

  forEachMetric(visit: (metric: MetricView) => void): void {
    for (const { resource, scope, items } of this.groups) {
      for (const metric of items) visit(new ObjectMetric(metric, resource, scope));
    }
  }
}

/** Puts views over decoded messages. Spans and log records share one view, so it is valid only during a call. */
export const tracesRequest = (data: TracesData): TraceRequest => new ObjectTraceRequest(data);
export const logsRequest = (data: LogsData): LogsRequest => new ObjectLogsRequest(data);
export const metricsRequest = (data: MetricsData): MetricsRequest => new ObjectMetricsRequest(data);

/** The decoded message behind a request of this room, for the writers of OTLP. */
export function dataOf(request: OtlpRequest): TracesData | LogsData | MetricsData {
  if (
    request instanceof ObjectTraceRequest ||
    request instanceof ObjectLogsRequest ||
    request instanceof ObjectMetricsRequest
  ) {
    return request.data;
  }
  throw new TypeError("this request was not made by decodeProtobuf or decodeJson");
}
