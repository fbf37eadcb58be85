import type { ShapeRule } from "./rule.ts";
import { requiredByAll } from "./type-tables.ts";

/** Absent required attributes. On an ambiguous span only what every fitting type requires is judged. */
export const requiredAttributeMissing: ShapeRule = {
  scope: "shape",
  meta: {
    id: "required-attribute-missing",
    title: "Every required attribute of the span's type is there",
    levels: ["violation", "information"],
    why: "Dashboards and alerts group by the required attributes; a span without one drops out of them unseen.",
    fix: "Set the attribute when the span is started, or update the instrumentation to a release that does.",
    clause: (spec) => spec.docUrl("gen-ai-spans.md"),
    weaver: { id: "required_attribute_not_present", level: "violation" },
  },
  check(shape, context) {
    const { candidates } = shape.typing;
    const [first] = candidates;
    if (first === undefined) return context.notApplicable();
    for (const key of requiredByAll(candidates)) {
      if (shape.has(key)) {
        context.pass();
        continue;
      }
      const letterOnly = context.spec.overlay.letterOnly.find((entry) => entry.key === key);
      const table = `the ${first.type} table of ${context.spec.id}`;
      if (letterOnly !== undefined) {
        context.cannotTell({
          level: "information",
          attribute: key,
          expected: `${key}, required by the letter of ${table}`,
          actual: `absent; ${letterOnly.why}, so this may be right`,
          fix: `Set ${key} on the calls that have one.`,
          clause: first.clause,
        });
        continue;
      }
      const old = shape.keys.find((sent) => context.spec.attributeHistory(sent)?.replacedBy?.includes(key) === true);
      context.fail({
        level: "violation",
        attribute: key,
        expected: `${key}, required by ${table}`,
        actual: old === undefined ? "absent" : `absent; the span has the deprecated ${old}, which it replaces`,
        fix: old === undefined ? `Set ${key}.` : `Send the value of ${old} as ${key}; that mends both findings.`,
        clause: first.clause,
        ...(old === undefined ? {} : { context: { insteadSent: old } }),
      });
    }
  },
};
