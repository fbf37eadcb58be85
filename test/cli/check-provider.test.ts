import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import type { Result } from "../../src/result/result.ts";
import { cli } from "./run-cli.ts";

let folder = "";
/** A program that makes calls and sends spans, as its arguments say: `call`, `span`, `plain-span`, `elsewhere`. */
let app = "";

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "genai-testkit-provider-"));
  app = join(folder, "app.mjs");
  writeFileSync(
    app,
    `const headers = { "content-type": "application/json" };
     const asked = process.argv.slice(2);
     const now = () => String(BigInt(Date.now()) * 1000000n);
     const ids = { traceId: "4bf92f3577b34da6a3ce929d0e0e4736", spanId: "00f067aa0ba902b7" };
     const startTimeUnixNano = now();
     let reply;
     if (asked.includes("elsewhere")) await fetch(process.env.OPENAI_BASE_URL + "/audio/speech", { method: "POST", headers, body: "{}" });
     if (asked.includes("call")) {
       const response = await fetch(process.env.OPENAI_BASE_URL + "/chat/completions", {
         method: "POST",
         headers: { ...headers, authorization: "Bearer " + process.env.OPENAI_API_KEY, traceparent: "00-" + ids.traceId + "-" + ids.spanId + "-01" },
         body: JSON.stringify({ model: "gpt-4o", messages: [{ role: "user", content: "How is the weather?" }] }),
       });
       reply = await response.json();
     }
     const text = (key, value) => ({ key, value: { stringValue: value } });
     const number = (key, value) => ({ key, value: { intValue: String(value) } });
     const server = new URL(process.env.OPENAI_BASE_URL);
     const genai = [
       text("gen_ai.operation.name", "chat"), text("gen_ai.provider.name", "openai"), text("gen_ai.request.model", "gpt-4o"),
       text("server.address", server.hostname), number("server.port", server.port),
       ...(reply?.error ? [text("error.type", "429")] : []),
       ...(reply?.usage === undefined ? [] : [
         text("gen_ai.response.id", reply.id), text("gen_ai.response.model", reply.model),
         { key: "gen_ai.response.finish_reasons", value: { arrayValue: { values: [{ stringValue: "stop" }] } } },
         number("gen_ai.usage.input_tokens", reply.usage.prompt_tokens), number("gen_ai.usage.output_tokens", reply.usage.completion_tokens),
       ]),
     ];
     if (asked.includes("span") || asked.includes("plain-span")) {
       const span = asked.includes("span")
         ? { ...ids, name: "chat gpt-4o", kind: 3, attributes: genai, status: { code: reply?.error ? 2 : 0 } }
         : { ...ids, name: "GET /", kind: 2, attributes: [] };
       const resource = { attributes: [text("service.name", "app")] };
       const body = JSON.stringify({ resourceSpans: [{ resource, scopeSpans: [{ scope: { name: "own" }, spans: [{ ...span, startTimeUnixNano, endTimeUnixNano: now() }] }] }] });
       const sent = await fetch(process.env.OTEL_EXPORTER_OTLP_ENDPOINT + "/v1/traces", { method: "POST", headers, body });
       if (!sent.ok) throw new Error("refused: " + (await sent.text()));
     }`,
  );
});
afterAll(() => rmSync(folder, { recursive: true }));

async function check(options: readonly string[], doing: readonly string[]): Promise<Result> {
  const run = await cli([
    "check",
    "--semconv",
    "1.41.1",
    "--json",
    "--provider",
    ...options,
    "--",
    "node",
    app,
    ...doing,
  ]);
  if (run.stdout === "") throw new Error(run.stderr);
  return JSON.parse(run.stdout) as Result;
}

function codes({ reasons }: Result): string[] {
  return reasons.map(({ code }) => code);
}

