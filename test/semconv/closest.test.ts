import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { closest, editDistance } from "../../src/semconv/closest.ts";

describe("editDistance", () => {
  test.each([
    ["", "", 0],
    ["abc", "abc", 0],
    ["abc", "abd", 1],
    ["abc", "ab", 1],
    ["ab", "abc", 1],
    ["abc", "acb", 1],
    ["kitten", "sitting", 3],
    ["ca", "abc", 3],
  ])("%j and %j: %i", (a, b, expected) => {
    expect(editDistance(a, b, 10)).toBe(expected);
  });

  test("is cut off above the limit", () => {
    expect(editDistance("kitten", "sitting", 2)).toBe(3);
    expect(editDistance("a", "abcdefgh", 2)).toBe(3);
    expect(editDistance("abcdefgh", "ijklmnop", 1)).toBe(2);
  });

  const word = fc.string({ unit: fc.constantFrom("a", "b", "c"), maxLength: 8 });

  test("is the same both ways, zero only for equals, and never more than the longer word", () => {
    fc.assert(
      fc.property(word, word, (a, b) => {
        const distance = editDistance(a, b, 100);
        expect(editDistance(b, a, 100)).toBe(distance);
        expect(distance === 0).toBe(a === b);
        expect(distance).toBeLessThanOrEqual(Math.max(a.length, b.length));
        expect(distance).toBeGreaterThanOrEqual(Math.abs(a.length - b.length));
      }),
    );
  });

  test("with a limit says the distance, or more than the limit", () => {
    fc.assert(
      fc.property(word, word, fc.nat(5), (a, b, limit) => {
        const distance = editDistance(a, b, 100);
        expect(Math.min(editDistance(a, b, limit), limit + 1)).toBe(Math.min(distance, limit + 1));
      }),
    );
  });
});

describe("closest", () => {
  const keys = ["gen_ai.usage.input_tokens", "gen_ai.usage.output_tokens", "gen_ai.response.id"];

  test.each([
    ["gen_ai.usage.output_token", "gen_ai.usage.output_tokens"],
    ["gen_ai.usage.inputtokens", "gen_ai.usage.input_tokens"],
    ["genai.response.id", "gen_ai.response.id"],
    ["gen_ai.response.id", "gen_ai.response.id"],
    ["gen_ai.tenant", undefined],
    ["completely.different", undefined],
  ])("of %j is %j", (word, expected) => {
    expect(closest(word, keys)).toBe(expected);
  });

  test("takes the nearest, not the first that is near", () => {
    expect(closest("abcdefghi", ["abcdexyhi", "abcdefgha"])).toBe("abcdefgha");
    expect(closest("abcdefghi", ["abcdefgha", "abcdexyhi"])).toBe("abcdefgha");
  });

  test("takes the first of equally near ones", () => {
    expect(closest("abcdefghi", ["abcdefghx", "abcdefghy"])).toBe("abcdefghx");
  });

  test("a short word is near only to its like: a third of its length, at least one edit", () => {
    expect(closest("ab", ["ax", "xy"])).toBe("ax");
    expect(closest("abc", ["axy"])).toBeUndefined();
    expect(closest("a".repeat(30), [`${"a".repeat(26)}bbbb`])).toBe(`${"a".repeat(26)}bbbb`);
    expect(closest("a".repeat(30), [`${"a".repeat(25)}bbbbb`])).toBeUndefined();
  });

  test("of nothing is nothing", () => {
    expect(closest("anything", [])).toBeUndefined();
  });
});
