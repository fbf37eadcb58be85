import { readFileSync } from "node:fs";
import { join } from "node:path";

import type { Finding, Level, Result } from "../../src/result/result.ts";
import type { RealClient, Variant } from "./clients.ts";

/**
 * A row of expected-findings.json, the table of all findings on the real clients: each was checked by hand against the version's
 * own text. It stands for one finding a run and span.
 */
export interface ExpectedRow {
  /** Client and variant, as in the names of the captures: `js-traceloop-line-a`, `js-traceloop-line-a.no-content`. */
  readonly runs: readonly string[];
  readonly semconv: string;
  readonly ruleId: string;
  readonly level: Level;
  readonly attribute: string;
  /** JSON pointer into the attribute's content; absent when the finding is about the attribute. */
  readonly path?: string;
  readonly spans: readonly string[];
  readonly clause: string;
  /** Why the finding is right, for the one who doubts it. */
  readonly why: string;
}

export const expectedRows = JSON.parse(
  readFileSync(join(import.meta.dirname, "expected-findings.json"), "utf8"),
) as readonly ExpectedRow[];

export function runName(client: RealClient, variant: Variant): string {
  return variant.name === "default" ? client.id : `${client.id}.${variant.name}`;
}

/**
 * Holds a run's findings against the table, both ways. Answers one line for each finding that is expected and did not come, or came
 * and is not expected; none when they agree.
 */
export function compareWithTable(run: string, result: Pick<Result, "findings">): readonly string[] {
  const expected = new Set(
    expectedRows
      .filter((row) => row.runs.includes(run))
      .flatMap((row) =>
        row.spans.map((span) =>
          line(row.semconv, row.level, row.ruleId, span, `${row.attribute}${row.path ?? ""}`, row.clause),
        ),
      ),
  );
  const actual = new Map(result.findings.map((finding) => [lineOf(finding), finding]));
  return [
    ...[...expected].filter((each) => !actual.has(each)).map((each) => `expected, but not found: ${each}`),
    ...[...actual]
      .filter(([each]) => !expected.has(each))
      .map(([each, finding]) => `found, but not in the table: ${each}\n    ${finding.message}`),
  ];
}

/** How often each rule could not tell, over some runs: lines for a reader of the test's output. */
export function cannotTellTable(results: readonly Pick<Result, "rules">[]): string {
  const counts = new Map<string, number>();
  for (const outcomes of results.flatMap((result) => result.rules)) {
    const name = `${outcomes.semconv.padEnd(18)} ${outcomes.ruleId}`;
    counts.set(name, (counts.get(name) ?? 0) + outcomes.cannotTell);
  }
  return [...counts]
    .filter(([, count]) => count > 0)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, count]) => `${String(count).padStart(6)}  ${name}`)
    .join("\n");
}

function lineOf({ semconv, level, ruleId, where, clause }: Finding): string {
  return line(semconv, level, ruleId, where.span, `${where.attribute}${where.path}`, clause);
}

function line(semconv: string, level: Level, ruleId: string, span: string, place: string, clause: string): string {
  return `${semconv} ${level} ${ruleId} on "${span}" ${place} (${clause})`;
}
