import { Checker } from "../../src/check/checker.ts";
import { decodeJson } from "../../src/otlp/decode-json.ts";
import type { Rule } from "../../src/rules/rule.ts";
import type { BrokenScenario } from "../../src/scenario/mutation/broken-scenario.ts";
import { Mutator } from "../../src/scenario/mutation/mutator.ts";
import type { OtlpJsonTraces } from "../../src/scenario/mutation/otlp-json.ts";
import { touchedKeys } from "../../src/scenario/mutation/touched-keys.ts";
import { versionsIn } from "../../src/scenario/mutation/version-range.ts";
import { foldIndices } from "../../src/semconv/fold-indices.ts";
import { versions } from "./broken-scenarios.ts";

/** The requests of some traffic that a fault changes, before and after. */
export interface FaultyTraffic {
  readonly before: readonly string[];
  readonly after: readonly string[];
  /** How many spans (or resources) each mutation changed. */
  readonly changed: number;
}

/** Applies a fault to traffic (OTLP/JSON, a request each); undefined where one of its mutations finds no span that fits. */
export function applyFault(broken: BrokenScenario, requests: readonly string[]): FaultyTraffic | undefined {
  const mutator = new Mutator(broken);
  const onlyFirst = broken.mutate.every(({ which = "first" }) => which === "first");
  const before: string[] = [];
  const after: string[] = [];
  for (const request of requests) {
    const traces = JSON.parse(request) as OtlpJsonTraces;
    if (!mutator.apply(traces)) continue;
    before.push(request);
    after.push(JSON.stringify(traces));
    if (onlyFirst && mutator.complete) break;
  }
  return mutator.complete ? { before, after, changed: mutator.changed / broken.mutate.length } : undefined;
}

/** The versions that a fault is about. */
export function versionsOf(broken: BrokenScenario): readonly string[] {
  return versionsIn(broken.versions, versions);
}

/** The versions in which a fault must cause something. */
export function versionsWithFindings({ findings }: BrokenScenario): readonly string[] {
  const declared = new Set(findings.flatMap((finding) => versionsIn(finding.versions, versions)));
  return versions.filter((version) => declared.has(version));
}

/** What a fault did to the findings, each as `<version> <rule> <level> <attribute><path>`, indices folded. */
export interface FaultVerdict {
  /** Declared, and there as often as declared. */
  readonly found: readonly string[];
  /** Declared, and not there, or not as often. */
  readonly missing: readonly string[];
  /** Not declared: it came, came more often, or went and is not one that the fault may hide. */
  readonly unexpected: readonly string[];
}

/** Holds what judging says of the traffic before and after the fault against what the fault declares. */
export function judgeFault(
  broken: BrokenScenario,
  traffic: FaultyTraffic,
  pins: readonly string[],
  rules?: readonly Rule[],
): FaultVerdict {
  const changes = difference(countedBefore(traffic.before, pins, rules), countFindings(traffic.after, pins, rules));
  const declared = new Set(
    broken.findings.flatMap(({ rule, level, attribute, path, versions: range }) =>
      versionsIn(range, versions)
        .filter((version) => pins.includes(version))
        .map((version) => findingId(version, rule, level, attribute, path)),
    ),
  );
  const found = [...declared].filter((id) => changes.get(id) === traffic.changed);
  return {
    found,
    missing: [...declared].filter((id) => changes.get(id) !== traffic.changed),
    unexpected: [...changes]
      .filter(([id, change]) => (declared.has(id) ? change > traffic.changed : change > 0 || !mayHide(broken, id)))
      .map(([id]) => id),
  };
}

function mayHide(broken: BrokenScenario, id: string): boolean {
  const [, rule, level, place = ""] = id.split(" ");
  const attribute = place.split("/")[0]!;
  if (attribute !== "" && touchedKeys(broken).has(attribute)) return true;
  return (broken.hides ?? []).some(
    (hidden) =>
      hidden.rule === rule &&
      hidden.level === level &&
      (hidden.attribute === undefined || hidden.attribute === attribute),
  );
}

type FindingCounts = ReadonlyMap<string, number>;

const counted = new Map<string, FindingCounts>();

/** The same traffic is broken in many ways: what is said of it before is kept, unless other rules than all judge. */
function countedBefore(
  requests: readonly string[],
  pins: readonly string[],
  rules: readonly Rule[] | undefined,
): FindingCounts {
  if (rules !== undefined) return countFindings(requests, pins, rules);
  const id = JSON.stringify([pins, requests]);
  let counts = counted.get(id);
  if (counts === undefined) counted.set(id, (counts = countFindings(requests, pins)));
  return counts;
}

function countFindings(requests: readonly string[], pins: readonly string[], rules?: readonly Rule[]): FindingCounts {
  const checker = new Checker(pins, rules);
  for (const request of requests) checker.accept(decodeJson("traces", request));
  const { findings, omitted, ruleErrors } = checker.summary();
  if (omitted.length > 0) throw new Error("more findings than are listed: judge less traffic at once");
  if (ruleErrors.size > 0) throw new Error(`a rule failed: ${JSON.stringify([...ruleErrors])}`);
  const counts = new Map<string, number>();
  for (const { semconv, ruleId, level, where, count } of findings) {
    const id = findingId(semconv, ruleId, level, where.attribute, where.path);
    counts.set(id, (counts.get(id) ?? 0) + count);
  }
  return counts;
}

function findingId(version: string, rule: string, level: string, attribute = "", path = ""): string {
  return `${version} ${rule} ${level} ${attribute}${foldIndices(path)}`;
}

function difference(before: FindingCounts, after: FindingCounts): ReadonlyMap<string, number> {
  const changes = new Map<string, number>();
  for (const id of new Set([...before.keys(), ...after.keys()])) {
    const change = (after.get(id) ?? 0) - (before.get(id) ?? 0);
    if (change !== 0) changes.set(id, change);
  }
  return changes;
}
