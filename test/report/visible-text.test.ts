import fc from "fast-check";
import { runInThisContext } from "node:vm";
import { describe, expect, test } from "vitest";
import { visibleText } from "../../src/report/visible-text.ts";

describe("visibleText", () => {
  test.each([
    ["\u001b[31mred", "\\u001b[31mred"],
    ["a\r\nb\tc", "a\\u000d\\nb\\tc"],
    ["\u009b2J", "\\u009b2J"],
    ["gen_ai.\u202eledom", "gen_ai.\\u202eledom"],
    ["gen_ai.\u200dmodel", "gen_ai.\\u200dmodel"],
    ["a\u2028b", "a\\u2028b"],
    ["lone \ud800", "lone \\ud800"],
    ["tag \u{e0041}", "tag \\u{e0041}"],
    ["chat gpt-4o › Füße 日本 😀", "chat gpt-4o › Füße 日本 😀"],
  ])("%j", (text, visible) => {
    expect(visibleText(text)).toBe(visible);
  });

  test("nothing it gives can steer a terminal, and doing it twice changes nothing", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const visible = visibleText(text);
        expect(visible).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
        expect(visibleText(visible)).toBe(visible);
      }),
    );
  });

  test("runs from its own source text, as it does in the browser", () => {
    const rebuilt = runInThisContext(`(${visibleText.toString()})`) as typeof visibleText;
    expect(rebuilt("\u001b\n")).toBe("\\u001b\\n");
  });
});
