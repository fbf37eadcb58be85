import { Checker } from "../../src/check/checker.ts";
import { decodeJson } from "../../src/otlp/decode-json.ts";
import type { LedgerCall, LedgerSpan } from "../../src/ledger/ledger.ts";
import { CollectedLedger } from "../../src/reconcile/collected-ledger.ts";
import { SentSpans } from "../../src/reconcile/sent-spans.ts";
import type { Rule } from "../../src/rules/rule.ts";
import type { BrokenScenario, HiddenFinding } from "../../src/scenario/mutation/broken-scenario.ts";
import { LedgerMutator } from "../../src/scenario/mutation/ledger-mutator.ts";
import { Mutator } from "../../src/scenario/mutation/mutator.ts";
import type { OtlpJsonTraces } from "../../src/scenario/mutation/otlp-json.ts";
import { Transit } from "../../src/scenario/mutation/transit.ts";
import { touchedKeys } from "../../src/scenario/mutation/touched-keys.ts";
import { versionsIn } from "../../src/scenario/mutation/version-range.ts";
import { ledgerSpans } from "../../src/scenario/render/ledger-spans.ts";
import { foldIndices } from "../../src/semconv/fold-indices.ts";
import { versions } from "./broken-scenarios.ts";

/** A request (OTLP/JSON) and the calls of models that its spans are of; undefined where nobody kept a ledger of them. */
export interface Traffic {
  readonly request: string;
  readonly calls: readonly LedgerCall[] | undefined;
}

/** A request as it arrived, and the spans that a ledger says were sent; undefined where they are those of the request. */
interface Judged extends Traffic {
  readonly sent?: readonly LedgerSpan[];
}

/** What of some traffic a fault changes, before and after. */
export interface FaultyTraffic {
  readonly before: readonly Judged[];
  readonly after: readonly Judged[];
  /** How many spans (or resources, or calls) each mutation changed. */
  readonly changed: number;
}

/** Applies a fault to traffic; undefined where one of its mutations finds nothing that fits. */
export function applyFault(broken: BrokenScenario, traffic: readonly Traffic[]): FaultyTraffic | undefined {
  const parts = [new Mutator(broken.mutate), new Transit(broken), new LedgerMutator(broken)] as const;
  const [spans, transit, ledger] = parts;
  const mutations = [...(broken.mutate ?? []), ...(broken.transit ?? []), ...(broken.ledger ?? [])];
  const onlyFirst = mutations.every(({ which = "first" }) => which === "first");
  const before: Judged[] = [];
  const after: Judged[] = [];
  const complete = (): boolean => parts.every((part) => part.complete);
  const changes = (): number => parts.reduce((sum, part) => sum + part.changed, 0);
  for (const each of traffic) {
    const traces = JSON.parse(each.request) as OtlpJsonTraces;
    const changed = changes();
    spans.apply(traces);
    const sent = transit.apply(traces, broken.base.ledger === true ? sentOf(JSON.stringify(traces)) : []);
    const calls = each.calls?.flatMap((call) => ledger.apply(call) ?? []);
    if (changes() === changed) continue;
    before.push(each);
    after.push({ request: JSON.stringify(traces), calls, sent });
    if (onlyFirst && complete()) break;
  }
  return complete() ? { before, after, changed: changes() / mutations.length } : undefined;
}

function sentOf(request: string): LedgerSpan[] {
  return ledgerSpans(decodeJson("traces", request));
}

/** The versions that a fault is about. */
export function versionsOf(broken: BrokenScenario): readonly string[] {
  return versionsIn(broken.versions, versions);
}

/** Of the versions that a fault is about: the first, the last, and those on both sides of where its answer changes. */
export function turningPointsOf(broken: BrokenScenario): readonly string[] {
  const about = versionsOf(broken);
  const answers = about.map((version) =>
    broken.findings.map(({ versions: range }) => versionsIn(range, versions).includes(version)).join(),
  );
  return about.filter((_, index) => answers[index] !== answers[index - 1] || answers[index] !== answers[index + 1]);
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
  /** Those of the declared `hides` that went. */
  readonly hides: readonly HiddenFinding[];
}

