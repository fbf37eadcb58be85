import { OtlpDecodeError } from "./decode-error.ts";
import type { LogsData, Metric, MetricsData, Span, TracesData } from "./model.ts";

/**
 * Ids have one length: 16 bytes for a trace, 8 for a span. A span must have both; everywhere else an empty one means "none"
 * (opentelemetry-proto trace/v1, logs/v1, metrics/v1). An id of zeros has the right length and is a rule's matter.
 */
export function checkTraceIds(data: TracesData): void {
  for (const [r, { scopeSpans }] of data.resourceSpans.entries()) {
    for (const [s, { spans }] of scopeSpans.entries()) {
      for (let index = 0; index < spans.length; index++) {
        const span = spans[index] as Span;
        if (span.traceId.length !== 16 || span.spanId.length !== 8 || (span.parentSpanId.length | 8) !== 8) {
          const where = `resourceSpans[${r}].scopeSpans[${s}].spans[${index}]`;
          requireId(where, "traceId", span.traceId, 16);
          requireId(where, "spanId", span.spanId, 8);
          requireIdOrNone(where, "parentSpanId", span.parentSpanId, 8);
        }
        for (const [l, link] of span.links.entries()) {
          const where = `resourceSpans[${r}].scopeSpans[${s}].spans[${index}].links[${l}]`;
          requireIdOrNone(where, "traceId", link.traceId, 16);
          requireIdOrNone(where, "spanId", link.spanId, 8);
        }
      }
    }
  }
}

export function checkLogIds(data: LogsData): void {
  for (const [r, { scopeLogs }] of data.resourceLogs.entries()) {
    for (const [s, { logRecords }] of scopeLogs.entries()) {
      for (const [index, record] of logRecords.entries()) {
        if ((record.traceId.length | 16) === 16 && (record.spanId.length | 8) === 8) continue;
        const where = `resourceLogs[${r}].scopeLogs[${s}].logRecords[${index}]`;
        requireIdOrNone(where, "traceId", record.traceId, 16);
        requireIdOrNone(where, "spanId", record.spanId, 8);
      }
    }
  }
}

export function checkMetricIds(data: MetricsData): void {
  for (const [r, { scopeMetrics }] of data.resourceMetrics.entries()) {
    for (const [s, { metrics }] of scopeMetrics.entries()) {
      for (const [index, metric] of metrics.entries()) {
        checkExemplarIds(`resourceMetrics[${r}].scopeMetrics[${s}].metrics[${index}]`, metric);
      }
    }
  }
}

function checkExemplarIds(path: string, metric: Metric): void {
  const points = (metric.gauge ?? metric.sum ?? metric.histogram ?? metric.exponentialHistogram)?.dataPoints ?? [];
  for (const [p, { exemplars }] of points.entries()) {
    for (const [e, exemplar] of (exemplars ?? []).entries()) {
      if ((exemplar.traceId.length | 16) === 16 && (exemplar.spanId.length | 8) === 8) continue;
      const where = `${path}.dataPoints[${p}].exemplars[${e}]`;
      requireIdOrNone(where, "traceId", exemplar.traceId, 16);
      requireIdOrNone(where, "spanId", exemplar.spanId, 8);
    }
  }
}

function requireIdOrNone(where: string, name: string, id: Buffer, length: number): void {
  if (id.length !== 0) requireId(where, name, id, length);
}

function requireId(where: string, name: string, id: Buffer, length: number): void {
  if (id.length === length) return;
  throw new OtlpDecodeError({
    where: `${where}.${name}`,
    expected: `exactly ${length} bytes`,
    actual: id.length === 0 ? "none" : `${id.length} bytes`,
    fix: "Send ids as raw bytes (OTLP/JSON: as hex); every span needs a trace id and a span id.",
  });
}
