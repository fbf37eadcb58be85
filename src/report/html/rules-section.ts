import { levels } from "../../result/order.ts";
import type { Finding, Result, RuleOutcomes } from "../../result/result.ts";
import { number } from "../wording.ts";
import { levelSymbols } from "./level-symbols.ts";
import { h, type Markup } from "./markup.ts";

/** Which rule held against which version. */
export function rulesSection(result: Result): Markup {
  const pins = result.semconv.pins;
  const byRule = Map.groupBy(result.rules, (outcomes) => outcomes.ruleId);
  const findings = Map.groupBy(result.findings, (finding) => JSON.stringify([finding.ruleId, finding.semconv]));
  return h(
    "section",
    { id: "rules", "aria-labelledby": "rules-title" },
    h("h2", { id: "rules-title" }, "Rules"),
    h(
      "p",
      { class: "prose" },
      "How often each rule held or not, version by version: every span, or attribute of a span, counts.",
    ),
    h(
      "p",
      { class: "note legend" },
      ...levels.map((level) => h("span", {}, h("b", { class: level }, levelSymbols[level]), ` ${level}`)),
      ...[
        ["✓", "held", "pass"],
        ["?", "cannot tell", "inconclusive"],
        ["–", "did not apply", ""],
        ["!", "the rule itself failed", "violation"],
      ].map(([symbol = "", meaning = "", kind = ""]) => h("span", {}, h("b", { class: kind }, symbol), ` ${meaning}`)),
    ),
    h(
      "div",
      { class: "scroll", tabindex: "0", role: "group", "aria-labelledby": "rules-title" },
      h(
        "table",
        { class: "matrix" },
        h(
          "thead",
          {},
          h("tr", {}, h("th", { scope: "col" }, "Rule"), ...pins.map((pin) => h("th", { scope: "col" }, pin))),
        ),
        h(
          "tbody",
          {},
          ...Array.from(byRule, ([ruleId, outcomes]) =>
            h(
              "tr",
              {},
              h("th", { scope: "row" }, h("span", {}, outcomes[0]?.title ?? ""), h("code", {}, ruleId)),
              ...pins.map((pin) =>
                h(
                  "td",
                  {},
                  ...cell(
                    outcomes.find((outcome) => outcome.semconv === pin),
                    findings.get(JSON.stringify([ruleId, pin])) ?? [],
                  ),
                ),
              ),
            ),
          ),
        ),
      ),
    ),
  );
}

function cell(outcomes: RuleOutcomes | undefined, findings: readonly Finding[]): Markup[] {
  if (outcomes === undefined) return [mark("–", "", "did not run", "zero")];
  const { pass, fail, cannotTell, error } = outcomes;
  const marks: Markup[] = [];
  if (error > 0) marks.push(mark("!", number(error), "failed to run", "violation"));
  let listed = 0;
  for (const level of levels) {
    const count = findings
      .filter((finding) => finding.level === level)
      .reduce((sum, finding) => sum + finding.count, 0);
    if (count === 0) continue;
    listed += count;
    const found = mark(levelSymbols[level], number(count), level, level);
    marks.push(h("a", { href: "#findings", "data-rule": outcomes.ruleId, "data-version": outcomes.semconv }, found));
  }
  // Of findings beyond a rule's cap only the number is known.
  if (fail > listed) marks.push(mark("+", number(fail - listed), "more, not listed", "violation"));
  if (cannotTell > 0) marks.push(mark("?", number(cannotTell), "cannot tell", "inconclusive"));
  if (pass > 0) marks.push(mark("✓", number(pass), "held", fail > 0 || error > 0 ? "zero" : "pass"));
  return marks.length === 0 ? [mark("–", "", "did not apply", "zero")] : marks;
}

/** A symbol and a number for the eye, the words for a screen reader. */
function mark(symbol: string, amount: string, words: string, kind: string): Markup {
  return h(
    "span",
    { class: `mark ${kind}` },
    h("span", { "aria-hidden": "true" }, symbol),
    ` ${amount} `,
    h("span", { class: "unseen" }, words),
  );
}

/** What the rules could not decide, and why that is neither a pass nor a fail. */
export function doubtsSection(result: Result): Markup[] {
  const pins = result.semconv.pins;
  const undecided = [...Map.groupBy(result.rules, (outcomes) => outcomes.ruleId)]
    .filter(([, outcomes]) => outcomes.some((outcome) => outcome.cannotTell > 0))
    .map(([ruleId, outcomes]) => ({ ruleId, title: outcomes[0]?.title ?? "", outcomes }));
  if (undecided.length === 0) return [];
  return [
    h(
      "section",
      { id: "doubts", "aria-labelledby": "doubts-title" },
      h("h2", { id: "doubts-title" }, "What could not be told"),
      h(
        "p",
        { class: "prose" },
        "Some clauses hang on facts that telemetry does not carry: whether a value was available, where a model runs, which port is the default. ",
        "Where the spans leave it open, the rule says so instead of guessing; these are neither passes nor failures.",
      ),
      h(
        "div",
        { class: "scroll", tabindex: "0", role: "group", "aria-labelledby": "doubts-title" },
        h(
          "table",
          { class: "numbers" },
          h(
            "thead",
            {},
            h(
              "tr",
              {},
              h("th", { scope: "col" }, "Rule"),
              ...pins.map((pin) => h("th", { scope: "col", class: "n" }, pin)),
            ),
          ),
          h(
            "tbody",
            {},
            ...undecided.map(({ ruleId, title, outcomes }) =>
              h(
                "tr",
                {},
                h("th", { scope: "row" }, h("span", {}, title), h("code", {}, ruleId)),
                ...pins.map((pin) => {
                  const count = outcomes.find((outcome) => outcome.semconv === pin)?.cannotTell ?? 0;
                  return h("td", { class: count > 0 ? "n" : "n zero" }, number(count));
                }),
              ),
            ),
          ),
        ),
      ),
    ),
  ];
}
