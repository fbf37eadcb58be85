import type { FindingGroup, SpanShare } from "../../result/group.ts";
import type { Finding, Level } from "../../result/result.ts";
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
  /** Span names in the line of a finding, in its table, and examples of it. */
  const [fewSpans, manySpans, fewExamples] = [3, 10, 5];

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

  function subject({ where, spans }: FindingGroup): Node {
    if (where.attribute !== "")
      return h(
        "span",
        { class: "subject" },
        h("bdi", {}, where.attribute),
        ...(where.path === "" ? [] : [" ", h("bdi", { class: "path" }, where.path)]),
      );
    const span = spans[0]?.span ?? "";
    return h(
      "span",
      { class: "subject" },
      h("bdi", {}, span || where.scope || where.service),
      ...(span !== "" && spans.length > 1 ? [` and ${spans.length - 1} more`] : []),
    );
  }

  /** The first few span names, each with its count. */
  function spanLine(spans: readonly SpanShare[]): Node {
    // One more name takes no more room than to say that there is one more.
    const shown = spans.length === fewSpans + 1 ? spans : spans.slice(0, fewSpans);
    const rest = spans.length - shown.length;
    return h(
      "span",
      { class: "place" },
      ...shown.flatMap(({ span, count }, index) => [index > 0 ? ", " : "", h("bdi", {}, span), ` ${times(count)}`]),
      ...(rest > 0 ? [` and ${rest.toLocaleString("en-US")} more`] : []),
    );
  }

  function spanTable({ spans, versions }: FindingGroup): Node[] {
    const uneven = spans.some((share) => share.versions.length < versions.length);
    const rows = (shares: readonly SpanShare[]): Node =>
      table(
        ["Span name", "Count", ...(uneven ? ["Versions"] : [])],
        shares.map((share) => [
          h("bdi", {}, share.span),
          times(share.count),
          ...(uneven ? [share.versions.length < versions.length ? share.versions.join(", ") : "all of these"] : []),
        ]),
      );
    const rest = spans.slice(manySpans);
    return [
      h("h4", {}, `Span names (${spans.length.toLocaleString("en-US")})`),
      rows(spans.slice(0, manySpans)),
      ...(rest.length === 0
        ? []
        : [
            h(
              "details",
              { class: "aside" },
              h("summary", {}, `and ${rest.length.toLocaleString("en-US")} more`),
              rows(rest),
            ),
          ]),
    ];
  }

  /** What each version says, one row for each span type and clause. */
  function sayings(findings: readonly Finding[]): Node {
    const rows = new Map<string, { first: Finding; count: number }>();
    for (const finding of findings) {
      const key = JSON.stringify([finding.semconv, finding.where.spanType, finding.clause]);
      const row = rows.get(key) ?? { first: finding, count: 0 };
      row.count += finding.count;
      rows.set(key, row);
    }
    return table(
      ["Version", "Span type", "Count", "Clause"],
      Array.from(rows.values(), ({ first, count }) => [
        first.semconv,
        first.where.spanType || "–",
        times(count),
        link(first.clause),
      ]),
    );
  }

  function exampleTable({ findings, spans, count }: FindingGroup): Node[] {
    const many = spans.length > 1;
    // With several names one of each, the most frequent first, says more than several of one.
    const examples = spans
      .flatMap(({ span }) => findings.find((finding) => finding.where.span === span) ?? [])
      .flatMap((finding) =>
        finding.examples.slice(0, many ? 1 : fewExamples).map((example) => ({ ...example, name: finding.where.span })),
      )
      .slice(0, fewExamples);
    if (examples.length === 0) return [];
    const valued = examples.some((example) => example.value !== undefined);
    return [
      h(
        "h4",
        {},
        examples.length < count ? `Examples (${examples.length} of ${count.toLocaleString("en-US")})` : "Examples",
      ),
      table(
        ["Trace", "Span", ...(many ? ["Span name"] : []), ...(valued ? ["Value"] : [])],
        examples.map((example) => [
          copyable(example.traceId, "trace id"),
          copyable(example.spanId, "span id"),
          ...(many ? [h("bdi", {}, example.name)] : []),
          ...(valued ? [h("code", {}, example.value ?? "–")] : []),
        ]),
      ),
    ];
  }

  return (group) => {
    const { where, findings, spans } = group;
    const [first, ...others] = findings;
    const many = spans.length > 1;
    const places = [where.service, where.scope, ...(many ? [] : [where.span])];
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
        subject(group),
        h("span", { class: "actual" }, group.actual),
        h("span", { class: "place" }, h("code", {}, group.ruleId), " · ", trail(places)),
        ...(many ? [spanLine(spans)] : []),
      ),
      h("span", { class: "chips" }, ...group.versions.map((version) => h("span", { class: "chip" }, version))),
      h("span", { class: "times" }, times(group.count)),
    );
    const details = h(
      "div",
      { class: "detail" },
      // A link may name any of the findings that are shown as one.
      ...others.map((finding) => h("span", { id: `finding-${finding.fingerprint}` })),
      h(
        "dl",
        { class: "beats" },
        beat("Where", trail([...places, where.attribute, where.path])),
        beat("Expected", group.expected),
        beat("Actual", group.actual),
        beat("Fix", group.fix),
      ),
      ...(many ? spanTable(group) : []),
      h("h4", {}, "Said by"),
      sayings(findings),
      ...exampleTable(group),
      h(
        "p",
        { class: "tail" },
        h("button", { type: "button", class: "copy", "data-copy": first?.message ?? "" }, "Copy message"),
        h(
          "span",
          {},
          `Fingerprint ${first?.fingerprint ?? ""}${others.length === 0 ? "" : `, the first of ${findings.length.toLocaleString("en-US")}`}`,
        ),
      ),
    );
    return h("li", {}, h("details", { class: "finding", id: `finding-${first?.fingerprint ?? ""}` }, summary, details));
  };
}
