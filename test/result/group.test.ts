import { runInThisContext } from "node:vm";
import { expect, test } from "vitest";
import { groupFindings } from "../../src/result/group.ts";
import type { Finding } from "../../src/result/result.ts";
import { failingResult } from "./sample.ts";

const { findings, semconv } = failingResult();
const [first] = findings as readonly [Finding];
const pins = semconv.pins;

test("the same finding of several versions is one group, versions in the order of the pins", () => {
  const said = pins.toReversed().map((version) => ({ ...first, semconv: version, actual: `not in ${version}` }));
  const [group, ...others] = groupFindings(said, pins);
  expect(others).toEqual([]);
  expect(group?.versions).toEqual(pins);
  expect(group?.actual).toBe("not in 1.36.0 / 1.41.1 / genai-2026-08-03");
});

test("another level, place or wording is another group", () => {
  const said: Finding[] = [
    first,
    { ...first, level: "improvement" },
    { ...first, where: { ...first.where, attribute: "other" } },
    { ...first, where: { ...first.where, spanType: "ambiguous" } },
    { ...first, fix: "Do something else." },
  ];
  expect(groupFindings(said, pins)).toHaveLength(5);
});

test("the span type may differ between versions", () => {
  const newer = "genai-2026-08-03";
  const said = [first, { ...first, semconv: newer, where: { ...first.where, spanType: "gen_ai.client" } }];
  expect(groupFindings(said, [first.semconv, newer])).toHaveLength(1);
});

test("no finding is lost or doubled, and counts are not added up over versions", () => {
  const groups = groupFindings(findings, pins);
  expect(groups.flatMap((group) => group.findings).toSorted()).toHaveLength(findings.length);
  expect(new Set(groups.flatMap((group) => group.findings))).toEqual(new Set(findings));
  expect(groups.length).toBeLessThan(findings.length);
  expect(groups.every((group) => group.findings.some((finding) => finding.count === group.count))).toBe(true);
});

test("runs from its own source text, as it does in the browser", () => {
  const rebuilt = runInThisContext(`(${groupFindings.toString()})`) as typeof groupFindings;
  expect(rebuilt(findings, pins)).toEqual(groupFindings(findings, pins));
});
