import type { Resource, Scope, Span, TracesData } from "../../otlp/model.ts";
import { tracesRequest } from "../../otlp/object-view.ts";
import type { TraceRequest } from "../../otlp/view.ts";
import type { RenderedSpan } from "./render-trace.ts";
import { text } from "./values.ts";

const KINDS = { INTERNAL: 1, SERVER: 2, CLIENT: 3 } as const;
const STATUS_ERROR = 2;
/** W3C's sampled flag, and OTLP's bits that say whether the parent is remote (opentelemetry-proto, trace/v1, SpanFlags). */
const SAMPLED = 0x01;
const KNOWS_REMOTE = 0x100;
const IS_REMOTE = 0x200;

export interface Origin {
  readonly services: readonly string[];
  readonly toolVersion: string;
  /** Of the version of the conventions, where it has one. */
  readonly schemaUrl: string;
  /** What the plan's times count from, in nanoseconds since the Unix epoch. */
  readonly startTimeUnixNano: bigint;
}

/** Rendered spans as an Export request: one resource for each service, in the order in which they first have a span. */
export function otlpRequest(spans: readonly RenderedSpan[], origin: Origin): TraceRequest {
  const byService = new Map<number, Span[]>();
  for (const span of spans) {
    const { service } = span.planned;
    let own = byService.get(service);
    if (own === undefined) {
      own = [];
      byService.set(service, own);
    }
    own.push(spanOf(span, origin.startTimeUnixNano));
  }
  const scope: Scope = {
    name: "otel-genai-testkit",
    version: origin.toolVersion,
    attributes: [],
    droppedAttributesCount: 0,
  };
  const data: TracesData = {
    resourceSpans: [...byService].map(([service, own]) => ({
      resource: resourceOf(origin.services[service]!),
      scopeSpans: [{ scope, spans: own, schemaUrl: origin.schemaUrl }],
      schemaUrl: origin.schemaUrl,
    })),
  };
  return tracesRequest(data);
}

function resourceOf(service: string): Resource {
  return {
    attributes: [{ key: "service.name", value: text(service), valueType: "string" }],
    droppedAttributesCount: 0,
    entityRefs: [],
  };
}

function spanOf(span: RenderedSpan, start: bigint): Span {
  const { planned, link } = span;
  return {
    traceId: Buffer.from(span.traceId, "hex"),
    spanId: Buffer.from(span.spanId, "hex"),
    traceState: "",
    parentSpanId: Buffer.from(span.parentSpanId, "hex"),
    flags: SAMPLED | KNOWS_REMOTE | (span.remoteParent ? IS_REMOTE : 0),
    name: span.name,
    kind: KINDS[span.kind],
    startTimeUnixNano: start + BigInt(planned.start) * 1000n,
    endTimeUnixNano: start + BigInt(planned.end) * 1000n,
    attributes: span.attributes,
    droppedAttributesCount: 0,
    events: [],
    droppedEventsCount: 0,
    links:
      link === undefined
        ? []
        : [
            {
              traceId: Buffer.from(link.traceId, "hex"),
              spanId: Buffer.from(link.spanId, "hex"),
              traceState: "",
              flags: SAMPLED,
              attributes: [],
              droppedAttributesCount: 0,
            },
          ],
    droppedLinksCount: 0,
    status: { message: "", code: span.failed ? STATUS_ERROR : 0 },
  };
}
