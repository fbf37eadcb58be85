import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { describe, expect, test } from "vitest";

import type { Result } from "../../src/result/result.ts";
import { cli } from "./run-cli.ts";

const folder = mkdtempSync(join(tmpdir(), "broken-"));
const inFolder = (name: string): string => join(folder, name);

async function findingsOf(args: readonly string[]): Promise<string[]> {
  const { stdout } = await cli(["check", ...args, "--json"]);
  const { findings } = JSON.parse(stdout) as Result;
  return findings
    .filter(({ level }) => level === "violation")
    .map(({ ruleId, where, count }) => `${ruleId} ${where.attribute} ${count}×`);
}

describe("generate broken/…", () => {
  test("writes one violation into clean traffic, and says which", async () => {
    const out = inFolder("kind.ndjson");
    const run = await cli(["generate", "broken/span-kind/chat-of-a-server", "--semconv", "1.36.0", "--out", out]);
    expect(run.code).toBe(0);
    expect(run.stderr).toContain("Broken: 1 span. In 1.36.0 it must cause violation span-kind.\n");
    expect(await findingsOf([out, "--semconv", "1.36.0"])).toEqual(["span-kind  1×"]);
  });

  test("breaks protobuf alike, and every span that fits when the fault says so", async () => {
    const out = inFolder("ok.binpb");
    const run = await cli(["generate", "broken/status-ok/chat", "--semconv", "1.41.1", "--traces", "20", "--out", out]);
    const [, broken] = /Broken: (\d+) spans\. In 1\.41\.1 it must cause improvement status-ok\./.exec(run.stderr) ?? [];
    expect(Number(broken)).toBeGreaterThan(20);
    const { stdout } = await cli(["check", out, "--semconv", "1.41.1", "--json"]);
    const { findings } = JSON.parse(stdout) as Result;
    const improvements = findings.filter(({ ruleId }) => ruleId === "status-ok");
    expect(improvements.reduce((sum, { count }) => sum + count, 0)).toBe(Number(broken));
  });

  test("breaks the ledger", async () => {
    const [out, ledger] = [inFolder("cache.ndjson"), inFolder("cache-ledger.ndjson")];
    const fault = ["generate", "broken/span-without-call/answer-of-a-cache", "--semconv", "1.41.1", "--traces", "3"];
    const run = await cli([...fault, "--out", out, "--ledger", ledger]);
    expect(run.stderr).toContain("Broken: 1 call. In 1.41.1 it must cause violation span-without-call.");
    expect(await findingsOf([out, "--semconv", "1.41.1", "--ledger", ledger])).toEqual(["span-without-call  1×"]);
    const without = await cli([...fault, "--out", inFolder("none.ndjson")]);
    expect(without.code).toBe(2);
    expect(without.stderr).toContain("nothing was broken: no call of what was written in 1.41.1 fits the fault");
    expect(without.stderr).toContain("write one with --ledger");
  });

  test("breaks what arrives of what the ledger says was sent", async () => {
    const [out, ledger] = [inFolder("lost.binpb"), inFolder("lost-ledger.ndjson")];
    const fault = ["generate", "broken/sent-span-lost/filtered", "--semconv", "1.41.1", "--traces", "40"];
    const run = await cli([...fault, "--out", out, "--ledger", ledger]);
    expect(run.stderr).toContain("Broken: 1 span. In 1.41.1 it must cause violation sent-span-lost.");
    expect(await findingsOf([out, "--semconv", "1.41.1", "--ledger", ledger])).toEqual(["sent-span-lost  1×"]);
  });

  test("tells of a span as it was sent, where it was broken before", async () => {
    const [out, ledger] = [inFolder("name.ndjson"), inFolder("name-ledger.ndjson")];
    const fault = ["generate", "broken/span-kind/chat-of-a-server", "--semconv", "1.36.0", "--traces", "3"];
    await cli([...fault, "--out", out, "--ledger", ledger]);
    expect(await findingsOf([out, "--semconv", "1.36.0", "--ledger", ledger])).toEqual(["span-kind  1×"]);
  });

  test("says which versions have what is to be broken", async () => {
    const run = await cli(["generate", "broken/status-ok/mcp-server", "--semconv", "1.36.0", "--traces", "2"]);
    expect(run.code).toBe(2);
    expect(run.stderr).toMatch(
      /no span of what was written in 1\.36\.0 fits the fault\n.*another version: 1\.39\.0, 1\.40\.0/,
    );
  });

  test("takes a fault of the user's own, and tells what is wrong with one", async () => {
    const own = inFolder("own.yaml");
    const fault = (base: string): string =>
      `description: A test.\nbase: { scenario: ${base} }\nmutate:\n  - spans: { operation: chat }\n    kind: SERVER\nfindings:\n  - { rule: span-kind, level: violation }\n`;
    writeFileSync(own, fault("rag/query"));
    const run = await cli(["generate", own, "--semconv", "1.41.1", "--out", inFolder("own.ndjson")]);
    expect(run.stderr).toContain("In 1.41.1 it must cause violation span-kind.");
    writeFileSync(own, fault("rag/querry"));
    expect((await cli(["generate", own])).stderr).toContain(
      'no built-in scenario "rag/querry"; did you mean rag/query?',
    );
    writeFileSync(own, fault("rag/query").replace("kind: SERVER", "kind: SERVR"));
    expect((await cli(["generate", own])).stderr).toMatch(
      /own\.yaml:5:\d+: mutate\[0\]\.kind: .*did you mean SERVER\?/,
    );
    expect((await cli(["generate", "broken/span-kind/chat-of-a-servr"])).stderr).toContain(
      "did you mean broken/span-kind/chat-of-a-server?",
    );
  });
});

test("scenario list --broken names the faults, show prints one and what its base comes to, draw says what it draws", async () => {
  const { stdout } = await cli(["scenario", "list", "--broken"]);
  expect(stdout.trimEnd().split("\n").length).toBeGreaterThanOrEqual(60);
  expect(stdout).toMatch(/^broken\/status-ok\/mcp-server +An MCP server's span with status OK\.$/m);
  const shown = await cli(["scenario", "show", "broken/status-ok/mcp-server"]);
  const file = new URL("../../scenarios/broken/status-ok/mcp-server.yaml", import.meta.url);
  expect(shown.stdout).toBe(readFileSync(file, "utf8"));
  expect(shown.stderr).toContain("reference/every-step, its base, with seed 1: ");
  const drawn = await cli(["scenario", "draw", "broken/status-ok/mcp-server"]);
  expect(drawn.stderr).toContain("drawn without its fault: reference/every-step\n");
});
