import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { Checker, type CheckSummary } from "../../src/check/checker.ts";
import { decodeJson } from "../../src/otlp/decode-json.ts";
import type { LedgerSpan, SpanDelivery } from "../../src/ledger/ledger.ts";
import type { TraceRequest } from "../../src/otlp/view.ts";
import { SentSpans } from "../../src/reconcile/sent-spans.ts";
import { ledgerSpans } from "../../src/scenario/render/ledger-spans.ts";
import type { Rule, SpanKind, SpanStatus } from "../../src/rules/rule.ts";
import type { Level } from "../../src/result/result.ts";
import { requestOf, type PlainAttributes, type PlainSpan } from "../check/request.ts";
import { callsOf, ledgerOf, timeAt, type PlainCall } from "../reconcile/ledger-of.ts";

interface Declared {
  /** Why the findings (or their absence) are right. */
  readonly why: string;
  readonly semconv: readonly string[];
  /** All findings of the rule, the same for every listed version. */
  readonly expect: readonly ExpectedFinding[];
  /** How often the rule must say "cannot tell", where that is the point of the fixture. */
  readonly cannotTell?: number;
}

/** One behaviour of one rule: a span, the versions it is judged against, and all that the rule must report on it. */
export interface Fixture extends Declared {
  /** The resource's attributes; without it the resource names its service. */
  readonly resource?: PlainAttributes;
  readonly span: {
    readonly name: string;
    readonly kind: SpanKind;
    readonly status?: SpanStatus;
    readonly attributes: PlainAttributes;
    readonly traceId?: string;
    readonly spanId?: string;
  };
  /** The span type it must have in every listed version. */
  readonly spanType?: string;
}

/** One behaviour of a rule about calls: a ledger and spans. Times are milliseconds from the start of the run. */
interface CallFixture extends Declared {
  readonly calls: readonly PlainCall[];
  readonly spans: readonly (Omit<PlainSpan, "start" | "end"> & {
    readonly at: number;
    readonly took: number;
    readonly scope?: string;
  })[];
  /** The ledger has no end line. */
  readonly torn?: true;
  /** Why spans may be missing. */
  readonly spansMayBeMissing?: string;
}

interface PlainSentSpan {
  readonly span: number;
  readonly trace?: number;
  readonly parent?: number;
  readonly service?: string;
  readonly name?: string;
  readonly kind?: SpanKind;
  readonly status?: SpanStatus;
  readonly attributes?: PlainAttributes;
}

/** One behaviour of a rule about sent spans: what was sent, and what arrived (as it was sent but for what it says). */
interface SentFixture extends Declared {
  readonly sent: readonly (PlainSentSpan & { readonly delivery?: SpanDelivery })[];
  readonly arrived: readonly PlainSentSpan[];
  /** Why spans may be missing. */
  readonly spansMayBeMissing?: string;
}

type AnyFixture = Fixture | CallFixture | SentFixture;

export interface ExpectedFinding {
  readonly level: Level;
  readonly attribute?: string;
  readonly path?: string;
  readonly spanType?: string;
  /** The span's name. */
  readonly span?: string;
  readonly actual?: string;
}

export interface NamedFixture<F extends Declared = Fixture> {
  readonly ruleId: string;
  readonly folder: "good" | "bad";
  readonly name: string;
  readonly fixture: F;
}

const fixturesFolder = join(import.meta.dirname, "..", "fixtures");

/** Those of a span, and so of all rules but the ones that need a ledger. */
export function loadFixtures(): NamedFixture[] {
  return loadAllFixtures().flatMap(({ fixture, ...named }) => (isOfSpan(fixture) ? [{ ...named, fixture }] : []));
}

