import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
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