/** Holds what judging says of the traffic before and after the fault against what the fault declares. */
export function judgeFault(
  broken: BrokenScenario,
  traffic: FaultyTraffic,
  pins: readonly string[],
  rules?: readonly Rule[],
): FaultVerdict {
  const judging: Judging = { pins, withLedger: broken.base.ledger === true, rules };
  const changes = difference(countedBefore(traffic.before, judging), countFindings(traffic.after, judging));
  const declared = new Set(
    broken.findings.flatMap(({ rule, level, attribute, path, versions: range }) =>
      versionsIn(range, versions)
        .filter((version) => pins.includes(version))
        .map((version) => findingId(version, rule, level, attribute, path)),
    ),
  );
  const found = [...declared].filter((id) => changes.get(id) === traffic.changed);
  const gone = [...changes].filter(([, change]) => change < 0).map(([id]) => id);
  return {
    found,
    missing: [...declared].filter((id) => changes.get(id) !== traffic.changed),
    unexpected: [
      ...[...changes].filter(([id, change]) => change > (declared.has(id) ? traffic.changed : 0)).map(([id]) => id),
      ...gone.filter((id) => !isAboutChanged(broken, id) && hiddenBy(broken, id) === undefined),
    ],
    hides: gone.flatMap((id) => (isAboutChanged(broken, id) ? [] : (hiddenBy(broken, id) ?? []))),
  };
}

/** Whether a finding is about an attribute that the fault changes: such a one may go. */
function isAboutChanged(broken: BrokenScenario, id: string): boolean {
  const { attribute } = partsOf(id);
  return attribute !== "" && touchedKeys(broken).has(attribute);
}

function hiddenBy({ hides = [] }: BrokenScenario, id: string): HiddenFinding | undefined {
  const { rule, level, attribute } = partsOf(id);
  return hides.find(
    (hidden) => hidden.rule === rule && hidden.level === level && (hidden.attribute ?? "") === attribute,
  );
}

function partsOf(id: string): { readonly rule: string; readonly level: string; readonly attribute: string } {
  const [, rule = "", level = "", place = ""] = id.split(" ");
  return { rule, level, attribute: place.split("/")[0]! };
}

type FindingCounts = ReadonlyMap<string, number>;

interface Judging {
  readonly pins: readonly string[];
  readonly withLedger: boolean;
  readonly rules: readonly Rule[] | undefined;
}

const counted = new Map<string, FindingCounts>();

/** The same traffic is broken in many ways: what is said of it before is kept, unless other rules than all judge. */
function countedBefore(traffic: readonly Judged[], judging: Judging): FindingCounts {
  const { pins, withLedger, rules } = judging;
  if (rules !== undefined) return countFindings(traffic, judging);
  const id = JSON.stringify([pins, withLedger, traffic.map(({ request }) => request)]);
  let counts = counted.get(id);
  if (counts === undefined) counted.set(id, (counts = countFindings(traffic, judging)));
  return counts;
}

function countFindings(traffic: readonly Judged[], { pins, withLedger, rules }: Judging): FindingCounts {
  const calls = withLedger ? callsOf(traffic) : undefined;
  const checker = new Checker(pins, rules, { keepForLedger: calls !== undefined });
  if (withLedger) checker.expectSent(allSent(traffic));
  for (const { request } of traffic) checker.accept(decodeJson("traces", request));
  if (calls !== undefined) checker.holdAgainst(calls, undefined);
  if (withLedger) checker.judgeSent(undefined);
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

function callsOf(traffic: readonly Judged[]): CollectedLedger | undefined {
  const ledger = new CollectedLedger("scenario");
  for (const { calls } of traffic) {
    if (calls === undefined) return undefined;
    for (const call of calls) ledger.add(call);
  }
  return ledger;
}

function allSent(traffic: readonly Judged[]): SentSpans {
  const all = new SentSpans();
  for (const { request, sent = sentOf(request) } of traffic) for (const span of sent) all.add(span);
  return all;
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
