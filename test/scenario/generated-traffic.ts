import { encodeJson } from "../../src/otlp/encode-json.ts";
import { builtInScenario } from "../../src/scenario/built-in.ts";
import { compileScenario } from "../../src/scenario/compile/compile-scenario.ts";
import { planTraces } from "../../src/scenario/plan/plan.ts";
import { readScenario } from "../../src/scenario/read/read-scenario.ts";
import { otlpRequest } from "../../src/scenario/render/otlp-request.ts";
import { Renderer } from "../../src/scenario/render/render-trace.ts";
import { Spec } from "../../src/semconv/spec.ts";

const TRACES = 6;

const known = new Map<string, readonly string[]>();

/** The first traces of a built-in scenario as one version writes them: OTLP/JSON, a request each. */
export function generatedTraffic(scenario: string, version: string, seed: number): readonly string[] {
  const id = `${scenario} ${version} ${seed}`;
  let requests = known.get(id);
  if (requests === undefined) known.set(id, (requests = generate(scenario, version, seed)));
  return requests;
}

function generate(scenario: string, version: string, seed: number): readonly string[] {
  const { text, file } = builtInScenario(scenario);
  const program = compileScenario(readScenario(text, file));
  const renderer = new Renderer(new Spec(version), program, seed);
  const origin = { services: program.services, toolVersion: "0.1.0", schemaUrl: "", startTimeUnixNano: 1n << 60n };
  return [...planTraces(program, seed, TRACES)].map((trace) => {
    let json = "";
    encodeJson(otlpRequest(renderer.render(trace), origin), (piece) => (json += piece));
    return json;
  });
}
