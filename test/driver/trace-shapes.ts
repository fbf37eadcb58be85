import type { AttributeValue } from "../../src/otlp/value.ts";
import type { OtlpRequest, SpanView } from "../../src/otlp/view.ts";

interface Kept {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string;
  readonly links: readonly string[];
  readonly said: string;
}

/** Collects spans and tells what their traces are but for ids and times: one text a trace, sorted. */
export class TraceShapes {
  readonly #spans: Kept[] = [];

  accept(request: OtlpRequest): void {
    if (request.signal !== "traces") return;
    request.forEachSpan((span) => {
      const { traceId, spanId, parentSpanId } = span;
      this.#spans.push({
        traceId,
        spanId,
        parentSpanId,
        links: span.links.map((link) => link.traceId + link.spanId),
        said: saidBy(span),
      });
    });
  }

  get spanCount(): number {
    return this.#spans.length;
  }

  shapes(): string[] {
    const byId = new Map(this.#spans.map((span) => [span.traceId + span.spanId, span]));
    const children = Map.groupBy(this.#spans, ({ traceId, parentSpanId }) => traceId + parentSpanId);
    const draw = (span: Kept, depth: number): string => {
      const links = span.links.map((link) => byId.get(link)?.said ?? "(not there)");
      const below = (children.get(span.traceId + span.spanId) ?? []).map((child) => draw(child, depth + 1));
      return [`${"  ".repeat(depth)}${span.said} -> ${links.join()}`, ...below.toSorted()].join("\n");
    };
    const roots = this.#spans.filter(({ traceId, parentSpanId }) => !byId.has(traceId + parentSpanId));
    return roots.map((root) => draw(root, root.parentSpanId === "" ? 0 : 100)).toSorted();
  }
}

function saidBy(span: SpanView): string {
  const attributes = Array.from({ length: span.attributeCount }, (_, index) => {
    const key = span.attributeKey(index);
    return `${key}=${valueText(span.attribute(key)!)}`;
  });
  const service = span.resource.attribute("service.name");
  const head = [service?.type === "string" ? service.value : "", span.name, span.kind, span.statusCode];
  const scope = [span.scope.name, span.scope.version, span.scope.schemaUrl, span.resource.schemaUrl];
  return JSON.stringify([...head, ...scope, ...attributes.toSorted()]);
}

/** A number is a number: JavaScript has no other, so that an SDK in it cannot say 1.0. */
function valueText(value: AttributeValue): string {
  if (value.type === "int" || value.type === "double") return `number ${Number(value.value)}`;
  if (value.type === "array") return `[${value.value.map(valueText).join()}]`;
  return value.type === "string" || value.type === "bool" ? `${value.type} ${value.value}` : JSON.stringify(value);
}
