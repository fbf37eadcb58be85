import type { Report, RuleContext } from "../rules/rule.ts";
import type { Spec } from "../semconv/spec.ts";
import type { OutcomeCounts } from "./outcomes.ts";

/** A context that counts what a rule says and hands its reports on. */
export function contextFor(spec: Spec, counts: OutcomeCounts, add: (report: Report) => void): RuleContext {
  return {
    spec,
    pass: () => void counts.pass++,
    fail: (report) => {
      counts.fail++;
      add(report);
    },
    cannotTell: (report) => {
      counts.cannotTell++;
      if (report !== undefined) add(report);
    },
    notApplicable: () => void counts.notApplicable++,
  };
}
