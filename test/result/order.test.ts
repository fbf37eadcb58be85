import fc from "fast-check";
import { expect, test } from "vitest";
import { compareFindings, compareRuleOutcomes, compareSources } from "../../src/result/order.ts";
import type { Finding } from "../../src/result/result.ts";
import { failingResult } from "./sample.ts";

const result = failingResult();

test("gravest level first, then most frequent, then rule", () => {
  const [template] = result.findings as [Finding];
  const finding = (level: Finding["level"], count: number, ruleId: string): Finding => ({
    ...template,
    level,
    count,
    ruleId,
  });
  const sorted = [
    finding("violation", 9, "a"),
    finding("violation", 9, "b"),
    finding("violation", 2, "a"),
    finding("improvement", 99, "a"),
    finding("information", 100, "a"),
  ];
  expect(sorted.toReversed().toSorted(compareFindings)).toEqual(sorted);
});

test("any order of arrival gives the same findings", () => {
  fc.assert(
    fc.property(fc.shuffledSubarray([...result.findings], { minLength: result.findings.length }), (shuffled) => {
      expect(shuffled.toSorted(compareFindings)).toEqual(result.findings);
    }),
    { numRuns: 20 },
  );
});

test("texts are ordered by code unit, whatever the locale", () => {
  const [source] = result.sources as [(typeof result.sources)[number]];
  const services = ["b", "Z", "a", "ä"].map((service) => ({ ...source, service }));
  expect(services.toSorted(compareSources).map((s) => s.service)).toEqual(["Z", "a", "b", "ä"]);
});

test("rule outcomes follow the pins, not the alphabet", () => {
  const pins = ["genai-2026-08-03", "1.36.0"];
  const ruleIds = ["b", "a"];
  const outcomes = ruleIds.flatMap((ruleId) =>
    pins.toReversed().map((semconv) => ({
      ruleId,
      semconv,
      title: "",
      pass: 0,
      fail: 0,
      cannotTell: 0,
      notApplicable: 0,
      error: 0,
    })),
  );
  expect(outcomes.toSorted(compareRuleOutcomes(pins)).map((o) => `${o.ruleId} ${o.semconv}`)).toEqual([
    "a genai-2026-08-03",
    "a 1.36.0",
    "b genai-2026-08-03",
    "b 1.36.0",
  ]);
});
