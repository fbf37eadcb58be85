import type { PlannedSpan } from "../../scenario/plan/planned-trace.ts";
import type { LiveTrace } from "./messages.ts";

const known = new WeakMap<LiveTrace, readonly PlannedSpan[]>();

/**
 * The span of a trace's plan by its ordinal; undefined for what no plan has.
 *
 * @param n number of the trace in the run, which begins with the first again after the last
 */
export function spanOf(traces: readonly LiveTrace[], n = Number.NaN, ordinal = Number.NaN): PlannedSpan | undefined {
  const trace = traces[n % traces.length];
  if (trace === undefined) return undefined;
  let spans = known.get(trace);
  if (spans === undefined) {
    const list: PlannedSpan[] = [];
    collect(trace.root, list);
    spans = list;
    known.set(trace, spans);
  }
  return spans[ordinal];
}

function collect(span: PlannedSpan, into: PlannedSpan[]): void {
  into[span.ordinal] = span;
  for (const child of span.children) collect(child, into);
}
