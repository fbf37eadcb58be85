import type { FindingGroup } from "../../result/group.ts";
import type { Level } from "../../result/result.ts";
import type { Build } from "./markup.ts";

/**
 * Makes the view of one finding: a line, and under it all there is to know.
 *
 * The page is written with it, and runs it in the browser from its own source text for the findings further down; so it may
 * refer to nothing outside itself.
 */
export function createFindingView<Node>(h: Build<Node>): (group: FindingGroup) => Node {
  const names: Record<Level, string> = {
    violation: "Violation",
    improvement: "Improvement",
    information: "Information",
  };
  const symbols: Record<Level, string> = { violation: "✗", improvement: "▲", information: "i" };

  const times = (count: number): string => `${count.toLocaleString("en-US")}×`;

  /** A path through nested places, its separators hidden from screen readers. */
  function trail(places: readonly string[]): Node {
    const parts = places.filter((place) => place !== "");
    const nodes = parts.flatMap((place, index) => [
      ...(index > 0 ? [h("span", { class: "inside", "aria-hidden": "true" }, " › ")] : []),
      h("bdi", {}, place),
    ]);
    return h("span", { class: "trail" }, ...nodes);
  }

  function copyable(text: string, name: string): Node {
    return h(
      "span",
      { class: "copyable" },
      h("code", {}, text),
      h("button", { type: "button", class: "copy", "data-copy": text, "aria-label": `Copy ${name} ${text}` }, "Copy"),
    );
  }

  /** A link to a clause, named by its page and section; whatever a Result says, it leads to the web and nowhere else. */
  function link(url: string): Node {
    if (!/^https?:\/\//.test(url)) return h("code", {}, url === "" ? "none" : url);
    const page = url.replace(/^https?:\/\/(github\.com\/[^/]+\/[^/]+\/blob\/[^/]+\/)?/, "");
    return h("a", { href: url, rel: "noreferrer" }, page);
  }

  function beat(name: string, ...content: readonly (Node | string)[]): Node {
    return h("div", { class: `beat ${name.toLowerCase()}` }, h("dt", {}, name), h("dd", {}, ...content));
  }

  function table(head: readonly string[], rows: readonly (readonly (Node | string)[])[]): Node {
    return h(
      "div",
      { class: "scroll" },
      h(
        "table",
        {},
        h("thead", {}, h("tr", {}, ...head.map((title) => h("th", { scope: "col" }, title)))),
        h("tbody", {}, ...rows.map((row) => h("tr", {}, ...row.map((cell) => h("td", {}, cell))))),
      ),
    );
  }

  return (group) => {
    const { where, findings } = group;
    const first = findings[0];
    const examples = first?.examples ?? [];
    const valued = examples.some((example) => example.value !== undefined);
    const summary = h(
      "summary",
      {},
      h(
        "span",
        { class: `level ${group.level}` },
        h("span", { class: "symbol", "aria-hidden": "true" }, symbols[group.level]),
        h("span", {}, names[group.level]),
      ),
      h(
        "span",
        { class: "gist" },
        h("span", { class: "subject" }, h("bdi", {}, where.attribute || where.span || where.scope || where.service)),
        h("span", { class: "actual" }, group.actual),
        h(
          "span",
          { class: "place" },
          h("code", {}, group.ruleId),
          " · ",
          trail([where.service, where.scope, where.span]),
        ),
      ),
      h("span", { class: "chips" }, ...group.versions.map((version) => h("span", { class: "chip" }, version))),
      h("span", { class: "times" }, times(group.count)),
    );
    const details = h(
      "div",
      { class: "detail" },
      h(
        "dl",
        { class: "beats" },
        beat("Where", trail([where.service, where.scope, where.span, where.attribute, where.path])),
        beat("Expected", group.expected),
        beat("Actual", group.actual),
        beat("Fix", group.fix),
      ),
      h("h4", {}, "Said by"),
      table(
        ["Version", "Span type", "Count", "Clause"],
        findings.map((finding) => [
          finding.semconv,
          finding.where.spanType || "–",
          times(finding.count),
          link(finding.clause),
        ]),
      ),
      ...(examples.length === 0
        ? []
        : [
            h(
              "h4",
              {},
              examples.length < group.count
                ? `Examples (${examples.length} of ${group.count.toLocaleString("en-US")})`
                : "Examples",
            ),
            table(
              ["Trace", "Span", ...(valued ? ["Value"] : [])],
              examples.map((example) => [
                copyable(example.traceId, "trace id"),
                copyable(example.spanId, "span id"),
                ...(valued ? [h("code", {}, example.value ?? "–")] : []),
              ]),
            ),
          ]),
      h(
        "p",
        { class: "tail" },
        h("button", { type: "button", class: "copy", "data-copy": first?.message ?? "" }, "Copy message"),
        h("span", {}, `Fingerprint ${first?.fingerprint ?? ""}`),
      ),
    );
    return h("li", {}, h("details", { class: "finding", id: `finding-${first?.fingerprint ?? ""}` }, summary, details));
  };
}