/** Reads test/fixtures/<rule id>/{good,bad}/<name>.json. */
export function loadAllFixtures(): NamedFixture<AnyFixture>[] {
  return folders(fixturesFolder).flatMap((ruleId) =>
    (["good", "bad"] as const).flatMap((folder) =>
      jsonFiles(join(fixturesFolder, ruleId, folder)).map((file) => ({
        ruleId,
        folder,
        name: `${ruleId}/${folder}/${file}`,
        fixture: JSON.parse(readFileSync(join(fixturesFolder, ruleId, folder, file), "utf8")) as AnyFixture,
      })),
    ),
  );
}

/** What the checker says of a fixture: OTLP/JSON through the decoder, with the given pins and rules. */
export function judgeFixture(fixture: AnyFixture, pins: readonly string[], rules?: readonly Rule[]): CheckSummary {
  if ("calls" in fixture) return judgeCallFixture(fixture, pins, rules);
  if ("sent" in fixture) return judgeSentFixture(fixture, pins, rules);
  const { span, resource = { "service.name": "fixture" } } = fixture;
  const checker = new Checker(pins, rules);
  checker.accept(decodeJson("traces", requestOf([{ resource, scope: "fixture", spans: [span] }])));
  return checker.summary();
}

/** The attributes of all spans of a fixture. */
export function attributesOf(fixture: AnyFixture): PlainAttributes[] {
  if ("sent" in fixture) return [...fixture.sent, ...fixture.arrived].map(({ attributes = {} }) => attributes);
  return ("calls" in fixture ? fixture.spans : [fixture.span]).map(({ attributes }) => attributes);
}

function isOfSpan(fixture: AnyFixture): fixture is Fixture {
  return !("calls" in fixture) && !("sent" in fixture);
}

function judgeCallFixture(
  { calls, spans, torn, spansMayBeMissing }: CallFixture,
  pins: readonly string[],
  rules?: readonly Rule[],
): CheckSummary {
  const checker = new Checker(pins, rules, { keepForLedger: true });
  const scopes = spans.map(({ at, took, scope = "fixture", ...span }, index) => ({
    resource: { "service.name": "fixture" },
    scope,
    spans: [{ ...idsOf(index), ...span, start: timeAt(at), end: timeAt(at + took) }],
  }));
  checker.accept(decodeJson("traces", requestOf(scopes)));
  checker.holdAgainst(ledgerOf(callsOf(calls), torn !== true), spansMayBeMissing);
  return checker.summary();
}

function judgeSentFixture(
  { sent, arrived, spansMayBeMissing }: SentFixture,
  pins: readonly string[],
  rules?: readonly Rule[],
): CheckSummary {
  const spans = new SentSpans();
  for (const plain of sent) spans.add(sentSpan(plain));
  const checker = new Checker(pins, rules);
  checker.expectSent(spans);
  for (const plain of arrived) {
    const own = sent.find(({ span, trace = 1 }) => span === plain.span && trace === (plain.trace ?? 1));
    checker.accept(plainRequest({ ...own, ...plain }));
  }
  checker.judgeSent(spansMayBeMissing);
  return checker.summary();
}

function sentSpan({ delivery = "acknowledged", ...plain }: SentFixture["sent"][number]): LedgerSpan {
  const [span] = ledgerSpans(plainRequest(plain));
  return { ...span!, delivery };
}

function plainRequest({
  span,
  trace = 1,
  parent,
  service = "shop",
  name = `chat ${span}`,
  kind = "CLIENT",
  status,
  attributes = {},
}: PlainSentSpan): TraceRequest {
  const plain = {
    name,
    kind,
    ...(status !== undefined && { status }),
    attributes,
    traceId: id(trace, 32),
    spanId: id(span, 16),
    ...(parent !== undefined && { parentSpanId: id(parent, 16) }),
  };
  return decodeJson("traces", requestOf([{ resource: { "service.name": service }, scope: "test", spans: [plain] }]));
}

/** A span is in a trace of its own unless it says otherwise. */
function idsOf(index: number): { readonly traceId: string; readonly spanId: string } {
  return { traceId: id(index + 1, 32), spanId: id(index + 1, 16) };
}

function id(number: number, length: number): string {
  return `${number}`.padStart(length, "0");
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
