import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { withRuleTable } from "./rule-table.ts";

const readme = readFileSync(new URL("../../README.md", import.meta.url), "utf8");

describe("README.md", () => {
  test("has the table of rules that the rules make (npm run docs writes it)", () => {
    expect(readme).toBe(withRuleTable(readme));
  });

  test("names no file or script that is not there", () => {
    const scripts = (
      JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as { scripts: object }
    ).scripts;
    for (const [, script] of readme.matchAll(/npm run ([a-z:]+)/g)) expect(Object.keys(scripts)).toContain(script);
    for (const [, file] of readme.matchAll(/\]\(((?!https?:)[^)]+)\)/g)) {
      expect(() => readFileSync(new URL(`../../${file}`, import.meta.url))).not.toThrow();
    }
  });
});
