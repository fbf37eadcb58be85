import { describe, expect, test } from "vitest";
import type { SpanDelivery } from "../../src/ledger/ledger.ts";
import { SentSpans } from "../../src/reconcile/sent-spans.ts";
import type { PlainSpan } from "../check/request.ts";
import { callsOf, timeAt, type PlainCall } from "./ledger-of.ts";
import { judgeRun, violationsOf } from "./judge-run.ts";

const said = { "gen_ai.operation.name": "chat", "gen_ai.request.model": "gpt-4o", "server.port": 8080 };

function span(number: number, at: number, took: number, attributes: Record<string, unknown> = {}): PlainSpan {
  return {
    name: "chat gpt-4o",
    kind: "CLIENT",
    traceId: `${number}`.padStart(32, "a"),
    spanId: `${number}`.padStart(16, "a"),
    start: timeAt(at),
    end: timeAt(at + took),
    attributes: { ...said, ...attributes },
  };
}

function answered(at: number, response: PlainCall["response"] = {}): PlainCall {
  return { at, took: 10, response };
}

describe("clocks that differ", () => {
  /** Spans 300 ms late, three of four with the id of their reply. */
  const late = [0, 1000, 2000, 3000];

  test("are noticed by the calls that an id ties, and allowed for", () => {
    const calls = callsOf(late.map((at, index) => answered(at, index === 3 ? {} : { id: `r${index}` })));
    const spans = late.map((at, index) =>
      span(index, at + 300, 12, index === 3 ? {} : { "gen_ai.response.id": `r${index}` }),
    );
    const summary = judgeRun(calls, spans);
    expect(summary.ledger?.matched).toEqual({ byResponseId: 3, byTraceparent: 0, byTime: 1 });
    expect(violationsOf(summary)).toEqual([]);
  });

  test("without such a call nothing is said, and counted", () => {
    const summary = judgeRun(callsOf([answered(0)]), [span(1, 300, 12)]);
    expect(summary.ledger?.cannotTell).toEqual({ calls: 1, spans: 1 });
    expect(violationsOf(summary)).toEqual([]);
    const levels = summary.findings.filter(({ ruleId }) => ruleId !== "call-traceparent").map(({ level }) => level);
    expect(levels).toEqual(["information", "information"]);
  });

  test("of a traceparent for each, none is taken for another's", () => {
    const headed = (at: number, number: number): PlainCall => {
      const id = `${number}`;
      return { ...answered(at), context: { traceparent: `00-${id.padStart(32, "a")}-${id.padStart(16, "a")}-01` } };
    };
    const refused = { response: null, outcome: { kind: "error", status: 500 } } as const;
    const calls = callsOf([headed(0, 1), { ...headed(50, 2), ...refused }]);
    const spans = [span(1, 49, 12), { ...span(2, 99, 12, { "error.type": "500" }), status: "ERROR" as const }];
    const summary = judgeRun(calls, spans);
    expect(summary.ledger?.matched.byTraceparent).toBe(2);
    expect(violationsOf(summary)).toEqual([]);
  });

  test("by what nothing shows exactly, times tie nothing for sure", () => {
    // The stream's span is so long that the clocks may differ by any of 800 ms.
    const streamed = { request: { stream: true }, response: { id: "r0" } };
    const calls = callsOf([{ ...answered(1000), ...streamed }, answered(3000, { inputTokens: 5 }), answered(9000)]);
    const spans = [
      span(0, 0, 800, { "gen_ai.response.id": "r0" }),
      span(1, 2400, 12, { "gen_ai.usage.input_tokens": 6 }),
      span(2, 50_000, 12),
    ];
    const summary = judgeRun(calls, spans);
    expect(violationsOf(summary)).toEqual([]);
    expect(summary.ledger?.cannotTell).toEqual({ calls: 1, spans: 1 });
    expect(summary.rules.find(({ ruleId }) => ruleId === "call-tokens")).toMatchObject({ cannotTell: 1 });
  });

  test("a traceparent ties the two all the same", () => {
    const context = { traceparent: `00-${"1".padStart(32, "a")}-${"1".padStart(16, "a")}-01` };
    const summary = judgeRun(callsOf([{ ...answered(0), context }]), [span(1, 300, 12)]);
    expect(summary.ledger?.matched.byTraceparent).toBe(1);
    expect(violationsOf(summary)).toEqual([]);
  });
});

