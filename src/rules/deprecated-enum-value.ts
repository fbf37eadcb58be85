import { enumKeys, judgeEnumValue, stringValue } from "./enum-values.ts";
import type { SpanRule } from "./rule.ts";

export const deprecatedEnumValue: SpanRule = {
  scope: "span",
  meta: {
    id: "deprecated-enum-value",
    title: "No enum attribute has a value that the version deprecates",
    levels: ["improvement"],
    why: "The next version may drop the value, and readers that group by the new one miss these spans.",
    fix: "Send the value that stands for it.",
    clause: (spec) => spec.attributeUrl("gen_ai."),
    weaver: { id: "deprecated", level: "violation" },
  },
  appliesTo: (shape, spec) =>
    enumKeys(shape, spec).some((key) =>
      spec.attribute(key)?.members?.some((member) => member.deprecated !== undefined),
    ),
  check(span, context) {
    const { spec } = context;
    for (const key of enumKeys(span, spec)) {
      const value = stringValue(span, key);
      if (value === undefined) continue;
      const verdict = judgeEnumValue(spec, key, value);
      if (verdict.kind !== "deprecated") {
        context.pass();
        continue;
      }
      const instead = verdict.member.deprecated?.renamedTo ?? spec.valueHistory(key, value)?.replacedBy?.join(" or ");
      context.fail({
        level: "improvement",
        attribute: key,
        expected: instead ?? `a value that ${spec.id} does not deprecate`,
        actual: `a value that ${spec.id} deprecates`,
        fix: instead === undefined ? "Send a value that is not deprecated." : `Send ${instead}.`,
        clause: spec.attributeUrl(key),
        ...(instead === undefined ? {} : { context: { replacedBy: instead } }),
        value,
      });
    }
  },
};
