import { describe, expect, test } from "vitest";
import { Checker, type CheckSummary } from "../../src/check/checker.ts";
import { CollectedLedger } from "../../src/reconcile/collected-ledger.ts";
import type { Finding } from "../../src/result/result.ts";
import { builtInScenarios } from "../../src/scenario/built-in.ts";
import { planTraces } from "../../src/scenario/plan/plan.ts";
import { ledgerCall } from "../../src/scenario/render/ledger-call.ts";
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

/** The kit's own verdict on generated spans, held against the ledger that was made beside them. */
function judge(name: string, version: string): CheckSummary {
  const program = builtInProgram(name);
  const renderer = new Renderer(new Spec(version), program, SEED);
  const checker = new Checker([version], undefined, { keepForLedger: true });
  const ledger = new CollectedLedger("scenario");
  const start = 1n << 60n;
  const origin = { services: program.services, toolVersion: "0.1.0", schemaUrl: "", startTimeUnixNano: start };
  for (const trace of planTraces(program, SEED, TRACES)) {
    const spans = renderer.render(trace);
    checker.accept(otlpRequest(spans, origin));
    for (const span of spans) {
      const call = ledgerCall(span, ledger.calls.length + 1, start);
      if (call !== undefined) ledger.add(call);
    }
  }
  checker.holdAgainst(ledger, undefined);
  return checker.summary();
}

const line = ({ level, ruleId, where, expected, actual }: Finding): string =>
  `${level} ${ruleId} ${where.spanType ?? ""} ${where.attribute ?? ""}: ${expected}, ${actual}`;

describe.each(builtInScenarios())("%s", (name) => {
  test.each(listVersions().map(({ id }) => id))("is conformant to %s, and its ledger reconciles", (version) => {
    const { findings, ledger } = judge(name, version);
    const unexplained = findings.filter((finding) => {
      return finding.level !== "information" || !explained.some(({ is }) => is(finding));
    });
    expect(unexplained.map(line)).toEqual([]);
    expect(ledger?.calls).toBeGreaterThan(0);
    // Embeddings have no span of their own before 1.29, and are plain spans there.
    const plain = ["1.26.0", "1.27.0", "1.28.0"].includes(version) ? ["openai.embeddings"] : [];
    const withoutSpan = ledger?.apis.filter((calls) => calls.withSpan < calls.calls && !plain.includes(calls.api));
    expect(withoutSpan).toEqual([]);
  });
});
