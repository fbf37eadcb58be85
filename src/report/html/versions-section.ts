import type { FindingGroup } from "../../result/group.ts";
import { levels } from "../../result/order.ts";
import type { Level, Result, Verdict, VersionVerdict } from "../../result/result.ts";
import { cannotTellOf } from "../../result/totals.ts";
import { number, spanNames, subjectOf, verdictWords } from "../wording.ts";
import { h, type Markup } from "./markup.ts";
import { prose } from "./prose.ts";

const symbols: Readonly<Record<Verdict, string>> = { pass: "✓", fail: "✗", inconclusive: "?" };

const countedOnce =
  "What differs only in the span name is one finding here and below; the JSON report lists it for each span name.";

/** The verdict against each pinned version. */
export function versionsSection(result: Result, groups: readonly FindingGroup[]): Markup {
  const doubts = (version: VersionVerdict): number => cannotTellOf(result, version.semconv);
  const found = (version: VersionVerdict, level: Level): number =>
    groups.filter((group) => group.level === level && group.versions.includes(version.semconv)).length;
  return h(
    "section",
    { "aria-labelledby": "versions-title" },
    h("h2", { id: "versions-title" }, result.versions.length === 1 ? "Version" : "Versions"),
    h(
      "div",
      { class: "scroll", tabindex: "0", role: "group", "aria-labelledby": "versions-title" },
      h(
        "table",
        { class: "numbers" },
        h(
          "thead",
          {},
          h(
            "tr",
            {},
            ...["Conventions", "Verdict"].map((title) => h("th", { scope: "col" }, title)),
            ...["Violations", "Improvements", "Information", "Cannot tell"].map((title) =>
              h("th", { scope: "col", class: "n" }, title),
            ),
          ),
        ),
        h(
          "tbody",
          {},
          ...result.versions.map((version) =>
            h(
              "tr",
              {},
              h(
                "th",
                { scope: "row" },
                version.semconv,
                ...(version.preview ? [" ", h("span", { class: "chip" }, "preview")] : []),
              ),
              h(
                "td",
                {},
                h(
                  "span",
                  { class: `pill ${version.verdict}` },
                  h("span", { "aria-hidden": "true" }, `${symbols[version.verdict]} `),
                  verdictWords[version.verdict],
                ),
              ),
              ...levels.map((level) => {
                const count = found(version, level);
                return h("td", { class: count > 0 ? `n ${level}` : "n zero" }, number(count));
              }),
              h("td", { class: doubts(version) > 0 ? "n" : "n zero" }, number(doubts(version))),
            ),
          ),
        ),
      ),
    ),
    h(
      "p",
      { class: "note" },
      ...prose(
        `${groups.some((group) => group.spans.length > 1) ? countedOnce : "Distinct findings."} ${
          result.failOn === "never"
            ? "None fails the run: --fail-on never"
            : `Those of level ${result.failOn}${result.failOn === "violation" ? "" : " or graver"} fail the run: --fail-on ${result.failOn}`
        }`,
      ),
    ),
    ...spanTypes(result),
  );
}

function spanTypes(result: Result): Markup[] {
  const typed = result.versions.filter((version) => version.spanTypes.length > 0);
  if (typed.length === 0) return [];
  return [
    h(
      "details",
      { class: "aside" },
      h("summary", {}, "Span types recognised"),
      h(
        "dl",
        { class: "facts" },
        ...typed.map((version) =>
          h(
            "div",
            {},
            h("dt", {}, version.semconv),
            h("dd", {}, version.spanTypes.map(({ type, spans }) => `${type} ${number(spans)}`).join(" · ")),
          ),
        ),
      ),
    ),
  ];
}

const steps = 3;

/** The fixes that help most: of the gravest level there is above information, those that mend most. */
export function firstSteps(groups: readonly FindingGroup[]): Markup[] {
  const level = (["violation", "improvement"] satisfies Level[]).find((grave) =>
    groups.some((group) => group.level === grave),
  );
  if (level === undefined) return [];
  const byFix = [
    ...Map.groupBy(
      groups.filter((group) => group.level === level),
      (group) => group.fix,
    ),
  ];
  const chosen = byFix
    .map(([fix, same]) => ({ fix, same, count: same.reduce((sum, group) => sum + group.count, 0) }))
    .toSorted((a, b) => b.count - a.count)
    .slice(0, steps);
  return [
    h(
      "section",
      { class: "steps", "aria-labelledby": "steps-title" },
      h("h2", { id: "steps-title" }, level === "violation" ? "Fix first" : "Worth improving"),
      h("ol", {}, ...chosen.map(({ fix, same, count }) => step(fix, same, count))),
    ),
  ];
}

function step(fix: string, groups: readonly FindingGroup[], count: number): Markup {
  const first = groups[0] as FindingGroup;
  const names = spanNames(groups);
  return h(
    "li",
    {},
    h("p", {}, fix),
    h(
      "p",
      { class: "note" },
      h("a", { href: `#finding-${first.findings[0]?.fingerprint ?? ""}` }, h("code", {}, subjectOf(first))),
      `: ${first.actual} ·\u00a0${number(count)}×${names === "" ? "" : ` on ${names}`}`,
    ),
  );
}
