import { closest } from "../semconv/closest.ts";
import type { Spec } from "../semconv/spec.ts";
import { enumKeys, judgeEnumValue, stringValue, type OfOtherVersion } from "./enum-values.ts";
import type { SpanRule } from "./rule.ts";
import { suggestOnce } from "./suggest.ts";

export const unknownEnumValue: SpanRule = {
  scope: "span",
  meta: {
    id: "unknown-enum-value",
    title: "Enum attributes have a value that the version lists, spelt as it lists it",
    levels: ["violation", "improvement", "information"],
    why: "Readers compare these values letter by letter: `Chat` is another operation than `chat`. Enums are open, so a value of one's own is no error.",
    fix: "Use the listed value where one fits.",
    clause: (spec) => spec.attributeUrl("gen_ai."),
    weaver: { id: "undefined_enum_variant", level: "information" },
  },
  appliesTo: (shape, spec) => enumKeys(shape, spec).length > 0,
  check(span, context) {
    const { spec } = context;
    for (const key of enumKeys(span, spec)) {
      const value = stringValue(span, key);
      if (value === undefined) continue;
      const verdict = judgeEnumValue(spec, key, value);
      const clause = spec.attributeUrl(key);
      switch (verdict.kind) {
        case "member":
        case "deprecated":
          context.pass();
          break;
        case "misspelt":
          context.fail({
            level: "violation",
            attribute: key,
            expected: `${verdict.member}, as ${spec.id} spells it`,
            actual: "the same value in another case or spelling",
            fix: `Send ${verdict.member}.`,
            clause,
            context: { member: verdict.member },
            value,
          });
          break;
        case "of-other-version":
          context.cannotTell({
            level: "information",
            attribute: key,
            expected: `a value that ${spec.id} lists (enums are open)`,
            actual: listedWhere(spec, verdict),
            fix:
              verdict.replacedBy.length > 0
                ? `Send ${verdict.replacedBy.join(" or ")}.`
                : "Check against a version that lists it, or leave it: custom values are allowed.",
            clause,
            context: { knownSince: verdict.first },
            value,
          });
          break;
        case "custom": {
          const near = suggestOnce(spec, `${key}=${value}`, () =>
            closest(value, members(spec.attribute(key)?.members)),
          );
          const report = {
            attribute: key,
            expected: `a value that ${spec.id} lists (enums are open)`,
            actual: "a value that no version lists",
            fix: near === undefined ? "Keep it if no listed value fits." : `If ${near} is meant, send that.`,
            clause,
            ...(near === undefined ? {} : { context: { closest: near } }),
            value,
          };
          if (key === "gen_ai.operation.name") context.fail({ ...report, level: "improvement" });
          else context.cannotTell({ ...report, level: "information" });
        }
      }
    }
  },
};

/** Where a value is listed that the pin's attribute lacks; the attribute of that time may have had another name. */
function listedWhere(spec: Spec, { first, last, deprecatedIn }: OfOtherVersion): string {
  if (spec.order.compare(first, spec.id) > 0) return `a value that came with ${first}`;
  return deprecatedIn === undefined
    ? `a value that only ${first} to ${last} list`
    : `a value of earlier versions, deprecated since ${deprecatedIn}`;
}

function members(list: readonly { readonly value: string | number }[] | undefined): string[] {
  return (list ?? []).map((member) => String(member.value));
}
