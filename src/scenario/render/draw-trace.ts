import { styleText } from "node:util";
import { durationText } from "../units.ts";
import type { RenderedSpan } from "./render-trace.ts";

/** A span and what is below it, as JSON; times are microseconds, the start counts from the root's. */
export interface SpanTree {
  readonly name: string;
  readonly service: string;
  readonly kind: string;
  /** Upstream's id of its type; null for a plain span. */
  readonly type: string | null;
  readonly start: number;
  readonly duration: number;
  readonly error: string | null;
  /** How the context came from the service above; null within one service. */
  readonly hop: string | null;
  readonly traceId: string;
  readonly spanId: string;
  /** The span that led to it without being its parent. */
  readonly link: string | null;
  readonly children: readonly SpanTree[];
}

/** One trace as a tree, also where a hop lost the context. The spans are those of one planned trace, as they were rendered. */
export function traceTree(spans: readonly RenderedSpan[], services: readonly string[]): SpanTree {
  const byPlanned = new Map(spans.map((span) => [span.planned, span]));
  const origin = spans[0]!.planned.start;
  const treeOf = (span: RenderedSpan): SpanTree => {
    const { planned } = span;
    return {
      name: span.name,
      service: services[planned.service]!,
      kind: span.kind,
      type: span.type ?? null,
      start: planned.start - origin,
      duration: planned.end - planned.start,
      error: planned.failure?.type ?? null,
      hop: planned.hop ?? null,
      traceId: span.traceId,
      spanId: span.spanId,
      link: span.link?.spanId ?? null,
      children: planned.children.map((child) => treeOf(byPlanned.get(child)!)),
    };
  };
  return treeOf(spans[0]!);
}

export interface DrawOptions {
  readonly colour: boolean;
  /** Whether characters beyond ASCII may be used. */
  readonly unicode: boolean;
}

interface Row {
  readonly tree: string;
  readonly span: SpanTree;
}

/** The same as text, a line a span: name, service, kind, start, duration, and what went wrong. */
export function drawTrace(
  spans: readonly RenderedSpan[],
  services: readonly string[],
  { colour, unicode }: DrawOptions,
): string {
  const rows = rowsOf(traceTree(spans, services), unicode ? UNICODE : ASCII, "", "");
  const nameWidth = Math.max(...rows.map(({ tree, span }) => tree.length + span.name.length));
  const serviceWidth = Math.max(...services.map((service) => service.length));
  const paint = (style: "dim" | "red" | "cyan", text: string): string =>
    colour ? styleText(style, text, { validateStream: false }) : text;
  return rows
    .map(({ tree, span }) => {
      const name = paint("dim", tree) + span.name + " ".repeat(nameWidth - tree.length - span.name.length);
      const service = paint("cyan", span.service.padEnd(serviceWidth));
      const times = `${`+${durationText(span.start)}`.padStart(8)} ${durationText(span.duration).padStart(7)}`;
      return `${name}  ${service}  ${span.kind.padEnd(8)} ${times}  ${paint("red", remarks(span, unicode))}`.trimEnd();
    })
    .map((line) => `${line}\n`)
    .join("");
}

interface Lines {
  readonly last: string;
  readonly fork: string;
  readonly past: string;
}

const UNICODE: Lines = { last: "└─ ", fork: "├─ ", past: "│  " };
const ASCII: Lines = { last: "`- ", fork: "|- ", past: "|  " };

function rowsOf(span: SpanTree, lines: Lines, lead: string, below: string): Row[] {
  const rows: Row[] = [{ tree: lead, span }];
  for (const [index, child] of span.children.entries()) {
    const last = index === span.children.length - 1;
    rows.push(...rowsOf(child, lines, below + (last ? lines.last : lines.fork), below + (last ? "   " : lines.past)));
  }
  return rows;
}

function remarks({ error, hop, link }: SpanTree, unicode: boolean): string {
  const lost = hop === "none" || hop === "broken";
  return [
    ...(error === null ? [] : [`${unicode ? "✗" : "x"} ${error}`]),
    ...(hop === null ? [] : [lost ? `by ${hop}: a new trace` : `by ${hop}`]),
    ...(link === null ? [] : ["linked"]),
  ].join(", ");
}
