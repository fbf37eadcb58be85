import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { compileScenario } from "../../src/scenario/compile/compile-scenario.ts";
import { planTraces } from "../../src/scenario/plan/plan.ts";
import { readScenario } from "../../src/scenario/read/read-scenario.ts";
import { readSpecsJson } from "../../src/semconv/specs-folder.ts";
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
    for (const [, file] of readme.matchAll(/\]\(((?!https?:|#)[^)]+)\)/g)) {
      expect(() => readFileSync(new URL(`../../${file}`, import.meta.url))).not.toThrow();
    }
  });

  test("leads to parts that are there", () => {
    const parts = [...readme.matchAll(/^##+ (.*)$/gm)].map(([, title = ""]) =>
      title
        .toLowerCase()
        .replaceAll(/[^\w -]/g, "")
        .replaceAll(" ", "-"),
    );
    const links = [...readme.matchAll(/\]\(#([^)]+)\)/g)].map(([, part]) => part);
    expect(links).not.toEqual([]);
    expect(parts).toEqual(expect.arrayContaining(links));
  });

  test("shows a scenario that works, and names every step there is", () => {
    const yaml = /<!-- scenario -->\n```yaml\n([^]*?)```\n<!-- \/scenario -->/.exec(readme)?.[1] ?? "";
    const traces = [...planTraces(compileScenario(readScenario(yaml, "README.md")), 1, 50)];
    expect(traces).toHaveLength(50);
    const schema = readSpecsJson<{ readonly $defs: { readonly step: { readonly properties: object } } }>(
      "schema/scenario.schema.json",
    );
    const row = /^\| steps \|.*$/m.exec(readme)?.[0] ?? "";
    const steps = [...row.matchAll(/`(\w+)`/g)].map(([, step]) => step);
    expect(steps.toSorted()).toEqual(Object.keys(schema.$defs.step.properties).toSorted());
  });
});
