import { expect, test } from "vitest";
import { cannotTellOf, omittedOf } from "../../src/result/totals.ts";
import { failingResult } from "./sample.ts";

test("what could not be told is summed over the rules of one version", () => {
  const result = failingResult();
  const rules = result.rules.map((rule) => ({ ...rule, cannotTell: rule.semconv === "1.41.1" ? 2 : 5 }));
  expect(cannotTellOf({ ...result, rules }, "1.41.1")).toBe(2 * (rules.length / 3));
});

test("the same omitted findings in two versions are not added up", () => {
  const omitted = (semconv: string, ruleId: string, count: number) =>
    ({ semconv, ruleId, level: "violation", count }) as const;
  const findingsOmitted = [omitted("1.36.0", "a", 3), omitted("1.41.1", "a", 3), omitted("1.41.1", "b", 4)];
  const result = { ...failingResult(), findingsOmitted };
  expect(omittedOf(result, "violation")).toBe(7);
  expect(omittedOf(result, "information")).toBe(0);
});
