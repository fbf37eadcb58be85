import { readFileSync } from "node:fs";

import { describe, expect, test } from "vitest";

import { Checker } from "../../src/check/checker.ts";
import type { CheckSummary } from "../../src/check/checker.ts";
import { decodeJson } from "../../src/otlp/decode-json.ts";
import type { Signal } from "../../src/otlp/view.ts";
import { semconvPins } from "./check-client.ts";
import { captureFile, realClients } from "./clients.ts";
import { compareWithTable, expectedRows, runName } from "./expected-findings.ts";

const runs = realClients.flatMap((client) =>
  client.variants.map((variant) => ({ run: runName(client, variant), file: captureFile(client, variant) })),
);

function judge(file: string): CheckSummary {
  const checker = new Checker(semconvPins);
  for (const line of readFileSync(file, "utf8").trimEnd().split("\n")) checker.accept(decodeJson(signalOf(line), line));
  return checker.summary();
}

function signalOf(line: string): Signal {
  if (line.startsWith('{"resourceSpans"')) return "traces";
  return line.startsWith('{"resourceLogs"') ? "logs" : "metrics";
}

describe("the captures of the real clients", () => {
  test.each(runs)("$run has the findings of the table, no more and no fewer", ({ run, file }) => {
    const summary = judge(file);
    expect(summary.ruleErrors).toEqual(new Map());
    expect(compareWithTable(run, summary)).toEqual([]);
  });

  test("the table speaks of nothing but runs and versions that are tested, each finding once", () => {
    expect([...new Set(expectedRows.flatMap((row) => row.runs))].toSorted()).toEqual(
      runs.map(({ run }) => run).toSorted(),
    );
    expect([...new Set(expectedRows.map((row) => row.semconv))].toSorted()).toEqual([...semconvPins].toSorted());
    const findings = expectedRows.flatMap((row) =>
      row.runs.flatMap((run) =>
        row.spans.map((span) => `${run} ${row.semconv} ${row.ruleId} ${span} ${row.attribute}${row.path ?? ""}`),
      ),
    );
    expect(findings).toHaveLength(new Set(findings).size);
  });

  test("the comparison sees a finding that is missing, one too many, and one of another level", () => {
    const [{ run, file } = { run: "", file: "" }] = runs;
    const { findings } = judge(file);
    const violation = findings.find((finding) => finding.level === "violation");
    if (violation === undefined) throw new Error("the capture has no violation");
    const rest = findings.filter((finding) => finding !== violation);
    expect(compareWithTable(run, { findings: rest })).toEqual([expect.stringContaining("expected, but not found")]);
    const invented = { ...violation, where: { ...violation.where, attribute: "gen_ai.invented" } };
    expect(compareWithTable(run, { findings: [...findings, invented] })).toEqual([
      expect.stringContaining("found, but not in the table"),
    ]);
    const milder = { ...violation, level: "information" as const };
    expect(compareWithTable(run, { findings: [milder, ...rest] })).toHaveLength(2);
  });
});
