import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { sentRules } from "../../src/rules/sent-rules.ts";
import { cli } from "../cli/run-cli.ts";

const readme = readFileSync(new URL("../../README.md", import.meta.url), "utf8");
const section = readme.slice(readme.indexOf("## Replay\n"), readme.indexOf("## Receiving\n"));

test("README names every option of replay, and no other", async () => {
  const { stdout } = await cli(["replay", "--help"]);
  const options = (text: string): string[] => [...new Set(text.match(/(?<=[\s`])--[a-z-]+/g))].toSorted();
  const list = stdout.slice(stdout.indexOf("Options:"), stdout.indexOf("Examples:"));
  const table = section.slice(section.indexOf("| option"), section.indexOf("The **otlp** driver"));
  expect(options(table)).toEqual(options(list).filter((option) => option !== "--help"));
});

test("README's table of the rules about sent spans is what the rules say", () => {
  const rows = sentRules.map(({ meta }) => `| \`${meta.id}\` | ${meta.levels.join(", ")} | ${meta.title} |`);
  expect(section).toContain(`|---|---|---|\n${rows.join("\n")}\n<!-- /sent -->`);
});
