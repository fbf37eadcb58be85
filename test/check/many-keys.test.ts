import { describe, expect, test } from "vitest";
import { buildResult } from "../../src/check/build-result.ts";
import { Checker } from "../../src/check/checker.ts";
import { decodeJson } from "../../src/otlp/decode-json.ts";
import { requestOf } from "./request.ts";

const many = Object.fromEntries(Array.from({ length: 5000 }, (_, index) => [`gen_ai.invented.x${index}y`, "v"]));

describe("a span with thousands of invented keys", () => {
  test("has a bounded number of findings, and the rest is counted", () => {
    const checker = new Checker(["1.41.1"]);
    const span = { name: "chat m", kind: "CLIENT", attributes: { "gen_ai.operation.name": "chat", ...many } };
    checker.accept(decodeJson("traces", requestOf([{ spans: [span, span] }])));
    const summary = checker.summary();
    const unknown = summary.findings.filter((finding) => finding.ruleId === "unknown-attribute");
    expect(unknown.length).toBe(200);
    const omitted = summary.omitted.filter((entry) => entry.ruleId === "unknown-attribute");
    expect(omitted).toEqual([
      { ruleId: "unknown-attribute", semconv: "1.41.1", level: "improvement", count: 2 * 4800 },
    ]);
    expect(summary.rules.find((rule) => rule.ruleId === "unknown-attribute")?.fail).toBe(2 * 5000);
  });

  test("with more than any SDK would send is not judged, and the run is inconclusive", () => {
    const checker = new Checker(["1.41.1"]);
    const more = Object.fromEntries(Array.from({ length: 10_001 }, (_, index) => [`gen_ai.invented.x${index}y`, "v"]));
    checker.accept(
      decodeJson("traces", requestOf([{ spans: [{ name: "chat m", kind: "CLIENT", attributes: more }] }])),
    );
    const summary = checker.summary();
    expect([summary.unjudged, summary.findings]).toEqual([1, []]);
    const result = buildResult(summary, {
      run: { mode: "files", inputs: [] },
      pins: ["1.41.1"],
      pinsChosenBy: "option",
      failOn: "violation",
      startedAt: new Date(0),
      durationMs: 0,
      toolVersion: "0",
      refused: 0,
      problems: [],
    });
    expect([result.verdict, result.reasons[0]?.code]).toEqual(["inconclusive", "span-too-large"]);
  });
});