describe("calls at once that nothing tells apart", () => {
  const tokens = (count: number): PlainCall["response"] => ({ inputTokens: count });

  test("are paired so that all is true, if it can be", () => {
    const calls = callsOf([answered(0, tokens(1)), answered(1, tokens(2)), answered(2, tokens(3))]);
    const spans = [3, 1, 2].map((count, index) => span(index, -1, 14, { "gen_ai.usage.input_tokens": count }));
    expect(violationsOf(judgeRun(calls, spans))).toEqual([]);
  });

  test("what is wrong however they are paired is found", () => {
    const calls = callsOf([answered(0, tokens(1)), answered(1, tokens(2))]);
    const spans = [1, 7].map((count, index) => span(index, -1, 13, { "gen_ai.usage.input_tokens": count }));
    expect(violationsOf(judgeRun(calls, spans))).toEqual(["call-tokens gen_ai.usage.input_tokens"]);
  });

  test("what another pairing would find elsewhere is counted as open", () => {
    // One of the two spans is wrong, but which of them depends on the pairing.
    const calls = callsOf([answered(0, tokens(1)), answered(1, tokens(2))]);
    const spans = [2, 2].map((count, index) => span(index, -1, 13, { "gen_ai.usage.input_tokens": count }));
    const summary = judgeRun(calls, spans);
    expect(violationsOf(summary)).toEqual([]);
    expect(summary.rules.find(({ ruleId }) => ruleId === "call-tokens")).toMatchObject({ pass: 1, cannotTell: 1 });
  });

  test("a request that began when the same of another span had failed is no retry of that", () => {
    // All three at once; a busy provider looked at the second when the first was over.
    const refused = (status: number) => ({ response: null, outcome: { kind: "error", status } }) as const;
    const calls = callsOf([
      { ...answered(8), took: 4, ...refused(429) },
      { ...answered(13), took: 1, response: { id: "r1" } },
      { ...answered(15), took: 1, ...refused(500) },
    ]);
    const failed = (number: number, took: number, type: string): PlainSpan => ({
      ...span(number, 0, took, { "error.type": type }),
      status: "ERROR",
    });
    const spans = [
      failed(1, 18, "RateLimitError"),
      span(2, 0, 20, { "gen_ai.response.id": "r1" }),
      failed(3, 22, "InternalServerError"),
    ];
    const summary = judgeRun(calls, spans);
    expect(violationsOf(summary)).toEqual([]);
    expect(summary.ledger?.matched).toEqual({ byResponseId: 1, byTraceparent: 0, byTime: 2 });
  });

  test("are bounded: of five hundred, nothing is said that is not so, and soon", () => {
    const many = Array.from({ length: 500 }, (_, index) => index);
    const calls = callsOf(many.map(() => answered(0)));
    const spans = many.map((index) => span(index, -1, 12));
    expect(violationsOf(judgeRun(calls, spans))).toEqual([]);
    const { ledger } = judgeRun(calls, spans.slice(1));
    expect(ledger?.callsWithoutSpan).toBe(0);
    expect(ledger?.cannotTell.calls).toBeGreaterThan(0);
  });
});

describe("spans that are not the ledger's", () => {
  test("of a provider that it does not serve, or another server, are none without a call", () => {
    const other = { "gen_ai.provider.name": "aws.bedrock", "server.port": null };
    const elsewhere = { "gen_ai.provider.name": "openai", "server.port": 443 };
    const summary = judgeRun(callsOf([]), [span(1, 0, 5, other)]);
    expect(violationsOf(summary)).toEqual([]);
    const beside = judgeRun(callsOf([answered(0)]), [
      span(1, -1, 12),
      span(2, 9000, 5, other),
      span(3, 9000, 5, elsewhere),
    ]);
    expect(violationsOf(beside)).toEqual([]);
    expect(beside.ledger?.cannotTell).toEqual({ calls: 0, spans: 2 });
  });

  test("of an earlier or a later run are none without a call, and no twins of its spans, whose ids are the same", () => {
    const calls = callsOf([answered(0, { id: "r1" })]);
    const spans = [-5000, -1, 5000].map((at, number) => span(number, at, 12, { "gen_ai.response.id": "r1" }));
    const summary = judgeRun(calls, [...spans, span(8, -4000, 12)], { lasted: [-100, 100] });
    expect(violationsOf(summary)).toEqual([]);
    expect(summary.ledger).toMatchObject({ matched: { byResponseId: 1 }, cannotTell: { calls: 0, spans: 3 } });
    expect(violationsOf(judgeRun(calls, spans))).toEqual(["call-with-two-spans", "call-with-two-spans"]);
  });

  test("sent twice by an exporter are one span", () => {
    const one = span(1, -1, 12);
    const { ledger } = judgeRun(callsOf([answered(0)]), [one, one]);
    expect([ledger?.spans, ledger?.furtherSpans]).toEqual([1, 0]);
  });
});

describe("a call without a span, where the ledger knows of the spans too", () => {
  const sentAs = (delivery: SpanDelivery, whole = true): SentSpans => {
    const sent = new SentSpans();
    sent.whole = whole;
    sent.add({
      type: "span",
      traceId: "a".repeat(32),
      spanId: "b".repeat(16),
      parentSpanId: "",
      service: "app",
      name: "else",
      kind: "internal",
      status: "unset",
      digest: "0".repeat(16),
      delivery,
    });
    return sent;
  };

  test.each(["acknowledged", "retried"] as const)("is a violation when all of them were %s", (delivery) => {
    const summary = judgeRun(callsOf([answered(0)]), [], { sent: sentAs(delivery) });
    expect(violationsOf(summary)).toEqual(["call-without-span"]);
  });

  test.each(["partly", "unsure", "lost"] as const)("cannot be told when one of them was %s", (delivery) => {
    const summary = judgeRun(callsOf([answered(0)]), [], { sent: sentAs(delivery) });
    expect(violationsOf(summary)).toEqual([]);
    expect(summary.ledger?.cannotTell.calls).toBe(1);
  });

  test("cannot be told when the sender was killed", () => {
    const summary = judgeRun(callsOf([answered(0)]), [], { sent: sentAs("acknowledged", false) });
    expect(violationsOf(summary)).toEqual([]);
  });
});
