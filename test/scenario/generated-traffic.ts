import { encodeJson } from "../../src/otlp/encode-json.ts";
import { builtInScenario } from "../../src/scenario/built-in.ts";
import { compileScenario } from "../../src/scenario/compile/compile-scenario.ts";
import { planTraces } from "../../src/scenario/plan/plan.ts";
import { readScenario } from "../../src/scenario/read/read-scenario.ts";
import { ledgerCall } from "../../src/scenario/render/ledger-call.ts";
import { otlpRequest } from "../../src/scenario/render/otlp-request.ts";
import { Renderer } from "../../src/scenario/render/render-trace.ts";
import { Spec } from "../../src/semconv/spec.ts";

import type { Traffic } from "./judge-fault.ts";

const TRACES = 6;
const START = 1n << 60n;

const known = new Map<string, readonly Traffic[]>();

/** The first traces of a built-in scenario as one version writes them, a request each, and the calls that they tell of. */
export function generatedTraffic(scenario: string, version: string, seed: number): readonly Traffic[] {
  const id = `${scenario} ${version} ${seed}`;
  let traffic = known.get(id);
  if (traffic === undefined) known.set(id, (traffic = generate(scenario, version, seed)));
  return traffic;
}

function generate(scenario: string, version: string, seed: number): readonly Traffic[] {
  const { text, file } = builtInScenario(scenario);
  const program = compileScenario(readScenario(text, file));
  const renderer = new Renderer(new Spec(version), program, seed);
  const origin = { services: program.services, toolVersion: "0.1.0", schemaUrl: "", startTimeUnixNano: START };
  let calls = 0;
  return [...planTraces(program, seed, TRACES)].map((trace) => {
    const spans = renderer.render(trace);
    const own = spans.flatMap((span) => {
      const call = ledgerCall(span, calls + 1, START);
      if (call === undefined) return [];
      calls++;
      return [call];
    });
    let request = "";
    encodeJson(otlpRequest(spans, origin), (piece) => (request += piece));
    return { request, calls: own };
  });
}
