import { describe, expect, test } from "vitest";
import { counted, duration, judged, listed, reasonsOf, subjectOf } from "../../src/report/wording.ts";
import { groupFindings, type FindingGroup } from "../../src/result/group.ts";
import type { Finding, Result } from "../../src/result/result.ts";
import { failingResult, fullResult, inconclusiveResult, manySpansResult, passingResult } from "../result/sample.ts";

test("counts agree with their noun", () => {
  expect(counted(0, "span")).toBe("0 spans");
  expect(counted(1, "span")).toBe("1 span");
  expect(counted(12_345, "span")).toBe("12,345 spans");
});

test("lists read as a sentence does", () => {
  expect(listed([])).toBe("");
  expect(listed(["a"])).toBe("a");
  expect(listed(["a", "b", "c"])).toBe("a, b and c");
});

test.each([
  [0.4, "0 ms"],
  [999, "999 ms"],
  [4182, "4.2 s"],
  [119_999, "2 min 0 s"],
])("%d ms is %s", (milliseconds, words) => {
  expect(duration(milliseconds)).toBe(words);
});

test("what was judged names only the signals that came", () => {
  const result = passingResult();
  const genai = (spans: number, logs: number, metrics: number): string =>
    judged({ ...result, received: { ...result.received, genai: { spans, logs, metrics } } });
  expect(genai(1, 0, 0)).toBe("1 gen_ai span");
  expect(genai(0, 2, 1)).toBe("2 gen_ai logs and 1 metric");
  expect(genai(0, 0, 0)).toBe("0 gen_ai spans");
});

test("a finding is called after the narrowest thing it names, and the place in its content", () => {
  const where = { service: "s", scope: "scope", span: "span", spanType: "", attribute: "a", path: "" };
  const called = (change: Partial<typeof where>, others: readonly string[] = []): string => {
    const [finding] = failingResult().findings as readonly [Finding];
    const findings = ["span", ...others].map((span) => ({ ...finding, where: { ...where, span, ...change } }));
    return subjectOf(groupFindings(findings, [finding.semconv])[0] as FindingGroup);
  };
  expect(called({})).toBe("a");
  expect(called({ path: "/0/name" })).toBe("a /0/name");
  expect(called({ attribute: "" })).toBe("span");
  expect(called({ attribute: "" }, ["span 2", "span 3"])).toBe("span and 2 more");
  expect(called({ attribute: "", span: "" })).toBe("scope");
  expect(called({ attribute: "", span: "", scope: "" })).toBe("s");
});

describe("the reason that counts findings", () => {
  const found = (result: Result): string | undefined =>
    reasonsOf(result, groupFindings(result.findings, result.semconv.pins))[0]?.message;

  test("counts what is shown, for each version and over span names", () => {
    expect(found(manySpansResult())).toBe(
      "Found 2 violations on 13 span names: 2 of 1.41.1 and 2 of genai-2026-08-03 (the gate is --fail-on violation).",
    );
  });

  test("names the one version there is", () => {
    const result = manySpansResult();
    const findings = result.findings.filter((finding) => finding.semconv === "1.41.1");
    expect(found({ ...result, findings, semconv: { ...result.semconv, pins: ["1.41.1"] } })).toBe(
      "Found 2 violations of 1.41.1 on 12 span names (the gate is --fail-on violation).",
    );
  });

  test("counts each level that the gate holds, and no other", () => {
    expect(found({ ...failingResult(), failOn: "improvement" })).toMatch(/^Found 12 violations and 7 improvements on /);
    expect(found(failingResult())).toMatch(
      /^Found 12 violations on 6 span names: 7 of 1\.36\.0, 10 of 1\.41\.1 and 12 of /,
    );
  });

  test("says when more is not listed", () => {
    expect(found({ ...fullResult(), failOn: "improvement" })).toContain(", and more that occurred 140 times (");
  });

  test("is the only one that is worded anew", () => {
    const result = inconclusiveResult();
    expect(reasonsOf(result, [])).toEqual(result.reasons);
  });
});
