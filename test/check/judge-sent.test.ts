import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { Checker, type CheckSummary } from "../../src/check/checker.ts";
import type { LedgerSpan, SpanDelivery } from "../../src/ledger/ledger.ts";
import { decodeJson } from "../../src/otlp/decode-json.ts";
import { spanFacts } from "../../src/otlp/span-facts.ts";
import { SentSpans } from "../../src/reconcile/sent-spans.ts";
import type { Level } from "../../src/result/result.ts";
import type { SpanKind, SpanStatus } from "../../src/rules/rule.ts";
import { sentRules } from "../../src/rules/sent-rules.ts";
import { listVersions } from "../../src/semconv/load.ts";
import { Spec } from "../../src/semconv/spec.ts";
import { requestOf, type PlainAttributes } from "./request.ts";

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

/** One behaviour of one rule: what was sent, what arrived (as it was sent but for what it says), all that the rule must report. */
interface SentFixture {
  readonly why: string;
  readonly sent: readonly (PlainSentSpan & { readonly delivery?: SpanDelivery })[];
  readonly arrived: readonly PlainSentSpan[];
  readonly mayBeMissing?: string;
  readonly cannotTell?: number;
  readonly expect: readonly { readonly level: Level; readonly span: string; readonly actual?: string }[];
}

const folder = join(import.meta.dirname, "..", "sent-fixtures");
const fixtures = readdirSync(folder).flatMap((ruleId) =>
  (["good", "bad"] as const).flatMap((kind) =>
    readdirSync(join(folder, ruleId, kind)).map((file) => ({
      ruleId,
      kind,
      name: `${ruleId}/${kind}/${file}`,
      fixture: JSON.parse(readFileSync(join(folder, ruleId, kind, file), "utf8")) as SentFixture,
    })),
  ),
);

const pin = "1.41.1";
const id = (number: number, length: number): string => number.toString(16).padStart(length, "0");

function request({
  span,
  trace = 1,
  parent,
  service = "shop",
  name,
  kind = "CLIENT",
  status,
  attributes = {},
}: PlainSentSpan) {
  const plain = {
    name: name ?? `chat ${span}`,
    kind,
    ...(status !== undefined && { status }),
    attributes,
    traceId: id(trace, 32),
    spanId: id(span, 16),
    ...(parent !== undefined && { parentSpanId: id(parent, 16) }),
  };
  return decodeJson("traces", requestOf([{ resource: { "service.name": service }, scope: "test", spans: [plain] }]));
}

function lineOf({ delivery = "acknowledged", ...plain }: SentFixture["sent"][number]): LedgerSpan {
  let line: LedgerSpan | undefined;
  request(plain).forEachSpan((span) => {
    const { traceId, spanId, parentSpanId } = span;
    line = { type: "span", traceId, spanId, parentSpanId, ...spanFacts(span), delivery };
  });
  return line!;
}

function judge({ sent, arrived, mayBeMissing }: SentFixture): CheckSummary {
  const spans = new SentSpans();
  for (const plain of sent) spans.add(lineOf(plain));
  const checker = new Checker([pin]);
  checker.expectSent(spans);
  for (const plain of arrived) {
    const own = sent.find(({ span, trace = 1 }) => span === plain.span && trace === (plain.trace ?? 1));
    checker.accept(request({ ...own, ...plain }));
  }
  checker.judgeSent(mayBeMissing);
  return checker.summary();
}

describe("each fixture has exactly the findings it declares", () => {
  test.each(fixtures)("$name", ({ ruleId, fixture }) => {
    const summary = judge(fixture);
    const found = summary.findings
      .filter((finding) => finding.ruleId === ruleId)
      .map(({ level, where: { span }, actual }) => ({ level, span, actual }))
      .toSorted((a, b) => (a.span + a.actual < b.span + b.actual ? -1 : 1));
    expect(found).toEqual(fixture.expect.map((expected) => ({ actual: expect.any(String), ...expected })));
    const outcomes = summary.rules.find((rule) => rule.ruleId === ruleId);
    expect(outcomes?.cannotTell).toBe(fixture.cannotTell ?? 0);
    if (fixture.expect.length === 0) expect(outcomes?.pass).toBeGreaterThan(0);
    for (const finding of summary.findings) {
      expect(new URL(finding.clause).protocol).toBe("https:");
      expect(finding.message).toContain(finding.fix);
    }
  });
});

describe("the rules about sent spans", () => {
  test("each have good and bad fixtures that show every level, and stand in a file of their name", () => {
    const files = readdirSync(join(import.meta.dirname, "..", "..", "src", "rules"));
    for (const { meta } of sentRules) {
      const own = fixtures.filter(({ ruleId }) => ruleId === meta.id);
      expect(["good", "bad"].map((kind) => own.filter((one) => one.kind === kind).length >= 2)).toEqual([true, true]);
      const shown = new Set(own.flatMap(({ fixture }) => fixture.expect.map(({ level }) => level)));
      expect([...shown].toSorted()).toEqual([...meta.levels].toSorted());
      expect(files).toContain(`${meta.id}.ts`);
      for (const { id: version } of listVersions())
        expect(new URL(meta.clause(new Spec(version))).protocol).toBe("https:");
    }
    expect(new Set(fixtures.map(({ ruleId }) => ruleId))).toEqual(new Set(sentRules.map(({ meta }) => meta.id)));
  });
});

describe("the summary", () => {
  test("counts what became of spans", () => {
    const { sent } = judge({
      why: "",
      sent: [
        { span: 1 },
        { span: 2 },
        { span: 3 },
        { span: 4 },
        { span: 5, delivery: "lost" },
        { span: 6, delivery: "retried" },
      ],
      arrived: [
        { span: 1 },
        { span: 1 },
        { span: 2, kind: "SERVER" },
        { span: 3, trace: 9, name: "chat 3" },
        { span: 6 },
        { span: 77, name: "else" },
      ],
      expect: [],
    });
    expect(sent).toEqual({
      whole: true,
      spans: 6,
      acknowledged: 5,
      arrived: 3,
      lost: 1,
      duplicated: 1,
      altered: 1,
      split: 1,
      notSent: 1,
    });
  });

  test("is there only in a run with a replay's ledger, and so are the rules", () => {
    const { sent, rules } = new Checker([pin]).summary();
    expect(sent).toBeUndefined();
    expect(rules.filter(({ ruleId }) => ruleId.startsWith("sent-"))).toEqual([]);
  });
});
