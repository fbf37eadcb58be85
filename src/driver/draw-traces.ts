import { planTraces } from "../scenario/plan/plan.ts";
import type { Program } from "../scenario/plan/program.ts";
import { Renderer, type RenderedSpan } from "../scenario/render/render-trace.ts";
import type { Spec } from "../semconv/spec.ts";

/** A trace of a plan, as one version of the conventions writes it. */
export interface DrawnTrace {
  readonly k: number;
  /** Parents before their children. */
  readonly spans: readonly RenderedSpan[];
  /** When it begins and when its last span ends, in microseconds from the start of the plan. */
  readonly start: number;
  readonly end: number;
}

/** So many different traces are sent, however long a run is: enough for every path of a scenario, few enough to be held. */
const MOST_TRACES = 2048;
const MOST_SPANS = 32_768;

/**
 * The first traces of a scenario, which every driver sends; a run of more traces begins with the first again.
 *
 * @param wanted how many the run sends; Infinity where only time ends it
 */
export function drawTraces(program: Program, spec: Spec, seed: number, wanted: number): readonly DrawnTrace[] {
  const renderer = new Renderer(spec, program, seed);
  const drawn: DrawnTrace[] = [];
  let held = 0;
  for (const trace of planTraces(program, seed, Math.min(wanted, MOST_TRACES))) {
    const spans = renderer.render(trace);
    const end = spans.reduce((latest, { planned }) => Math.max(latest, planned.end), trace.root.end);
    drawn.push({ k: trace.k, spans, start: trace.root.start, end });
    held += spans.length;
    if (held >= MOST_SPANS) break;
  }
  // Where traces share something they come in the order in which they end; they are sent in the order in which they begin.
  return drawn.toSorted((a, b) => a.start - b.start);
}
