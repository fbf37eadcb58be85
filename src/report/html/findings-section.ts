import type { FindingGroup } from "../../result/group.ts";
import { levels } from "../../result/order.ts";
import type { Result } from "../../result/result.ts";
import { counted, levelWords, number } from "../wording.ts";
import { createFindingView } from "./finding-view.ts";
import { h, type Markup } from "./markup.ts";

/** How many findings the page is written with; its script adds the rest on request. */
export const pageSize = 100;

const findingView = createFindingView(h);

/** All findings, each once, with the versions that say so. */
export function findingsSection(result: Result, groups: readonly FindingGroup[]): Markup {
  return h(
    "section",
    { id: "findings", "aria-labelledby": "findings-title" },
    h("h2", { id: "findings-title" }, "Findings"),
    ...(groups.length === 0
      ? [h("p", { class: "empty" }, nothingFound(result))]
      : [filters(result, groups), ...list(groups)]),
    ...omitted(result),
  );
}

function nothingFound(result: Result): string {
  return result.verdict === "inconclusive"
    ? "Nothing could be judged, so nothing was found. This is not a pass."
    : "None.";
}

function list(groups: readonly FindingGroup[]): Markup[] {
  const rest = groups.length - pageSize;
  return [
    h(
      "p",
      { id: "shown", class: "note", role: "status" },
      `${number(Math.min(pageSize, groups.length))} of ${number(groups.length)}`,
    ),
    h("ol", { id: "finding-list", class: "findings" }, ...groups.slice(0, pageSize).map(findingView)),
    h("button", { id: "more", type: "button", class: "scripted", hidden: rest <= 0 }, `Show ${pageSize} more`),
    ...(rest > 0
      ? [
          h(
            "p",
            { class: "unscripted note" },
            `${number(rest)} more are in this page's data; they need JavaScript, or use the json reporter.`,
          ),
        ]
      : []),
  ];
}

function filters(result: Result, groups: readonly FindingGroup[]): Markup {
  const choices = (of: (group: FindingGroup) => string): string[] =>
    [...new Set(groups.map(of))].filter((v) => v !== "").toSorted();
  const field = (id: string, name: string, kind: string, control: Markup): Markup =>
    h("div", { class: `field ${kind}` }, h("label", { for: id }, name), control);
  const select = (id: string, name: string, values: readonly string[]): Markup => {
    const options = values.map((value) => h("option", { value }, value));
    return field(id, name, "", h("select", { id }, h("option", { value: "" }, "All"), ...options));
  };
  return h(
    "form",
    { id: "filters", class: "scripted filters", role: "search", "aria-label": "Filter findings" },
    h(
      "fieldset",
      {},
      h("legend", { class: "unseen" }, "Level"),
      ...levels.map((level) => {
        const count = groups.filter((group) => group.level === level).length;
        const [one, many] = levelWords[level];
        return h(
          "label",
          { class: `toggle ${level}` },
          h("input", { type: "checkbox", name: "level", value: level, checked: true }),
          h("span", {}, counted(count, one, many)),
        );
      }),
    ),
    field(
      "filter-text",
      "Text",
      "search",
      h("input", {
        id: "filter-text",
        type: "search",
        placeholder: "attribute, span, scope, fix …",
        autocomplete: "off",
        spellcheck: "false",
      }),
    ),
    select("filter-version", "Version", result.semconv.pins),
    select(
      "filter-rule",
      "Rule",
      choices((group) => group.ruleId),
    ),
    select(
      "filter-service",
      "Service",
      choices((group) => group.where.service),
    ),
    h("button", { id: "filter-clear", type: "button" }, "Clear"),
  );
}

function omitted(result: Result): Markup[] {
  if (result.findingsOmitted.length === 0) return [];
  return [
    h("h3", {}, "Counted, not listed"),
    h(
      "ul",
      { class: "plain" },
      ...result.findingsOmitted.map((entry) => {
        return h(
          "li",
          {},
          h("code", {}, entry.ruleId),
          ` in ${entry.semconv}: more ${levelWords[entry.level][1]}, which occurred ${counted(entry.count, "time")}`,
        );
      }),
    ),
  ];
}
