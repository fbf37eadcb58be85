import { describe, expect, test } from "vitest";

import { rules } from "../../src/rules/index.ts";
import type { CallContext, Report, Rule, RuleContext } from "../../src/rules/rule.ts";
import { faults } from "./broken-scenarios.ts";
import { generatedTraffic } from "./generated-traffic.ts";
import { applyFault, judgeFault, versionsOf, versionsWithFindings } from "./judge-fault.ts";

/** What comes out wrong of a rule's own faults, each in one version, when these rules judge. */
function errorsOf(ruleId: string, judging: readonly Rule[]): string[] {
  return faults
    .filter(({ rule }) => rule === ruleId)
    .flatMap(({ broken }) => {
      const shown = versionsWithFindings(broken).filter((version) => versionsOf(broken).includes(version));
      for (const version of shown.toReversed()) {
        const traffic = applyFault(broken, generatedTraffic(broken.base.scenario, version, 1));
        if (traffic === undefined) continue;
        const { missing, unexpected } = judgeFault(broken, traffic, [version], judging);
        return [...missing, ...unexpected];
      }
      return [];
    });
}

/** The rule with pass and fail exchanged. */
function inverted(rule: Rule): Rule {
  const report: Report = { level: rule.meta.levels[0]!, expected: "a failure", actual: "none", fix: "None." };
  const turn = (context: RuleContext): RuleContext => ({
    spec: context.spec,
    pass: () => context.fail(report),
    fail: () => context.pass(),
    cannotTell: (told) => context.cannotTell(told),
    notApplicable: () => context.notApplicable(),
  });
  switch (rule.scope) {
    case "shape":
      return {
        ...rule,
        check: (shape: Subject<typeof rule>, context: RuleContext) => rule.check(shape, turn(context)),
      };
    case "span":
      return { ...rule, check: (span: Subject<typeof rule>, context: RuleContext) => rule.check(span, turn(context)) };
    case "resource":
      return {
        ...rule,
        check: (resource: Subject<typeof rule>, context: RuleContext) => rule.check(resource, turn(context)),
      };
    case "call":
      return { ...rule, check: (call: Subject<typeof rule>, context: CallContext) => rule.check(call, turn(context)) };
    case "sent-span":
      return { ...rule, check: (span: Subject<typeof rule>, context: RuleContext) => rule.check(span, turn(context)) };
    case "lone-span":
      return { ...rule, check: (span: Subject<typeof rule>, context: RuleContext) => rule.check(span, turn(context)) };
  }
}

type Subject<Of extends Rule> = Parameters<Of["check"]>[0];

describe.each(rules.map((rule) => ({ id: rule.meta.id, rule })))("$id", ({ id, rule }) => {
  test("makes its faults' findings: all is right with it", () => {
    expect(errorsOf(id, rules)).toEqual([]);
  });

  test("switched off, it leaves its faults unfound", () => {
    expect(
      errorsOf(
        id,
        rules.filter((other) => other !== rule),
      ),
    ).not.toEqual([]);
  });

  test("inverted, it is wrong about its faults", () => {
    expect(
      errorsOf(
        id,
        rules.map((other) => (other === rule ? inverted(rule) : other)),
      ),
    ).not.toEqual([]);
  });
});
