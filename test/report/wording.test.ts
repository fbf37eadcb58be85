import { expect, test } from "vitest";
import { counted, duration, judged, listed, subjectOf } from "../../src/report/wording.ts";
import { passingResult } from "../result/sample.ts";

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

test("a finding is called after the narrowest thing it names", () => {
  const where = { service: "s", scope: "scope", span: "span", spanType: "", attribute: "a", path: "" };
  expect(subjectOf(where)).toBe("a");
  expect(subjectOf({ ...where, attribute: "" })).toBe("span");
  expect(subjectOf({ ...where, attribute: "", span: "", scope: "" })).toBe("s");
});
