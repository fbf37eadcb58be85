import { readFileSync } from "node:fs";

import { Ajv2020, type AnySchemaObject } from "ajv/dist/2020.js";
import { describe, expect, test } from "vitest";

import { buildResult, type RunFacts } from "../../src/check/build-result.ts";
import { Checker, type CheckSummary } from "../../src/check/checker.ts";
import { decodeJson } from "../../src/otlp/decode-json.ts";
import { compareFindings } from "../../src/result/order.ts";
import type { FailOn, Problem, Result } from "../../src/result/result.ts";
import type { Rule } from "../../src/rules/rule.ts";
import { logsRequestOf, metricsRequestOf } from "./request.ts";
import { chatSpan, judge, scopeOf } from "./send.ts";

const schemaFile = new URL("../../specs/schema/result.schema.json", import.meta.url);
const schema = JSON.parse(readFileSync(schemaFile, "utf8")) as AnySchemaObject;
const validate = new Ajv2020({ strict: true, allErrors: true, allowUnionTypes: true }).compile<Result>(schema);

const problem: Problem = { where: "a.json", expected: "OTLP/JSON", actual: "text", fix: "Send OTLP.", count: 1 };

function result(summary: CheckSummary, pins: readonly string[], facts: Partial<RunFacts> = {}): Result {
  const built = buildResult(summary, {
    run: { mode: "files", inputs: ["a.json"] },
    pins,
    pinsChosenBy: "option",
    failOn: "violation",
    startedAt: new Date("2026-11-21T10:00:00Z"),
    durationMs: 5,
    toolVersion: "0.1.0",
    refused: 0,
    problems: [],
    ...facts,
  });
  // What leaves the program is the JSON of it.
  const document: unknown = JSON.parse(JSON.stringify(built));
  expect(validate(document) ? [] : validate.errors).toEqual([]);
  return built;
}

function codes({ reasons }: Result): string[] {
  return reasons.map(({ code }) => code);
}

const pins = ["1.36.0"];
const complete = {
  "server.address": "api.example.org",
  "server.port": 443,
  "gen_ai.response.id": "r-1",
  "gen_ai.response.model": "command-r",
  "gen_ai.response.finish_reasons": ["stop"],
  "gen_ai.usage.input_tokens": 3,
  "gen_ai.usage.output_tokens": 5,
};
const clean = judge([[scopeOf([chatSpan(complete)])]], pins);
const nothing = new Checker(pins).summary();
const http = { name: "GET", kind: "CLIENT", attributes: { "http.request.method": "GET" } };
const onlyHttp = judge([[scopeOf([http])]], pins);
const violation = judge([[scopeOf([chatSpan(complete, { name: "call" })])]], pins);
const improvement = judge([[scopeOf([chatSpan(complete, { status: "OK" })])]], pins);
const information = judge([[scopeOf([chatSpan(complete, { kind: "INTERNAL" })])]], pins);

describe("a pass", () => {
  test("has no reason", () => {
    expect(result(clean, pins)).toMatchObject({ verdict: "pass", reasons: [], versions: [{ verdict: "pass" }] });
  });

  test.each([
    ["violation", clean, "pass"],
    ["violation", information, "pass"],
    ["violation", improvement, "pass"],
    ["violation", violation, "fail"],
    ["improvement", information, "pass"],
    ["improvement", improvement, "fail"],
    ["improvement", violation, "fail"],
    ["information", clean, "pass"],
    ["information", information, "fail"],
    ["information", improvement, "fail"],
    ["information", violation, "fail"],
    ["never", violation, "pass"],
    ["never", information, "pass"],
  ] as const)("or not is decided by --fail-on %s (%#)", (failOn: FailOn, summary, verdict) => {
    const built = result(summary, pins, { failOn });
    expect(built.verdict).toBe(verdict);
    expect(codes(built)).toEqual(verdict === "fail" ? ["findings"] : []);
  });

  test("is not undone by a failed command, but says so", () => {
    const run = {
      mode: "command",
      inputs: [],
      command: { argv: ["node", "a.js"], exitCode: 3, signal: null },
    } as const;
    const built = result(clean, pins, { run });
    expect(built.verdict).toBe("pass");
    expect(codes(built)).toEqual(["command-failed"]);
    expect(built.reasons[0]?.message).toContain("exited with 3");
    const ended = result(clean, pins, { run: { ...run, command: { argv: ["a"], exitCode: null, signal: "SIGKILL" } } });
    expect(ended.reasons[0]?.message).toContain("SIGKILL");
    const well = result(clean, pins, { run: { ...run, command: { argv: ["a"], exitCode: 0, signal: null } } });
    expect(codes(well)).toEqual([]);
  });
});

