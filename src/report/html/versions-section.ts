import type { FindingGroup } from "../../result/group.ts";
import { levels } from "../../result/order.ts";
import type { Level, Result, Verdict, VersionVerdict } from "../../result/result.ts";
import { cannotTellOf } from "../../result/totals.ts";
import { number, subjectOf, verdictWords } from "../wording.ts";
import { h, type Markup } from "./markup.ts";
import { prose } from "./prose.ts";

const symbols: Readonly<Record<Verdict, string>> = { pass: "✓", fail: "✗", inconclusive: "?" };

/** The verdict against each pinned version. */
export function versionsSection(result: Result): Markup {
  const doubts = (version: VersionVerdict): number => cannotTellOf(result, version.semconv);
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
                const { distinct } = version.findings[level];
                return h("td", { class: distinct > 0 ? `n ${level}` : "n zero" }, number(distinct));
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
        result.failOn === "never"
          ? "Distinct findings. None fails the run: --fail-on never."
          : `Distinct findings. Those of level ${result.failOn}${result.failOn === "violation" ? "" : " or graver"} fail the run: --fail-on ${result.failOn}`,
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

/** The fixes that help most: the most frequent findings of the gravest level there is above information. */
export function firstSteps(groups: readonly FindingGroup[]): Markup[] {
  const level = (["violation", "improvement"] satisfies Level[]).find((grave) =>
    groups.some((group) => group.level === grave),
  );
  if (level === undefined) return [];
  const chosen = groups
    .filter((group) => group.level === level)
    .toSorted((a, b) => b.count - a.count)
    .slice(0, steps);
  return [
    h(
      "section",
      { class: "steps", "aria-labelledby": "steps-title" },
      h("h2", { id: "steps-title" }, level === "violation" ? "Fix first" : "Worth improving"),
      h(
        "ol",
        {},
        ...chosen.map((group) =>
          h(
            "li",
            {},
            h("p", {}, group.fix),
            h(
              "p",
              { class: "note" },
              h(
                "a",
                { href: `#finding-${group.findings[0]?.fingerprint ?? ""}` },
                h("code", {}, subjectOf(group.where)),
              ),
              `: ${group.actual} ·\u00a0${number(group.count)}×`,
            ),
          ),
        ),
      ),
    ),
  ];
}
