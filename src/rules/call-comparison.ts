import type { Aspect, Comparison } from "../reconcile/compare.ts";
import type { ReconciledCall } from "../reconcile/reconciliation.ts";
import type { Spec } from "../semconv/spec.ts";
import type { Report, RuleContext } from "./rule.ts";

/** Judges what a span says of one aspect of its call; what it does not say is a matter of other rules. */
export function judgeAspect(
  call: ReconciledCall,
  context: RuleContext,
  aspect: Aspect,
  report: (comparison: Comparison) => Omit<Report, "level" | "attribute">,
): void {
  const { span } = call;
  const compared = span?.comparisons.filter((one) => one.aspect === aspect && hasMeaning(context.spec, one.key)) ?? [];
  if (span === undefined || compared.length === 0) return context.notApplicable();
  for (const comparison of compared) {
    if (comparison.agrees === "yes") context.pass();
    else if (comparison.agrees === "open" || span.undecided.has(aspect)) context.cannotTell();
    else context.fail({ level: "violation", attribute: comparison.key, ...report(comparison) });
  }
}

/** Whether the version, or one before it, defines the key: a key that was renamed since still says what it said. */
function hasMeaning(spec: Spec, key: string): boolean {
  const first = spec.attributeHistory(key)?.first;
  return spec.attribute(key) !== undefined || (first !== undefined && spec.order.holds({ since: first }, spec.id));
}

/** How a wrong number stands to the right one, in words that are the same for many calls. */
export function wrongNumber(said: string, happened: string): string {
  const [a, b] = [Number(said), Number(happened)];
  if (a === 0) return "0";
  if (a === 2 * b) return "twice the number";
  return a > b ? "a larger number" : "a smaller number";
}

/** Both values, for the examples. */
export function instead({ said, happened }: Comparison): string {
  return `${said} instead of ${happened}`;
}