describe("a fail", () => {
  test("counts its findings in words", () => {
    const built = result(violation, pins);
    expect(built.reasons[0]?.message).toBe("Found 1 violation of 1.36.0 (the gate is --fail-on violation).");
    expect(built.versions[0]?.findings).toEqual({
      violation: { distinct: 1, count: 1 },
      improvement: { distinct: 0, count: 0 },
      information: { distinct: 0, count: 0 },
    });
  });

  test("names the versions that fail, and only those", () => {
    // gen_ai.system is right in 1.36.0 only.
    const both = ["1.36.0", "1.41.1"];
    const built = result(judge([[scopeOf([chatSpan(complete)])]], both), both);
    expect(built.verdict).toBe("fail");
    expect(built.versions.map(({ semconv, verdict }) => [semconv, verdict])).toEqual([
      ["1.36.0", "pass"],
      ["1.41.1", "fail"],
    ]);
    expect(built.reasons[0]?.message).toBe("Found 2 violations of 1.41.1 (the gate is --fail-on violation).");
  });

  test("outweighs every doubt, and the doubts stand beside it", () => {
    const built = result(violation, pins, { refused: 1, problems: [problem] });
    expect(built.verdict).toBe("fail");
    expect(codes(built)).toEqual(["findings", "request-refused"]);
  });

  test("counts what a cap left out", () => {
    const spans = Array.from({ length: 210 }, (_, index) => chatSpan(complete, { name: `call ${index}` }));
    const built = result(judge([[scopeOf([...spans, ...spans])]], pins), pins);
    expect(built.versions[0]?.findings.violation).toEqual({ distinct: 200, count: 420 });
    expect(built.findingsOmitted).toEqual([{ ruleId: "span-name", semconv: "1.36.0", level: "violation", count: 20 }]);
  });
});

describe("inconclusive, never a pass", () => {
  const command = { argv: ["node", "a.js"], exitCode: 0, signal: null };

  test.each([
    ["nothing received from files", nothing, {}, ["nothing-received"]],
    ["nothing received by a sink", nothing, { run: { mode: "sink", inputs: [] } }, ["nothing-received"]],
    [
      "nothing received from a command",
      nothing,
      { run: { mode: "command", inputs: [], command } },
      ["nothing-received"],
    ],
    [
      "nothing received from a command that failed",
      nothing,
      { run: { mode: "command", inputs: [], command: { ...command, exitCode: 1 } } },
      ["nothing-received", "command-failed"],
    ],
    ["no gen_ai telemetry", onlyHttp, {}, ["no-genai-telemetry"]],
    ["a request was refused", clean, { refused: 2 }, ["request-refused"]],
    ["a request was refused, and nothing else came", nothing, { refused: 1 }, ["request-refused"]],
    ["a request was refused, with the problem", clean, { refused: 1, problems: [problem] }, ["request-refused"]],
    ["input was damaged", clean, { problems: [problem] }, ["input-damaged"]],
    ["input was damaged, and nothing else came", nothing, { problems: [problem] }, ["input-damaged"]],
    ["several doubts", onlyHttp, { refused: 1 }, ["request-refused", "no-genai-telemetry"]],
  ] as const)("%s", (_, summary, facts, expected) => {
    const built = result(summary, pins, facts);
    expect(built.verdict).toBe("inconclusive");
    expect(codes(built)).toEqual(expected);
    for (const reason of built.reasons) expect([reason.message, reason.fix]).not.toContain("");
    expect(result(summary, pins, { ...facts, failOn: "never" }).verdict).toBe("inconclusive");
  });

  test("a damaged input is named", () => {
    expect(result(clean, pins, { problems: [problem] }).reasons[0]?.message).toContain("a.json");
  });

  test("only gen_ai metrics, or only gen_ai records", () => {
    for (const [signal, text] of [
      ["metrics", metricsRequestOf(["gen_ai.client.token.usage"])],
      ["logs", logsRequestOf(["gen_ai.choice"])],
    ] as const) {
      const checker = new Checker(pins);
      checker.accept(decodeJson(signal, text));
      const built = result(checker.summary(), pins);
      expect([signal, built.verdict, codes(built)]).toEqual([signal, "inconclusive", ["no-genai-spans"]]);
    }
  });

  test("only metrics that are none of gen_ai", () => {
    const checker = new Checker(pins);
    checker.accept(decodeJson("metrics", metricsRequestOf(["http.client.request.duration"])));
    expect(codes(result(checker.summary(), pins))).toEqual(["no-genai-telemetry"]);
  });

  test("a gen_ai key on an application span is no gen_ai operation", () => {
    const span = { name: "POST", kind: "SERVER", attributes: { "gen_ai.conversation.id": "c" } };
    const built = result(judge([[scopeOf([span])]], pins), pins);
    expect([built.verdict, codes(built)]).toEqual(["inconclusive", ["no-genai-telemetry"]]);
  });

  test("all spans are untyped in one version of two", () => {
    const two = ["1.36.0", "1.41.1"];
    const span = { name: "tools/list", kind: "CLIENT", attributes: { "mcp.method.name": "tools/list" } };
    const built = result(judge([[scopeOf([span])]], two), two);
    expect(built.versions.map(({ verdict }) => verdict)).toEqual(["inconclusive", "pass"]);
    expect(built.verdict).toBe("inconclusive");
    expect(codes(built)).toEqual(["no-span-of-version"]);
    expect(built.reasons[0]?.message).toContain("1.36.0");
    expect(built.reasons[0]?.message).not.toContain("1.41.1");
  });

  test("all spans are untyped in the only version", () => {
    const span = { name: "retrieval", kind: "CLIENT", attributes: { "gen_ai.operation.name": "retrieval" } };
    expect(codes(result(judge([[scopeOf([span])]], pins), pins))).toEqual(["no-span-of-version"]);
  });

  test("a rule that failed by itself", () => {
    const rule: Rule = {
      scope: "shape",
      meta: {
        id: "breaks",
        title: "t",
        levels: [],
        why: "w",
        fix: "f",
        clause: () => "https://example.org/",
        weaver: null,
      },
      check: () => {
        throw new Error("it is broken");
      },
    };
    const built = result(judge([[scopeOf([chatSpan(complete)])]], pins, [rule]), pins);
    expect([built.verdict, codes(built)]).toEqual(["inconclusive", ["rule-error"]]);
    expect(built.reasons[0]?.message).toContain("it is broken");
    expect(built.rules).toMatchObject([{ ruleId: "breaks", error: 1 }]);
  });
});

