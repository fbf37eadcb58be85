/**
 * The messages of OTLP as data: field names (lowerCamelCase, as OTLP/JSON has them), numbers and types of opentelemetry-proto 1.x
 * (common, resource, trace, logs, metrics and their collector services), and those of google.rpc that an error body is made of. One
 * table serves the protobuf decoder, the JSON decoder and the JSON writer. Enums are open in proto3, so an enum is its number.
 */
export interface FieldSpec {
  readonly number: number;
  /** A protobuf scalar type, `enum`, or the name of another message of the table. */
  readonly type: string;
  readonly repeated?: true;
  /** A proto3 `optional` scalar: absent and zero differ. */
  readonly optional?: true;
  /** The oneof it is a member of. */
  readonly oneof?: string;
}

export interface MessageSpec {
  readonly [field: string]: FieldSpec;
}

const one = (number: number, type: string): FieldSpec => ({ number, type });
const many = (number: number, type: string): FieldSpec => ({ number, type, repeated: true });
const optional = (number: number, type: string): FieldSpec => ({ number, type, optional: true });
const member = (oneof: string, number: number, type: string): FieldSpec => ({ number, type, oneof });

export const schema: { readonly [message: string]: MessageSpec } = {
  // common/v1
  AnyValue: {
    stringValue: member("value", 1, "string"),
    boolValue: member("value", 2, "bool"),
    intValue: member("value", 3, "int64"),
    doubleValue: member("value", 4, "double"),
    arrayValue: member("value", 5, "ArrayValue"),
    kvlistValue: member("value", 6, "KeyValueList"),
    bytesValue: member("value", 7, "bytes"),
  },
  ArrayValue: { values: many(1, "AnyValue") },
  KeyValueList: { values: many(1, "KeyValue") },
  KeyValue: { key: one(1, "string"), value: one(2, "AnyValue") },
  InstrumentationScope: {
    name: one(1, "string"),
    version: one(2, "string"),
    attributes: many(3, "KeyValue"),
    droppedAttributesCount: one(4, "uint32"),
  },
  EntityRef: {
    schemaUrl: one(1, "string"),
    type: one(2, "string"),
    idKeys: many(3, "string"),
    descriptionKeys: many(4, "string"),
  },

  // resource/v1
  Resource: {
    attributes: many(1, "KeyValue"),
    droppedAttributesCount: one(2, "uint32"),
    entityRefs: many(3, "EntityRef"),
  },

  // trace/v1
  ResourceSpans: { resource: one(1, "Resource"), scopeSpans: many(2, "ScopeSpans"), schemaUrl: one(3, "string") },
  ScopeSpans: { scope: one(1, "InstrumentationScope"), spans: many(2, "Span"), schemaUrl: one(3, "string") },
  Span: {
    traceId: one(1, "bytes"),
    spanId: one(2, "bytes"),
    traceState: one(3, "string"),
    parentSpanId: one(4, "bytes"),
    flags: one(16, "fixed32"),
    name: one(5, "string"),
    kind: one(6, "enum"),
    startTimeUnixNano: one(7, "fixed64"),
    endTimeUnixNano: one(8, "fixed64"),
    attributes: many(9, "KeyValue"),
    droppedAttributesCount: one(10, "uint32"),
    events: many(11, "SpanEvent"),
    droppedEventsCount: one(12, "uint32"),
    links: many(13, "SpanLink"),
    droppedLinksCount: one(14, "uint32"),
    status: one(15, "SpanStatus"),
  },
  SpanEvent: {
    timeUnixNano: one(1, "fixed64"),
    name: one(2, "string"),
    attributes: many(3, "KeyValue"),
    droppedAttributesCount: one(4, "uint32"),
  },
  SpanLink: {
    traceId: one(1, "bytes"),
    spanId: one(2, "bytes"),
    traceState: one(3, "string"),
    attributes: many(4, "KeyValue"),
    droppedAttributesCount: one(5, "uint32"),
    flags: one(6, "fixed32"),
  },
  SpanStatus: { message: one(2, "string"), code: one(3, "enum") },

  // logs/v1
  ResourceLogs: { resource: one(1, "Resource"), scopeLogs: many(2, "ScopeLogs"), schemaUrl: one(3, "string") },
  ScopeLogs: { scope: one(1, "InstrumentationScope"), logRecords: many(2, "LogRecord"), schemaUrl: one(3, "string") },
  LogRecord: {
    timeUnixNano: one(1, "fixed64"),
    observedTimeUnixNano: one(11, "fixed64"),
    severityNumber: one(2, "enum"),
    severityText: one(3, "string"),
    body: one(5, "AnyValue"),
    attributes: many(6, "KeyValue"),
    droppedAttributesCount: one(7, "uint32"),
    flags: one(8, "fixed32"),
    traceId: one(9, "bytes"),
    spanId: one(10, "bytes"),
    eventName: one(12, "string"),
  },

  // metrics/v1
  ResourceMetrics: { resource: one(1, "Resource"), scopeMetrics: many(2, "ScopeMetrics"), schemaUrl: one(3, "string") },
  ScopeMetrics: { scope: one(1, "InstrumentationScope"), metrics: many(2, "Metric"), schemaUrl: one(3, "string") },
  Metric: {
    name: one(1, "string"),
    description: one(2, "string"),
    unit: one(3, "string"),
    gauge: member("data", 5, "Gauge"),
    sum: member("data", 7, "Sum"),
    histogram: member("data", 9, "Histogram"),
    exponentialHistogram: member("data", 10, "ExponentialHistogram"),
    summary: member("data", 11, "Summary"),
    metadata: many(12, "KeyValue"),
  },
  Gauge: { dataPoints: many(1, "NumberDataPoint") },
  Sum: {
    dataPoints: many(1, "NumberDataPoint"),
    aggregationTemporality: one(2, "enum"),
    isMonotonic: one(3, "bool"),
  },
  Histogram: { dataPoints: many(1, "HistogramDataPoint"), aggregationTemporality: one(2, "enum") },
  ExponentialHistogram: {
    dataPoints: many(1, "ExponentialHistogramDataPoint"),
    aggregationTemporality: one(2, "enum"),
  },
  Summary: { dataPoints: many(1, "SummaryDataPoint") },
  NumberDataPoint: {
    attributes: many(7, "KeyValue"),
    startTimeUnixNano: one(2, "fixed64"),
    timeUnixNano: one(3, "fixed64"),
    asDouble: member("value", 4, "double"),
    asInt: member("value", 6, "sfixed64"),
    exemplars: many(5, "Exemplar"),
    flags: one(8, "uint32"),
  },
  HistogramDataPoint: {
    attributes: many(9, "KeyValue"),
    startTimeUnixNano: one(2, "fixed64"),
    timeUnixNano: one(3, "fixed64"),
    count: one(4, "fixed64"),
    sum: optional(5, "double"),
    bucketCounts: many(6, "fixed64"),
    explicitBounds: many(7, "double"),
    exemplars: many(8, "Exemplar"),
    flags: one(10, "uint32"),
    min: optional(11, "double"),
    max: optional(12, "double"),
  },
  ExponentialHistogramDataPoint: {
    attributes: many(1, "KeyValue"),
    startTimeUnixNano: one(2, "fixed64"),
    timeUnixNano: one(3, "fixed64"),
    count: one(4, "fixed64"),
    sum: optional(5, "double"),
    scale: one(6, "sint32"),
    zeroCount: one(7, "fixed64"),
    positive: one(8, "Buckets"),
    negative: one(9, "Buckets"),
    flags: one(10, "uint32"),
    exemplars: many(11, "Exemplar"),
    min: optional(12, "double"),
    max: optional(13, "double"),
    zeroThreshold: one(14, "double"),
  },
  Buckets: { offset: one(1, "sint32"), bucketCounts: many(2, "uint64") },
  SummaryDataPoint: {
    attributes: many(7, "KeyValue"),
    startTimeUnixNano: one(2, "fixed64"),
    timeUnixNano: one(3, "fixed64"),
    count: one(4, "fixed64"),
    sum: one(5, "double"),
    quantileValues: many(6, "ValueAtQuantile"),
    flags: one(8, "uint32"),
  },
  ValueAtQuantile: { quantile: one(1, "double"), value: one(2, "double") },
  Exemplar: {
    filteredAttributes: many(7, "KeyValue"),
    timeUnixNano: one(2, "fixed64"),
    asDouble: member("value", 3, "double"),
    asInt: member("value", 6, "sfixed64"),
    spanId: one(4, "bytes"),
    traceId: one(5, "bytes"),
  },

  // collector/*/v1
  ExportTraceServiceRequest: { resourceSpans: many(1, "ResourceSpans") },
  ExportLogsServiceRequest: { resourceLogs: many(1, "ResourceLogs") },
  ExportMetricsServiceRequest: { resourceMetrics: many(1, "ResourceMetrics") },
  ExportTraceServiceResponse: { partialSuccess: one(1, "ExportTracePartialSuccess") },
  ExportLogsServiceResponse: { partialSuccess: one(1, "ExportLogsPartialSuccess") },
  ExportMetricsServiceResponse: { partialSuccess: one(1, "ExportMetricsPartialSuccess") },
  ExportTracePartialSuccess: { rejectedSpans: one(1, "int64"), errorMessage: one(2, "string") },
  ExportLogsPartialSuccess: { rejectedLogRecords: one(1, "int64"), errorMessage: one(2, "string") },
  ExportMetricsPartialSuccess: { rejectedDataPoints: one(1, "int64"), errorMessage: one(2, "string") },

  // google.rpc, google.protobuf
  RpcStatus: { code: one(1, "int32"), message: one(2, "string"), details: many(3, "Any") },
  Any: { typeUrl: one(1, "string"), value: one(2, "bytes") },
  RetryInfo: { retryDelay: one(1, "Duration") },
  Duration: { seconds: one(1, "int64"), nanos: one(2, "int32") },
  BadRequest: { fieldViolations: many(1, "FieldViolation") },
  FieldViolation: { field: one(1, "string"), description: one(2, "string") },
};

/**
 * The fields that OTLP/JSON writes as hex, with their length in bytes: an id is exactly this long, or empty where `mayBeEmpty`
 * says so (opentelemetry-proto trace/v1 Span: trace_id and span_id are required; elsewhere they are not).
 */
export const idBytes: { readonly [field: string]: number } = { traceId: 16, spanId: 8, parentSpanId: 8 };
export const mayBeEmpty = (message: string, id: string): boolean => message !== "Span" || id === "parentSpanId";
