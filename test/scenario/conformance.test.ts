import { describe, expect, test } from "vitest";
import { Checker } from "../../src/check/checker.ts";
import type { Finding } from "../../src/result/result.ts";
import { builtInScenarios } from "../../src/scenario/built-in.ts";
import { planTraces } from "../../src/scenario/plan/plan.ts";
import { otlpRequest } from "../../src/scenario/render/otlp-request.ts";
import { Renderer } from "../../src/scenario/render/render-trace.ts";
import { listVersions } from "../../src/semconv/load.ts";
import { Spec } from "../../src/semconv/spec.ts";
import { builtInProgram } from "./load.ts";

const SEED = 20_261_121;
const TRACES = 40;

interface Explained {
  readonly why: string;
  readonly is: (finding: Finding) => boolean;
}

/** Where the conventions themselves leave it open, so that the kit says what it cannot tell about spans that are right. */
const explained: readonly Explained[] = [
  {
    why: "an agent in the caller's process is INTERNAL, which these versions allow under a condition that no span shows",
    is: ({ ruleId, where }) => ruleId === "span-kind" && where.spanType === "gen_ai.invoke_agent.client",
  },
  {
    why: "an agent in the caller's process has no server, though these versions recommend its address",
    is: ({ ruleId, where }) =>
      ruleId === "recommended-attribute-missing" &&
      where.spanType === "gen_ai.invoke_agent.client" &&
      where.attribute === "server.address",
  },
  {
    why: "a provider that is newer than the version, which lists it under no name",
    is: ({ ruleId, where, actual }) =>
      ruleId === "unknown-enum-value" &&
      where.attribute === "gen_ai.system" &&
      actual.startsWith("a value that came with"),
  },
  {
    why: "embeddings share the table of OpenAI's inference until 1.32, and their reply has no fingerprint",
    is: ({ ruleId, where }) =>
      ruleId === "recommended-attribute-missing" && where.attribute === "gen_ai.openai.response.system_fingerprint",
  },
];

function findingsOf(name: string, version: string): readonly Finding[] {
  const program = builtInProgram(name);
  const renderer = new Renderer(new Spec(version), program, SEED);
  const checker = new Checker([version]);
  const origin = { services: program.services, toolVersion: "0.1.0", schemaUrl: "", startTimeUnixNano: 1n << 60n };
  for (const trace of planTraces(program, SEED, TRACES)) checker.accept(otlpRequest(renderer.render(trace), origin));
  return checker.summary().findings;
}

const line = ({ level, ruleId, where, expected, actual }: Finding): string =>
  `${level} ${ruleId} ${where.spanType ?? ""} ${where.attribute ?? ""}: ${expected}, ${actual}`;

describe.each(builtInScenarios())("%s", (name) => {
  test.each(listVersions().map(({ id }) => id))("is conformant to %s", (version) => {
    const unexplained = findingsOf(name, version).filter((finding) => {
      return finding.level !== "information" || !explained.some(({ is }) => is(finding));
    });
    expect(unexplained.map(line)).toEqual([]);
  });
});
