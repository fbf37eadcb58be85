import { describe, expect, test } from "vitest";
import { Checker } from "../../src/check/checker.ts";
import { judgeFixture } from "../rules/fixture.ts";

const pin = "1.41.1";

describe("the summary", () => {
  test("counts what became of spans", () => {
    const fixture = {
      why: "",
      semconv: [pin],
      sent: [
        { span: 1 },
        { span: 2 },
        { span: 3 },
        { span: 4 },
        { span: 5, delivery: "lost" as const },
        { span: 6, delivery: "retried" as const },
      ],
      arrived: [
        { span: 1 },
        { span: 1 },
        { span: 2, kind: "SERVER" as const },
        { span: 3, trace: 9, name: "chat 3" },
        { span: 6 },
        { span: 77, name: "else" },
      ],
      expect: [],
    };
    const { sent } = judgeFixture(fixture, [pin]);
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

  test("is there only in a run with a ledger of sent spans, and so are the rules", () => {
    const { sent, rules } = new Checker([pin]).summary();
    expect(sent).toBeUndefined();
    expect(rules.filter(({ ruleId }) => ruleId.startsWith("sent-"))).toEqual([]);
  });
});
