import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { FailOn, Level, Verdict } from "../../src/result/result.ts";
import { reachesFailOn, worst } from "../../src/result/verdict.ts";

describe("worst", () => {
  const verdicts: Verdict[] = ["pass", "inconclusive", "fail"];

  test("a violation outweighs a doubt, a doubt outweighs a pass", () => {
    expect(worst(["pass", "inconclusive", "fail"])).toBe("fail");
    expect(worst(["pass", "inconclusive"])).toBe("inconclusive");
    expect(worst(["pass", "pass"])).toBe("pass");
  });

  test("nothing judged is no pass", () => {
    expect(worst([])).toBe("inconclusive");
  });

  test("adding a verdict never makes the whole better, and order does not matter", () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...verdicts), { minLength: 1 }),
        fc.constantFrom(...verdicts),
        (list, more) => {
          expect(verdicts.indexOf(worst([...list, more]))).toBeGreaterThanOrEqual(verdicts.indexOf(worst(list)));
          expect(worst(list.toReversed())).toBe(worst(list));
        },
      ),
    );
  });
});

describe("reachesFailOn", () => {
  const table: Record<FailOn, Level[]> = {
    violation: ["violation"],
    improvement: ["violation", "improvement"],
    information: ["violation", "improvement", "information"],
    never: [],
  };
  test.each(Object.entries(table) as [FailOn, Level[]][])("%s", (failOn, failing) => {
    const all: Level[] = ["violation", "improvement", "information"];
    expect(all.filter((level) => reachesFailOn(level, failOn))).toEqual(failing);
  });
});
