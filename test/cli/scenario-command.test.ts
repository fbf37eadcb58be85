import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { SpanTree } from "../../src/scenario/render/draw-trace.ts";
import { cli } from "./run-cli.ts";

const scenarios = new URL("../../scenarios/", import.meta.url);

describe("scenario", () => {
  test("list names every file of scenarios/ but the broken ones", async () => {
    const files = readdirSync(scenarios, { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".yaml") && !file.startsWith("broken"))
      .map((file) => file.replace(/\.yaml$/, ""));
    const { code, stdout } = await cli(["scenario", "list"]);
    expect(code).toBe(0);
    expect(
      stdout
        .trimEnd()
        .split("\n")
        .map((line) => line.split(" ")[0]),
    ).toEqual(files.toSorted());
    const json = JSON.parse((await cli(["scenario", "list", "--json"])).stdout) as readonly {
      readonly name: string;
      readonly description: string;
    }[];
    expect(json.map(({ name }) => name)).toEqual(files.toSorted());
    expect(json.every(({ description }) => description.endsWith("."))).toBe(true);
  });

  test("show prints the file, and on standard error what its runs come to", async () => {
    const { code, stdout, stderr } = await cli(["scenario", "show", "retry-storm/429"]);
    expect(code).toBe(0);
    expect(stdout).toBe(readFileSync(new URL("retry-storm/429.yaml", scenarios), "utf8"));
    expect(stderr).toMatch(/amplification \d\.\d\d.*goodput/);
    const json = JSON.parse((await cli(["scenario", "show", "retry-storm/429", "--json"])).stdout) as {
      readonly tally: object;
    };
    expect(json.tally).toMatchObject({ traces: 1500, calls: 1500 });
  });

  test("draw prints a trace as a tree, in the version's names, without colour", async () => {
    const { code, stdout } = await cli([
      "scenario",
      "draw",
      "multi-agent/remote",
      "--semconv",
      "1.41.1",
      "--trace",
      "3",
    ]);
    expect(code).toBe(0);
    expect(stdout).not.toContain("\u001B");
    const lines = stdout.trimEnd().split("\n");
    expect(lines[0]).toMatch(/^POST \/trips {2,}concierge {2,}SERVER +\+0us +[\d.]+s$/);
    expect(lines[1]).toMatch(/^└─ invoke_agent concierge +concierge +INTERNAL /);
    expect(lines.some((line) => /^ {3}├─ invoke_agent traveller +concierge +CLIENT /.test(line))).toBe(true);
    expect(lines.some((line) => /POST \/agents\/traveller +travel +SERVER .* by w3c$/.test(line))).toBe(true);
    expect(lines.some((line) => /POST \/tools\/book +legacy +SERVER .* by none: a new trace$/.test(line))).toBe(true);
    expect(
      new Set(
        lines.map(
          (line) => line.indexOf(" SERVER") >= 0 || line.indexOf("CLIENT") >= 0 || line.indexOf("INTERNAL") >= 0,
        ),
      ),
    ).toEqual(new Set([true]));
  });

  test("draw paints on a terminal that wants it, and leaves box characters out where the locale has none", async () => {
    const { stdout } = await cli(["scenario", "draw", "rag/query"], { env: { NO_COLOR: "", FORCE_COLOR: "1" } });
    expect(stdout).toContain("\u001B[");
    const ascii = await cli(["scenario", "draw", "rag/query"], { env: { LC_ALL: "C" } });
    expect(ascii.stdout).toMatch(/^\|- embeddings/m);
    expect(ascii.stdout).not.toMatch(/[\u0080-\uffff]/);
  });

  test("draw gives the tree as JSON", async () => {
    const { stdout } = await cli([
      "scenario",
      "draw",
      "multi-agent/handoff",
      "--trace",
      "3",
      "--json",
      "--semconv",
      "1.41.1",
    ]);
    const root = JSON.parse(stdout) as SpanTree;
    expect(root).toMatchObject({
      name: "POST /chat",
      service: "shop",
      kind: "SERVER",
      type: null,
      start: 0,
      hop: null,
      error: null,
    });
    const [first, second] = root.children;
    expect(second?.link).toBe(first?.children.at(-1)?.spanId);
    expect(first?.children.at(-1)?.name).toMatch(/^execute_tool transfer_to_/);
  });

  test.each([
    [["scenario", "draw", "nope/nope"], /no built-in scenario or file/],
    [["scenario", "show", "rag/quer"], /did you mean rag\/query\?/],
    [["scenario", "draw", "mutli"], /did you mean multi-agent\//],
    [["scenario", "draw", "handof"], /did you mean multi-agent\/handoff\?/],
    [["scenario", "draw", "rag/query", "--trace", "100"], /--trace: expected a whole number from 0 to 99/],
    [["scenario", "lst"], /Did you mean list\?/],
  ])("refuses %j", async (args, words) => {
    const { code, stderr } = await cli(args);
    expect(code).toBe(2);
    expect(stderr).toMatch(words);
  });
});
