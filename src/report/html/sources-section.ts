import type { FindingGroup } from "../../result/group.ts";
import { levels } from "../../result/order.ts";
import type { Result, Source } from "../../result/result.ts";
import { counted, number } from "../wording.ts";
import { levelSymbols } from "./level-symbols.ts";
import { h, type Markup } from "./markup.ts";

/** Sources listed; a run with more has its whole list in the JSON. */
const sourceLimit = 200;

/** Where the telemetry came from, and how each source stands against each version. */
export function sourcesSection(result: Result, groups: readonly FindingGroup[]): Markup[] {
  const { sources, semconv } = result;
  if (sources.length === 0) return [];
  const place = (service: string, scope: string): string => JSON.stringify([service, scope]);
  const found = Map.groupBy(groups, (group) => place(group.where.service, group.where.scope));
  const listed = sources.slice(0, sourceLimit);
  return [
    h(
      "section",
      { id: "sources", "aria-labelledby": "sources-title" },
      h("h2", { id: "sources-title" }, "Sources"),
      h(
        "p",
        { class: "prose" },
        "Each service and instrumentation scope that sent spans, with its distinct findings of the gravest level for each version.",
      ),
      h(
        "div",
        { class: "scroll", tabindex: "0", role: "group", "aria-labelledby": "sources-title" },
        h(
          "table",
          { class: "matrix" },
          h(
            "thead",
            {},
            h(
              "tr",
              {},
              h("th", { scope: "col" }, "Service and scope"),
              h("th", { scope: "col", class: "n" }, "Spans"),
              h("th", { scope: "col", class: "n" }, "gen_ai"),
              ...semconv.pins.map((pin) => h("th", { scope: "col" }, pin)),
            ),
          ),
          h(
            "tbody",
            {},
            ...listed.map((source) => row(source, semconv.pins, found.get(place(source.service, source.scope)) ?? [])),
          ),
        ),
      ),
      ...(sources.length > sourceLimit
        ? [h("p", { class: "note" }, `And ${counted(sources.length - sourceLimit, "more source")}.`)]
        : []),
    ),
  ];
}

function row(source: Source, pins: readonly string[], groups: readonly FindingGroup[]): Markup {
  return h(
    "tr",
    {},
    h(
      "th",
      { scope: "row" },
      h("span", {}, h("bdi", {}, source.service)),
      h("code", {}, `${source.scope} ${source.scopeVersion}`.trim()),
      h("small", {}, source.schemaUrl === "" ? "no schema URL" : source.schemaUrl),
    ),
    h("td", { class: "n" }, number(source.spans)),
    h("td", { class: source.genaiSpans > 0 ? "n" : "n zero" }, number(source.genaiSpans)),
    ...pins.map((pin) => h("td", {}, cell(source, pin, groups))),
  );
}

function cell(source: Source, pin: string, groups: readonly FindingGroup[]): Markup {
  const own = groups.filter((group) => group.versions.includes(pin));
  const level = levels.find((candidate) => own.some((group) => group.level === candidate));
  if (level === undefined) {
    return source.genaiSpans > 0
      ? h("span", { class: "mark pass" }, h("span", { "aria-hidden": "true" }, "✓ "), "none")
      : h(
          "span",
          { class: "mark zero" },
          h("span", { "aria-hidden": "true" }, "– "),
          h("span", { class: "unseen" }, "nothing to judge"),
        );
  }
  const count = own.filter((group) => group.level === level).length;
  return h(
    "a",
    { href: "#findings", "data-service": source.service, "data-text": source.scope, "data-version": pin },
    h(
      "span",
      { class: `mark ${level}` },
      h("span", { "aria-hidden": "true" }, `${levelSymbols[level]} `),
      number(count),
      h("span", { class: "unseen" }, ` ${level}`),
    ),
  );
}
