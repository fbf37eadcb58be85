import { readdirSync } from "node:fs";
import { join } from "node:path";

import { describe, expect, test } from "vitest";

import type { CheckSummary } from "../../src/check/checker.ts";
import type { Finding, RuleOutcomes } from "../../src/result/result.ts";
import { rules } from "../../src/rules/index.ts";
import { listVersions } from "../../src/semconv/load.ts";
import { Spec } from "../../src/semconv/spec.ts";
import { contentTexts } from "./content-texts.ts";
import { attributesOf, judgeFixture, loadAllFixtures, type ExpectedFinding } from "./fixture.ts";

const fixtures = loadAllFixtures();
const cases = fixtures.flatMap(({ ruleId, folder, name, fixture }) =>
  fixture.semconv.map((semconv) => ({ ruleId, folder, name, fixture, semconv })),
);

function outcomesOf(summary: CheckSummary, ruleId: string): RuleOutcomes {
  const outcomes = summary.rules.find((rule) => rule.ruleId === ruleId);
  if (outcomes === undefined) throw new Error(`no rule "${ruleId}"`);
  return outcomes;
}

/** A finding as a fixture writes it; `spanType`, `span` and `actual` only where the fixture does. */
function asExpected(finding: Finding, like: ExpectedFinding | undefined): ExpectedFinding {
  const { attribute, path, spanType, span } = finding.where;
  return {
    level: finding.level,
    ...(attribute === "" ? {} : { attribute }),
    ...(path === "" ? {} : { path }),
    ...(like?.spanType === undefined ? {} : { spanType }),
    ...(like?.span === undefined ? {} : { span }),
    ...(like?.actual === undefined ? {} : { actual: finding.actual }),
  };
}

function inOrder<T extends ExpectedFinding>(findings: readonly T[]): T[] {
  const key = ({ level, attribute = "", path = "", actual = "" }: ExpectedFinding): string =>
    `${level} ${attribute} ${path} ${actual}`;
  return findings.toSorted((a, b) => (key(a) < key(b) ? -1 : 1));
}

describe("each fixture has exactly the findings it declares", () => {
  test.each(cases)("$name, $semconv", ({ ruleId, fixture, semconv }) => {
    const summary = judgeFixture(fixture, [semconv]);
    expect(summary.ruleErrors).toEqual(new Map());
    const expected = inOrder(fixture.expect);
    const found = inOrder(
      summary.findings
        .filter((finding) => finding.ruleId === ruleId)
        .map(({ where, level, ...rest }) => ({ ...rest, level, where, attribute: where.attribute, path: where.path })),
    ).map((finding, index) => asExpected(finding, expected[index]));
    expect(found).toEqual(expected);
    const { cannotTell } = outcomesOf(summary, ruleId);
    expect(cannotTell).toBe(fixture.cannotTell ?? cannotTell);
    const [spanType] = [...(summary.spanTypes[0] ?? [])];
    const declared = "spanType" in fixture ? fixture.spanType : undefined;
    expect(spanType).toEqual(declared === undefined ? spanType : [declared, 1]);
  });

  test.each(cases)("$name, $semconv: no finding quotes the content", ({ fixture, semconv }) => {
    const { findings } = judgeFixture(fixture, [semconv]);
    const words = JSON.stringify(findings);
    expect(
      attributesOf(fixture)
        .flatMap(contentTexts)
        .filter((text) => words.includes(text)),
    ).toEqual([]);
  });
});

