import type { Context, Span, Tracer } from "@opentelemetry/api";
import type { RenderedSpan } from "../../scenario/render/render-trace.ts";
import type { PlannedSpan } from "../../scenario/plan/planned-trace.ts";
import type { DrawnTrace } from "../draw-traces.ts";
import type { Headers, Hop } from "./hop-propagators.ts";
import type { Sdk } from "./load-sdk.ts";
import { sdkAttributes } from "./sdk-attributes.ts";

export interface TraceSender {
  readonly sdk: Sdk;
  /** By the number of the service. */
  readonly tracers: readonly Tracer[];
  readonly hops: { readonly [mode in NonNullable<PlannedSpan["hop"]>]: Hop };
}

/** A span of the SDK, and what it was made from. */
export interface SentSpan {
  readonly rendered: RenderedSpan;
  readonly span: Span;
  /** "" for the root of a trace. */
  readonly parentSpanId: string;
}

/**
 * Has the services of a trace make its spans, each in its own SDK; between two services the context goes through headers, injected
 * by the one and extracted by the other. The spans are ended before it returns, with the plan's times after `startMs`.
 */
export function sendTrace(
  { spans, start }: DrawnTrace,
  startMs: number,
  { sdk, tracers, hops }: TraceSender,
): SentSpan[] {
  const { trace, ROOT_CONTEXT, SpanKind, SpanStatusCode } = sdk.api;
  const made = new Map<PlannedSpan, Span>();
  const parents = parentsOf(spans);
  const at = (time: number): [seconds: number, nanos: number] => {
    const micros = startMs * 1000 + time - start;
    return [Math.floor(micros / 1e6), (micros % 1e6) * 1000];
  };
  const contextOf = (planned: PlannedSpan): Context => {
    const parent = parents.get(planned);
    const span = parent === undefined ? undefined : made.get(parent);
    if (span === undefined) return ROOT_CONTEXT;
    const context = trace.setSpan(ROOT_CONTEXT, span);
    if (planned.hop === undefined) return context;
    const headers: Headers = {};
    hops[planned.hop].inject(context, headers);
    return hops[planned.hop].extract(headers);
  };
  const sent = spans.map((rendered): SentSpan => {
    const { planned, name, kind, failed, attributes } = rendered;
    const context = contextOf(planned);
    const linked = planned.link === undefined ? undefined : made.get(planned.link);
    const span = (tracers[planned.service] as Tracer).startSpan(
      name,
      {
        kind: SpanKind[kind],
        attributes: sdkAttributes(attributes),
        startTime: at(planned.start),
        ...(linked !== undefined && { links: [{ context: linked.spanContext() }] }),
      },
      context,
    );
    if (failed) span.setStatus({ code: SpanStatusCode.ERROR });
    made.set(planned, span);
    return { rendered, span, parentSpanId: trace.getSpanContext(context)?.spanId ?? "" };
  });
  for (const { rendered, span } of sent) span.end(at(rendered.planned.end));
  return sent;
}

function parentsOf(spans: readonly RenderedSpan[]): Map<PlannedSpan, PlannedSpan> {
  const parents = new Map<PlannedSpan, PlannedSpan>();
  for (const { planned } of spans) for (const child of planned.children) parents.set(child, planned);
  return parents;
}