describe("check --provider -- <command>", () => {
  test("answers the command's calls, without a key, and ties each to its span", async () => {
    const result = await check([], ["call", "span"]);
    expect([result.verdict, codes(result)]).toEqual(["pass", []]);
    expect(result.ledger).toMatchObject({
      source: "provider",
      whole: true,
      calls: 1,
      spans: 1,
      matched: { byResponseId: 1, byTraceparent: 0, byTime: 0 },
      apis: [{ api: "openai.chat_completions", calls: 1, operations: 1, withSpan: 1, withoutSpan: 0 }],
    });
    expect(result.findings.filter(({ ruleId, level }) => ruleId.includes("call") && level === "violation")).toEqual([]);
  });

  test("a fault strikes the call, and the span that tells of it is right", async () => {
    const result = await check(["--fault", "status=429"], ["call", "span"]);
    expect(result.ledger?.matched).toEqual({ byResponseId: 0, byTraceparent: 1, byTime: 0 });
    const errors = result.rules.find(({ ruleId }) => ruleId === "call-error");
    expect([errors?.pass, errors?.fail]).toEqual([1, 0]);
  });

  test("calls without any gen_ai span fail, with the cause in one line", async () => {
    const result = await check([], ["call", "plain-span"]);
    expect([result.verdict, codes(result)]).toEqual(["fail", ["findings", "calls-untraced"]]);
    expect(result.reasons[1]?.message).toBe(
      "No call of this API has a span (1 of openai.chat_completions): most likely the instrumentation does not support the client's major version, or was loaded after the client.",
    );
    expect(result.reasons[1]?.fix).toContain("major version");
    expect(result.findings.map(({ ruleId }) => ruleId)).toContain("call-without-span");
  });

  test("a command that calls nothing is inconclusive", async () => {
    const result = await check([], ["plain-span"]);
    expect([result.verdict, codes(result)]).toEqual(["inconclusive", ["no-genai-telemetry", "provider-not-called"]]);
  });

  test("a client that ignores the base URL is named as what it is", async () => {
    const result = await check([], ["span"]);
    expect([result.verdict, codes(result)]).toEqual(["inconclusive", ["provider-ignored"]]);
    expect(result.reasons[0]?.message).toBe(
      "1 span of a model call arrived, but the fake provider got no call: the client ignores the base URL it was given.",
    );
    expect(result.findings.filter(({ level }) => level === "violation")).toEqual([]);
  });

  test("without any telemetry, nothing is said of spans that may have been lost", async () => {
    const result = await check([], ["call"]);
    expect([result.verdict, codes(result)]).toEqual(["inconclusive", ["nothing-received"]]);
    expect(result.ledger?.cannotTell).toEqual({ calls: 1, spans: 0 });
    expect(result.reasons[0]?.message).toContain("although the fake provider got 1 call");
    expect(result.reasons[0]?.message).toContain("the instrumentation does not support the client's major version");
  });

  test("a ledger in the file that keeps the telemetry is wrong usage", async () => {
    const both = join(folder, "both.ndjson");
    const run = await cli([
      "check",
      "--provider",
      "--ledger",
      both,
      "--save",
      `${folder}/./both.ndjson`,
      "--",
      "node",
      app,
    ]);
    expect([run.code, existsSync(both)]).toEqual([2, false]);
    expect(run.stderr).toContain("expected another file than --save has");
  });

  test("an unknown route is listed", async () => {
    const result = await check([], ["elsewhere"]);
    expect(result.ledger?.unknownRoutes).toEqual([{ method: "POST", path: "/v1/audio/speech", count: 1 }]);
    const reason = result.reasons.find(({ code }) => code === "provider-not-called");
    expect(reason?.message).toContain("It was asked for POST /v1/audio/speech, which it does not serve.");
  });

  test("a port in use is said before the command starts", async () => {
    const taken: Server = createServer();
    await new Promise<void>((resolve) => taken.listen(0, "127.0.0.1", resolve));
    const { port } = taken.address() as AddressInfo;
    const run = await cli(["check", "--provider", "--provider-port", String(port), "--", "node", app]);
    taken.close();
    expect(run.code).toBe(2);
    expect(run.stderr).toContain(`--provider-port ${port}:`);
    expect(run.stderr).toContain("a port in use");
  });

  test.each([
    [["--fault", "status=429", "--", "node", "x"], "--fault: there is no fake provider"],
    [["--ledger", "calls.ndjson", "--", "node", "x"], "--ledger: there is no fake provider"],
    [["--provider", "spans.json"], "--provider: expected a command after --"],
    [["--provider", "--fault", "status=9", "--", "node", "x"], '--fault "status=9"'],
  ])("%j is wrong usage", async (args, message) => {
    const run = await cli(["check", ...args]);
    expect(run.code).toBe(2);
    expect(run.stderr).toContain(message);
  });
});

describe("check <files> --ledger <file>", () => {
  test("says what the run itself said; a torn ledger is a problem, and the run goes on", async () => {
    const ledger = join(folder, "calls.ndjson");
    const saved = join(folder, "spans.ndjson");
    const live = await check(["--ledger", ledger, "--save", saved], ["call", "span"]);
    const read = await cli(["check", "--semconv", "1.41.1", "--json", saved, "--ledger", ledger]);
    const again = JSON.parse(read.stdout) as Result;
    expect(again.ledger).toEqual(live.ledger);
    expect([again.verdict, again.problems]).toEqual(["pass", []]);

    const lines = readFileSync(ledger, "utf8").trimEnd().split("\n");
    writeFileSync(ledger, `${lines.slice(0, -1).join("\n")}\n`);
    const torn = JSON.parse(
      (await cli(["check", "--semconv", "1.41.1", "--json", saved, "--ledger", ledger])).stdout,
    ) as Result;
    expect([torn.verdict, codes(torn)]).toEqual(["inconclusive", ["input-damaged"]]);
    expect(torn.problems[0]?.actual).toBe("none: the ledger is torn at its end");
    expect(torn.ledger).toMatchObject({ whole: false, calls: 1, matched: { byResponseId: 1 } });

    writeFileSync(ledger, `${lines.slice(0, -2).join("\n")}\n${lines.at(-2)!.slice(0, 40)}`);
    const half = JSON.parse(
      (await cli(["check", "--semconv", "1.41.1", "--json", saved, "--ledger", ledger])).stdout,
    ) as Result;
    expect(half.ledger).toMatchObject({ whole: false, calls: 0, cannotTell: { calls: 0, spans: 1 } });
    expect(
      half.findings.filter(({ ruleId, level }) => ruleId === "span-without-call" && level === "violation"),
    ).toEqual([]);
  });

  test("a file that is no ledger, or none at all, is wrong usage", async () => {
    const spans = join(folder, "some.json");
    writeFileSync(spans, '{"resourceSpans":[]}');
    for (const ledger of [spans, join(folder, "missing.ndjson")]) {
      const run = await cli(["check", spans, "--ledger", ledger]);
      expect(run.code).toBe(2);
      expect(run.stderr).toContain(ledger);
    }
  });
});
