/**
 * As much of an ExportTraceServiceRequest in OTLP/JSON as mutations touch; all other fields stay as they are. Made by JSON.parse, so
 * that the same mutation fits generated traffic, a file of the Collector and a capture of a real client.
 */
export interface OtlpJsonTraces {
  resourceSpans?: JsonResourceSpans[];
}

export interface JsonResourceSpans {
  resource?: { attributes?: JsonAttribute[] };
  scopeSpans?: { spans?: JsonSpan[] }[];
}

export interface JsonSpan {
  name?: string;
  kind?: number;
  traceId?: string;
  spanId?: string;
  parentSpanId?: string;
  startTimeUnixNano?: string | number;
  endTimeUnixNano?: string | number;
  status?: { code?: number; message?: string };
  attributes?: JsonAttribute[];
}

export interface JsonAttribute {
  key: string;
  value?: JsonAnyValue;
}

/** One field is set; none for an empty value (opentelemetry-proto, common/v1 AnyValue). */
export interface JsonAnyValue {
  readonly stringValue?: string;
  readonly boolValue?: boolean;
  readonly intValue?: string | number;
  readonly doubleValue?: number | string;
  readonly bytesValue?: string;
  readonly arrayValue?: { readonly values?: readonly JsonAnyValue[] };
  readonly kvlistValue?: { readonly values?: readonly JsonAttribute[] };
}

export const spanKinds = ["UNSPECIFIED", "INTERNAL", "SERVER", "CLIENT", "PRODUCER", "CONSUMER"] as const;
export const spanStatuses = ["UNSET", "OK", "ERROR"] as const;

export type SpanKindName = (typeof spanKinds)[number];
export type SpanStatusName = (typeof spanStatuses)[number];
