import type { NameRule } from "../semconv/overlay.ts";
import type { Spec } from "../semconv/spec.ts";
import { judgeEnumValue } from "./enum-values.ts";
import type { RuleContext, SpanRule, SpanSubject } from "./rule.ts";

export const spanName: SpanRule = {
  scope: "span",
  meta: {
    id: "span-name",
    title: "The span is named as its type asks",
    levels: ["violation", "information"],
    why: "Backends list and sample by span name: the name is how one finds the calls of a model or a tool.",
    fix: "Build the name from the attributes the template names.",
    clause: (spec) => spec.docUrl("gen-ai-spans.md"),
    weaver: null,
  },
  appliesTo: (shape) => shape.typing.candidates.length > 0,
  check(span, context) {
    const { candidates } = span.typing;
    const [type] = candidates;
    // The two invoke_agent spans, or the two MCP spans, share a name rule; other ambiguous spans do not.
    const rules = new Set(candidates.map((candidate) => JSON.stringify(candidate.name ?? null)));
    if (type === undefined || rules.size !== 1) return context.cannotTell();
    if (type.name === undefined) return context.notApplicable();
    judge(span, context, type.name, type.clause);
  },
};

function judge(span: SpanSubject, context: RuleContext, rule: NameRule, clause: string): void {
  const full = fill(span, rule.template);
  const short = rule.orElse === undefined ? undefined : fill(span, [rule.orElse]);
  const expected = full ?? short;
  if (expected === undefined) return context.cannotTell();
  if (span.name === expected) return context.pass();
  // A misspelt operation has its own finding; a name that spells it right is right.
  if (span.name === fill(span, full === undefined ? [rule.orElse!] : rule.template, context.spec))
    return context.pass();
  const tail = rule.optionalTail === undefined ? undefined : fill(span, [rule.optionalTail]);
  if (tail !== undefined && short !== undefined && span.name === `${short} ${tail}`) return context.pass();
  // The name may hold what the attribute lacks; which of the two is wrong, the span does not show.
  const moreThanAttributes = full === undefined && short !== undefined && span.name.startsWith(`${short} `);
  const template = rule.template.join(" ");
  const report = {
    expected: `the name "${template}"${full === undefined && rule.orElse !== undefined ? ` or "${rule.orElse}"` : ""}`,
    actual: moreThanAttributes ? "a longer name whose last word no attribute holds" : "another name",
    fix: moreThanAttributes
      ? `Set ${placeholders(rule).join(" or ")}, or name the span "${rule.orElse}".`
      : `Name the span "${full === undefined ? rule.orElse : template}".`,
    clause,
    context: { template },
  };
  if (moreThanAttributes || rule.mayDiffer === true) context.cannotTell({ ...report, level: "information" });
  else context.fail({ ...report, level: "violation" });
}

/**
 * The words with their placeholders filled, or undefined when an attribute is not there.
 * @param spelling Whose spelling of an enum's member to write instead of the attribute's own.
 */
function fill(span: SpanSubject, words: readonly string[], spelling?: Spec): string | undefined {
  const filled: string[] = [];
  for (const word of words) {
    if (!word.startsWith("{")) {
      filled.push(word);
      continue;
    }
    const value = firstString(span, word.slice(1, -1).split("|"), spelling);
    if (value === undefined) return undefined;
    filled.push(value);
  }
  return filled.join(" ");
}

function firstString(span: SpanSubject, keys: readonly string[], spelling: Spec | undefined): string | undefined {
  for (const key of keys) {
    const value = span.attribute(key);
    if (value?.type !== "string" || value.value === "") continue;
    const verdict = spelling === undefined ? undefined : judgeEnumValue(spelling, key, value.value);
    return verdict?.kind === "misspelt" ? verdict.member : value.value;
  }
  return undefined;
}

function placeholders(rule: NameRule): string[] {
  return rule.template.filter((word) => word.startsWith("{")).flatMap((word) => word.slice(1, -1).split("|"));
}