describe("the fixtures", () => {
  test("content texts are found in JSON text, structured values and plain text", () => {
    expect(
      contentTexts({
        "gen_ai.input.messages": '[{"role":"user","parts":[{"type":"text","content":"It rains in Oslo"}]}]',
        "gen_ai.output.messages": { structured: [{ parts: [{ content: "It is dry in Bergen" }] }] },
        "gen_ai.tool.call.result": "rain over the fjord",
        "gen_ai.request.model": "a model of a name",
      }),
    ).toEqual(["It rains in Oslo", "It is dry in Bergen", "rain over the fjord"]);
  });

  test("stand in the folders of the rules, and each rule has at least two good and two bad ones", () => {
    const counts = Object.fromEntries(
      rules.map(({ meta }) => {
        const own = fixtures.filter((fixture) => fixture.ruleId === meta.id);
        return [meta.id, ["good", "bad"].map((folder) => own.filter((fixture) => fixture.folder === folder).length)];
      }),
    );
    expect(Object.entries(counts).filter(([, both]) => both.some((count) => count < 2))).toEqual([]);
    const ids = new Set(rules.map(({ meta }) => meta.id));
    expect(fixtures.filter(({ ruleId }) => !ids.has(ruleId))).toEqual([]);
  });

  test("say why; a bad one expects findings, a good one none", () => {
    const wrong = fixtures.filter(
      ({ folder, fixture }) =>
        fixture.why === "" || fixture.semconv.length === 0 || (folder === "bad") !== fixture.expect.length > 0,
    );
    expect(wrong.map(({ name }) => name)).toEqual([]);
  });

  test("show every level that a rule says it can report, and no other", () => {
    const declared = rules.map(({ meta }) => [meta.id, [...meta.levels].toSorted()]);
    const shown = rules.map(({ meta }) => [
      meta.id,
      [
        ...new Set(
          fixtures
            .filter(({ ruleId }) => ruleId === meta.id)
            .flatMap(({ fixture }) => fixture.expect.map((e) => e.level)),
        ),
      ].toSorted(),
    ]);
    expect(shown).toEqual(declared);
  });

  test("good ones of every rule make it pass, not merely stay silent", () => {
    const silent = rules.filter(({ meta }) => {
      const own = cases.filter(({ ruleId, folder }) => ruleId === meta.id && folder === "good");
      return !own.some(({ fixture, semconv }) => outcomesOf(judgeFixture(fixture, [semconv]), meta.id).pass > 0);
    });
    expect(silent.map(({ meta }) => meta.id)).toEqual([]);
  });
});

describe("every rule", () => {
  const versions = listVersions().map(({ id }) => new Spec(id));

  test.each(rules.map((rule) => ({ id: rule.meta.id, meta: rule.meta })))(
    "$id says what, why, what to do and where it stands",
    ({ meta }) => {
      for (const text of [meta.title, meta.why, meta.fix]) expect(text.trim()).not.toBe("");
      expect(meta.levels.length).toBeGreaterThan(0);
      for (const spec of versions) expect(new URL(meta.clause(spec)).protocol).toBe("https:");
    },
  );

  test("stands on the page that the version has: 1.26.0 had another name for it", () => {
    const clause = (spec: Spec): string => rules.find(({ meta }) => meta.id === "span-kind")!.meta.clause(spec);
    const core = "https://github.com/open-telemetry/semantic-conventions/blob";
    expect(clause(new Spec("1.26.0"))).toBe(`${core}/v1.26.0/docs/gen-ai/llm-spans.md`);
    expect(clause(new Spec("1.36.0"))).toBe(`${core}/v1.36.0/docs/gen-ai/gen-ai-spans.md`);
    expect(clause(new Spec("genai-2026-08-03"))).toMatch(
      /^https:\/\/github\.com\/open-telemetry\/semantic-conventions-genai\/blob\/fe5608e[0-9a-f]*\/docs\/gen-ai\/gen-ai-spans\.md$/,
    );
  });

  test("has an id of its own, which is its file's name", () => {
    const ids = rules.map(({ meta }) => meta.id);
    expect(new Set(ids).size).toBe(ids.length);
    const files = readdirSync(join(import.meta.dirname, "..", "..", "src", "rules"));
    expect(ids.filter((id) => !files.includes(`${id}.ts`))).toEqual([]);
  });

  test("reports a clause, an expectation, a fix and the place with each finding", () => {
    for (const { fixture, semconv } of cases) {
      for (const finding of judgeFixture(fixture, [semconv]).findings) {
        expect(new URL(finding.clause).protocol).toBe("https:");
        for (const text of [finding.expected, finding.actual, finding.fix]) expect(text.trim()).not.toBe("");
        expect(finding.message).toContain(finding.fix);
        expect(finding.message).toContain(finding.where.attribute);
        expect(finding.message).not.toContain("undefined");
      }
    }
  });

  test("reports no level that it does not declare", () => {
    for (const { fixture, semconv } of cases) {
      for (const { ruleId, level } of judgeFixture(fixture, [semconv]).findings) {
        expect(rules.find(({ meta }) => meta.id === ruleId)?.meta.levels).toContain(level);
      }
    }
  });
});

test("several pins at once say what each says alone", () => {
  for (const { name, fixture } of fixtures) {
    const pins = [...new Set([...fixture.semconv, "1.26.0", "1.36.0", "genai-2026-08-03"])];
    const together = judgeFixture(fixture, pins);
    for (const [index, pin] of pins.entries()) {
      const alone = judgeFixture(fixture, [pin]);
      expect({
        name,
        findings: together.findings.filter(({ semconv }) => semconv === pin),
        rules: together.rules.filter(({ semconv }) => semconv === pin),
        spanTypes: together.spanTypes[index],
      }).toEqual({ name, findings: alone.findings, rules: alone.rules, spanTypes: alone.spanTypes[0] });
    }
  }
});
