import { dataOf } from "../../src/otlp/object-view.ts";
import { schema } from "../../src/otlp/schema.ts";
import type { AttributeValue } from "../../src/otlp/value.ts";
import type { AttributesView, OtlpRequest, ResourceView, ScopeView } from "../../src/otlp/view.ts";

/** Everything that the views of a request tell, as plain data. */
export function dumpViews(request: OtlpRequest): unknown {
  const dump: unknown[] = [];
  switch (request.signal) {
    case "traces":
      request.forEachScope((resource, scope, spanCount) => dump.push({ ...dumpGroup(resource, scope), spanCount }));
      request.forEachSpan((span) =>
        dump.push({
          ...dumpGroup(span.resource, span.scope),
          name: span.name,
          kind: span.kind,
          statusCode: span.statusCode,
          statusMessage: span.statusMessage,
          ids: [span.traceId, span.spanId, span.parentSpanId],
          traceState: span.traceState,
          flags: span.flags,
          times: [span.startTimeUnixNano, span.endTimeUnixNano],
          attributes: dumpAttributes(span),
          events: span.events.map((event) => [event.name, event.timeUnixNano, dumpAttributes(event)]),
          links: span.links.map((link) => [link.traceId, link.spanId, dumpAttributes(link)]),
        }),
      );
      return { spanCount: request.spanCount, dump };
    case "logs":
      request.forEachRecord((record) =>
        dump.push({
          ...dumpGroup(record.resource, record.scope),
          eventName: record.eventName,
          severityNumber: record.severityNumber,
          time: record.timeUnixNano,
          ids: [record.traceId, record.spanId],
          body: record.body,
          attributes: dumpAttributes(record),
        }),
      );
      return { recordCount: request.recordCount, dump };
    case "metrics":
      request.forEachMetric((metric) =>
        dump.push({
          ...dumpGroup(metric.resource, metric.scope),
          name: metric.name,
          unit: metric.unit,
          kind: metric.kind,
          points: Array.from({ length: metric.pointCount }, (_, index) => dumpAttributes(metric.point(index))),
        }),
      );
      return { metricCount: request.metricCount, dump };
  }
}

function dumpGroup(resource: ResourceView, scope: ScopeView): object {
  return {
    resource: [resource.schemaUrl, dumpAttributes(resource)],
    scope: [scope.name, scope.version, scope.schemaUrl, dumpAttributes(scope)],
  };
}

function dumpAttributes(view: AttributesView): unknown {
  return Array.from({ length: view.attributeCount }, (_, index) => {
    const key = view.attributeKey(index);
    return [key, view.attributeType(index), view.attribute(key)];
  });
}

/** Every field of the message behind a request, defaults included, as plain data. */
export function dumpMessage(request: OtlpRequest): unknown {
  const names = {
    traces: "ExportTraceServiceRequest",
    logs: "ExportLogsServiceRequest",
    metrics: "ExportMetricsServiceRequest",
  };
  return dumpFields(names[request.signal], dataOf(request) as never);
}

function dumpFields(name: string, message: { readonly [field: string]: unknown }): unknown {
  return Object.fromEntries(
    Object.entries(schema[name] ?? {}).map(([field, { type }]) => {
      const value = message[field];
      return [field, Array.isArray(value) ? value.map((one) => dumpOne(type, one)) : dumpOne(type, value)];
    }),
  );
}

function dumpOne(type: string, value: unknown): unknown {
  if (value === null || value === undefined) return null;
  if (Buffer.isBuffer(value)) return value.toString("hex");
  if (type === "AnyValue") return dumpValue(value as AttributeValue);
  if (type === "KeyValue") {
    const pair = value as { key: string; value: AttributeValue; valueType: string };
    return { key: pair.key, type: pair.valueType, value: dumpValue(pair.value) };
  }
  return type in schema ? dumpFields(type, value as never) : value;
}

function dumpValue(value: AttributeValue): unknown {
  switch (value.type) {
    case "bytes":
      return { bytes: Buffer.from(value.value).toString("hex") };
    case "array":
      return value.value.map(dumpValue);
    case "kvlist":
      return { kvlist: value.value.map((pair) => [pair.key, dumpValue(pair.value)]) };
    default:
      return value;
  }
}
