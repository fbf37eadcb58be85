import { runInThisContext } from "node:vm";
import { describe, expect, test } from "vitest";
import { groupFindings } from "../../src/result/group.ts";
import type { Finding } from "../../src/result/result.ts";
import { failingResult, manySpansResult } from "./sample.ts";

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
    { ...first, where: { ...first.where, scope: "another scope" } },
    { ...first, where: { ...first.where, service: "another service" } },
    { ...first, where: { ...first.where, path: "/0/name" } },
    { ...first, ruleId: "another-rule" },
    { ...first, fix: "Do something else." },
  ];
  expect(groupFindings(said, pins)).toHaveLength(8);
});

test("the span type may differ between versions", () => {
  const newer = "genai-2026-08-03";
  const said = [first, { ...first, semconv: newer, where: { ...first.where, spanType: "gen_ai.client" } }];
  expect(groupFindings(said, [first.semconv, newer])).toHaveLength(1);
});

describe("findings that differ in the span only", () => {
  const on = (span: string, count: number, more: Partial<Finding> & { readonly spanType?: string } = {}): Finding => {
    const { spanType = first.where.spanType, ...rest } = more;
    return { ...first, count, ...rest, where: { ...first.where, span, spanType } };
  };
  const [older, newer] = [first.semconv, "genai-2026-08-03"];

  test("are one group that names its spans, most frequent first", () => {
    const [group, ...others] = groupFindings([on("chat b", 2), on("chat a", 2), on("chat c", 7)], pins);
    expect(others).toEqual([]);
    expect(group?.spans.map(({ span, count }) => [span, count])).toEqual([
      ["chat c", 7],
      ["chat a", 2],
      ["chat b", 2],
    ]);
    expect(group?.count).toBe(11);
  });

  test("are counted once over versions, which look at the same spans", () => {
    const said = [on("a", 3), on("a", 4, { semconv: newer }), on("b", 2, { semconv: newer })];
    const [group] = groupFindings(said, [older, newer]);
    expect(group?.spans).toEqual([
      { span: "a", count: 4, versions: [older, newer] },
      { span: "b", count: 2, versions: [newer] },
    ]);
    expect(group?.count).toBe(6);
    expect(group?.versions).toEqual([older, newer]);
  });

  test("add up over the span types of one name, which are different spans", () => {
    const [group] = groupFindings([on("a", 3), on("a", 4, { spanType: "ambiguous" })], pins);
    expect(group?.spans).toEqual([{ span: "a", count: 7, versions: [older] }]);
  });

  test("go before less frequent ones of their level, and after graver ones", () => {
    const said = [
      on("a", 9, { level: "improvement" }),
      on("a", 3, { fix: "another" }),
      on("a", 2),
      on("b", 2),
      on("c", 50, { level: "improvement" }),
    ];
    expect(groupFindings(said, pins).map(({ level, count }) => [level, count])).toEqual([
      ["violation", 4],
      ["violation", 3],
      ["improvement", 59],
    ]);
  });
});

test("places that differ in the index only are one, and its path says so", () => {
  const at = (path: string): Finding => ({ ...first, where: { ...first.where, span: path, path } });
  const paths = (...said: Finding[]): string[] => groupFindings(said, pins).map((group) => group.where.path);
  expect(paths(at("/0/name"))).toEqual(["/0/name"]);
  expect(paths(at("/0/name"), at("/12/name"))).toEqual(["/*/name"]);
  expect(paths(at("/0/name"), at("/0/names"))).toEqual(["/0/name", "/0/names"]);
});

test("no finding is lost or doubled", () => {
  for (const result of [failingResult(), manySpansResult()]) {
    const grouped = groupFindings(result.findings, result.semconv.pins).flatMap((group) => group.findings);
    expect(grouped).toHaveLength(result.findings.length);
    expect(new Set(grouped)).toEqual(new Set(result.findings));
  }
});

test("runs from its own source text, as it does in the browser", () => {
  const rebuilt = runInThisContext(`(${groupFindings.toString()})`) as typeof groupFindings;
  expect(rebuilt(findings, pins)).toEqual(groupFindings(findings, pins));
  const many = manySpansResult();
  expect(rebuilt(many.findings, many.semconv.pins)).toEqual(groupFindings(many.findings, many.semconv.pins));
});