describe("the document", () => {
  const two = ["genai-2026-10-preview", "1.36.0"];
  const spans = [
    chatSpan({}, { name: "call" }),
    chatSpan({ "gen_ai.x": 1 }, { status: "OK" }),
    chatSpan({ "gen_ai.x": 1 }),
  ];
  const built = result(judge([[scopeOf(spans, "b"), scopeOf(spans, "a")]], two), two, { refused: 3 });

  test("says what was received", () => {
    expect(built.received).toEqual({
      requests: 1,
      spans: 6,
      logs: 0,
      metrics: 0,
      refused: 3,
      genai: { spans: 6, logs: 0, metrics: 0 },
    });
  });

  test("keeps the order of the pins, and sorts all else", () => {
    expect(built.semconv.pins).toEqual(two);
    expect(built.versions.map(({ semconv, preview }) => [semconv, preview])).toEqual([
      ["genai-2026-10-preview", true],
      ["1.36.0", false],
    ]);
    expect(built.findings).toEqual([...built.findings].sort(compareFindings));
    expect(built.sources.map(({ scope }) => scope)).toEqual(["a", "b"]);
    expect(built.rules.slice(0, 2).map(({ ruleId, semconv }) => [ruleId, semconv])).toEqual([
      ["attribute-type", "genai-2026-10-preview"],
      ["attribute-type", "1.36.0"],
    ]);
  });

  test("counts findings by version and level as it lists them", () => {
    for (const { semconv, findings } of built.versions) {
      for (const level of ["violation", "improvement", "information"] as const) {
        const own = built.findings.filter((finding) => finding.semconv === semconv && finding.level === level);
        expect(findings[level]).toEqual({
          distinct: own.length,
          count: own.reduce((sum, { count }) => sum + count, 0),
        });
      }
    }
  });
});

test("no part of the Result shows a secret that the command line or damaged input held", () => {
  const secret = ["sk", "proj", "Zx9Qw8Er7Ty6Ui5Op4As3Df2"].join("-");
  const built = result(new Checker(["1.41.1"]).summary(), ["1.41.1"], {
    run: { mode: "command", inputs: [], command: { argv: ["sh", "-c", `run ${secret}`], exitCode: 1, signal: null } },
    problems: [{ ...problem, where: `${secret}.json`, actual: `one with ${secret}` }],
  });
  expect(JSON.stringify(built)).not.toContain(secret);
  expect(built.run.command?.argv).toEqual(["sh", "-c", "run [masked]"]);
});
