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
      if (letterOnly !== undefined) {
        context.cannotTell({
          level: "information",
          attribute: key,
          expected: `${key}, required by the letter of ${context.spec.id}`,
          actual: `absent; ${letterOnly.why}, so this may be right`,
          fix: `Set ${key} on the calls that have one.`,
          clause: first.clause,
        });
        continue;
      }
      const old = shape.keys.find((sent) => context.spec.attributeHistory(sent)?.replacedBy?.includes(key) === true);
      const newer = context.spec.attributeHistory(key)?.replacedBy?.find((sent) => shape.has(sent));
      const instead = old ?? newer;
      const tied = tie(key, old, newer, context.spec.id);
      context.fail({
        level: "violation",
        attribute: key,
        expected: `${key}, required by ${context.spec.id} on such a span`,
        actual: tied.actual,
        fix: tied.fix,
        clause: first.clause,
        ...(instead === undefined ? {} : { context: { insteadSent: instead } }),
      });
    }
  },
};

/** Ties the finding to the one about the key that was sent instead: one change mends both. */
function tie(
  key: string,
  old: string | undefined,
  newer: string | undefined,
  version: string,
): { readonly actual: string; readonly fix: string } {
  if (old !== undefined) {
    return {
      actual: `absent; the span has the deprecated ${old}, which it replaces`,
      fix: `Send the value of ${old} as ${key}; that mends both findings.`,
    };
  }
  if (newer !== undefined) {
    return {
      actual: `absent; the span has ${newer}, which replaces it in later versions`,
      fix: `Send ${key} too for readers of ${version}, or pin a version that has ${newer}.`,
    };
  }
  return { actual: "absent", fix: `Set ${key}.` };
}
