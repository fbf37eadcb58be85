import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { Checker, type CheckSummary } from "../../src/check/checker.ts";
import { decodeJson } from "../../src/otlp/decode-json.ts";
import type { Rule, SpanKind, SpanStatus } from "../../src/rules/rule.ts";
import type { Level } from "../../src/result/result.ts";
import { requestOf, type PlainAttributes } from "../check/request.ts";

/** One behaviour of one rule: a span, the versions it is judged against, and all that the rule must report on it. */
export interface Fixture {
  /** Why the findings (or their absence) are right. */
  readonly why: string;
  readonly semconv: readonly string[];
  /** The resource's attributes; without it the resource names its service. */
  readonly resource?: PlainAttributes;
  readonly span: {
    readonly name: string;
    readonly kind: SpanKind;
    readonly status?: SpanStatus;
    readonly attributes: PlainAttributes;
  };
  /** The span type it must have in every listed version. */
  readonly spanType?: string;
  /** All findings of the rule, the same for every listed version. */
  readonly expect: readonly ExpectedFinding[];
  /** How often the rule must say "cannot tell", where that is the point of the fixture. */
  readonly cannotTell?: number;
}

export interface ExpectedFinding {
  readonly level: Level;
  readonly attribute?: string;
  readonly path?: string;
  readonly spanType?: string;
}

export interface NamedFixture {
  readonly ruleId: string;
  readonly folder: "good" | "bad";
  readonly name: string;
  readonly fixture: Fixture;
}

const fixturesFolder = join(import.meta.dirname, "..", "fixtures");

/** Reads test/fixtures/<rule id>/{good,bad}/<name>.json. */
export function loadFixtures(): NamedFixture[] {
  return folders(fixturesFolder).flatMap((ruleId) =>
    (["good", "bad"] as const).flatMap((folder) =>
      jsonFiles(join(fixturesFolder, ruleId, folder)).map((file) => ({
        ruleId,
        folder,
        name: `${ruleId}/${folder}/${file}`,
        fixture: JSON.parse(readFileSync(join(fixturesFolder, ruleId, folder, file), "utf8")) as Fixture,
      })),
    ),
  );
}

/** What the checker says of a fixture: OTLP/JSON through the decoder, with the given pins and rules. */
export function judgeFixture(fixture: Fixture, pins: readonly string[], rules?: readonly Rule[]): CheckSummary {
  const { span, resource = { "service.name": "fixture" } } = fixture;
  const checker = new Checker(pins, rules);
  checker.accept(decodeJson("traces", requestOf([{ resource, scope: "fixture", spans: [span] }])));
  return checker.summary();
}

function folders(path: string): string[] {
  return readdirSync(path, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));
}

function jsonFiles(path: string): string[] {
  try {
    return readdirSync(path).toSorted();
  } catch {
    return [];
  }
}
