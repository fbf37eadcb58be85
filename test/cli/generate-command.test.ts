import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import type { LedgerCall } from "../../src/ledger/ledger.ts";
import { readLedger } from "../../src/ledger/read-ledger.ts";
import { readTelemetryFile } from "../../src/otlp/read-telemetry.ts";
import type { Result } from "../../src/result/result.ts";
import { dumpMessage } from "../otlp/dump-request.ts";
import { cli, type CliRun } from "./run-cli.ts";

const folder = mkdtempSync(join(tmpdir(), "generate-"));
const inFolder = (name: string): string => join(folder, name);

async function spansIn(file: string): Promise<unknown[]> {
  const all: unknown[] = [];
  for await (const item of readTelemetryFile(file)) {
    if ("problem" in item) throw new Error(item.problem.actual);
    all.push(dumpMessage(item.request));
  }
  return all;
}

describe("generate", () => {
  const json = inFolder("a.ndjson");
  const ledger = inFolder("ledger.ndjson");
  const scenario = ["generate", "retry-storm/429", "--semconv", "1.36.0", "--seed", "5", "--traces", "600"];
  let run: CliRun;

  beforeAll(async () => {
    run = await cli([...scenario, "--out", json, "--ledger", ledger]);
  });

  test("writes OTLP/JSON lines that check finds clean", async () => {
    expect(run).toMatchObject({ code: 0, stdout: "" });
    const checked = await cli(["check", json, "--semconv", "1.36.0", "--json", "--fail-on", "improvement"]);
    expect(checked.code).toBe(0);
    expect((JSON.parse(checked.stdout) as Result).received).toMatchObject({ spans: expect.any(Number) as number });
  });

  test("says on standard error what the calls came to", () => {
    expect(run.stderr).toMatch(/600 traces, [\d,]+ spans over [\d.]+s of virtual time$/m);
    expect(run.stderr).toMatch(
      /600 model calls in [\d,]+ attempts \(amplification [12]\.\d\d\), \d+ answered \(goodput [\d.]+\/s\)/,
    );
  });

  test("writes the same bytes for the same seed, and others for another", async () => {
    const [again, other] = await Promise.all([
      cli([...scenario, "--out", inFolder("b.ndjson"), "--ledger", inFolder("b-ledger.ndjson")]),
      cli([...scenario.map((word) => (word === "5" ? "6" : word)), "--out", inFolder("c.ndjson")]),
    ]);
    expect([again.code, other.code]).toEqual([0, 0]);
    expect(readFileSync(inFolder("b.ndjson"), "utf8")).toBe(readFileSync(json, "utf8"));
    expect(readFileSync(inFolder("b-ledger.ndjson"), "utf8")).toBe(readFileSync(ledger, "utf8"));
    expect(readFileSync(inFolder("c.ndjson"), "utf8")).not.toBe(readFileSync(json, "utf8"));
  });

  test("writes the same spans as protobuf, by the file's extension", async () => {
    const { code } = await cli([...scenario, "--out", inFolder("a.binpb")]);
    expect(code).toBe(0);
    expect(await spansIn(inFolder("a.binpb"))).toEqual(await spansIn(json));
  });

  test("keeps a whole ledger: one call for each span of a call, with what the span says", async () => {
    const calls: LedgerCall[] = [];
    const reading = await readLedger(ledger, (entry) => entry.type === "call" && calls.push(entry));
    expect(reading).toMatchObject({ whole: true, damagedCount: 0, header: { source: "scenario" } });
    const spans = new Map<
      string,
      { readonly name: string; readonly input: string | undefined; readonly error: string | undefined }
    >();
    for await (const item of readTelemetryFile(json)) {
      if ("problem" in item || item.request.signal !== "traces") throw new Error("no spans");
      item.request.forEachSpan((span) => {
        if (span.kind !== 3 || !span.name.startsWith("chat ")) return;
        const text = (key: string): string | undefined => {
          const value = span.attribute(key);
          return value?.type === "int" || value?.type === "string" ? String(value.value) : undefined;
        };
        spans.set(`00-${span.traceId}-${span.spanId}-01`, {
          name: span.name,
          input: text("gen_ai.usage.input_tokens"),
          error: text("error.type"),
        });
      });
    }
    expect(calls).toHaveLength(spans.size);
    for (const { context, response, outcome, request } of calls) {
      expect(spans.get(context.traceparent ?? "")).toEqual({
        name: `chat ${request.model}`,
        input: response?.inputTokens?.toString(),
        error: outcome.kind === "answered" ? undefined : String(outcome.status),
      });
    }
    expect(new Set(calls.map(({ outcome }) => outcome.kind))).toEqual(new Set(["answered", "error"]));
    expect(new Set(calls.map(({ request }) => request.bodyDigest)).size).toBe(600);
  });

  test("pipes into check", async () => {
    const written = await cli(["generate", "chat/streaming", "--traces", "20", "--semconv", "1.41.1"]);
    const checked = await cli(["check", "-", "--semconv", "1.41.1"], { input: written.stdout });
    expect([written.code, checked.code]).toEqual([0, 0]);
  });

  test("takes a scenario of one's own, and says where it is wrong", async () => {
    const own = inFolder("own.yaml");
    const yaml =
      "description: Mine.\nservices: [a]\nrun: { service: a, request: GET /, steps: [{ human: 1s }] }\narrival: { constant: 1/s }\n";
    writeFileSync(own, yaml);
    expect(await cli(["generate", own, "--traces", "1"])).toMatchObject({ code: 0 });
    writeFileSync(own, yaml.replace("human", "humn"));
    const wrong = await cli(["generate", own]);
    expect(wrong).toMatchObject({ code: 2, stdout: "" });
    expect(wrong.stderr).toContain(`${own}:3:46: run.steps[0].humn: expected one of agent, plan, chat`);
    expect(wrong.stderr).toContain("did you mean human?");
  });

  test("overwrites what an earlier run wrote, and nothing else", async () => {
    const out = inFolder("again.binpb");
    const write = (): Promise<CliRun> => cli(["generate", "rag/query", "--traces", "3", "--out", out]);
    expect((await write()).code).toBe(0);
    const first = readFileSync(out);
    expect((await write()).code).toBe(0);
    expect(readFileSync(out).equals(first)).toBe(true);
    writeFileSync(out, "description: my own\n");
    const refused = await write();
    expect([refused.code, readFileSync(out, "utf8")]).toEqual([2, "description: my own\n"]);
    expect(refused.stderr).toMatch(/--out .*again\.binpb: expected a new file or what an earlier run wrote/);
  });

  test.each([
    [["generate", "rag/qery"], /no built-in scenario or file "rag\/qery"; did you mean rag\/query\?/],
    [["generate", "triage"], /did you mean multi-agent\/triage\?/],
    [["generate", "rag/query", "--semconv", "1.99"], /--semconv: unknown version "1.99"/],
    [["generate", "rag/query", "--seed", "-1"], /--seed: expected a whole number from 0 to 4294967295, got "-1"/],
    [["generate", "rag/query", "--traces", "0"], /--traces: expected a whole number from 1 to 4294967295, got "0"/],
    [["generate", "rag/query", "--format", "protobof"], /did you mean protobuf\?/],
    [["generate", "rag/query", "--start", "soon"], /--start: expected a time/],
    [["generate", "rag/query", "--out", folder], /is a folder/],
    [["generate", "rag/query", "--out", join(folder, "no", "such", "file")], /--out .*cannot write/],
    [["generate", "rag/query", "--out", json, "--ledger", json], /is also --out/],
    [
      ["generate", "rag/query", "--out", inFolder("x"), "--ledger", json],
      /expected a new file or the ledger of an earlier run/,
    ],
    [["generate", folder], /it is a folder/],
  ])("refuses %j", async (args, words) => {
    const { code, stderr, stdout } = await cli(args);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(words);
  });
});
