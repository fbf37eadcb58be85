import { describe, expect, test } from "vitest";

import { versionsIn } from "../../../src/scenario/mutation/version-range.ts";

const all = ["1.26.0", "1.27.0", "1.36.0", "1.37.0", "genai-2026-08-03"];

describe("a range of versions", () => {
  test("absent is all", () => {
    expect(versionsIn(undefined, all)).toEqual(all);
  });

  test.each([
    [">=1.37.0", ["1.37.0", "genai-2026-08-03"]],
    [">1.37.0", ["genai-2026-08-03"]],
    ["<=1.27.0", ["1.26.0", "1.27.0"]],
    ["<1.27.0", ["1.26.0"]],
    ["1.36.0", ["1.36.0"]],
    [">=1.27.0 <genai-2026-08-03", ["1.27.0", "1.36.0", "1.37.0"]],
  ])("%s", (range, versions) => {
    expect(versionsIn(range, all)).toEqual(versions);
  });

  test("a list is in the order of the versions", () => {
    expect(versionsIn(["genai-2026-08-03", "1.26.0"], all)).toEqual(["1.26.0", "genai-2026-08-03"]);
  });

  test("an id that is no version, and a range without a version, are refused", () => {
    expect(() => versionsIn(">=1.37", all)).toThrow('no version "1.37": expected one of 1.26.0, 1.27.0');
    expect(() => versionsIn(["1.36.1"], all)).toThrow('no version "1.36.1"');
    expect(() => versionsIn(">1.37.0 <1.27.0", all)).toThrow("no version is >1.37.0 <1.27.0");
  });
});
