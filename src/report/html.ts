import { createHash } from "node:crypto";
import { groupFindings } from "../result/group.ts";
import type { Result } from "../result/result.ts";
import { createFindingView } from "./html/finding-view.ts";
import { findingsSection, pageSize } from "./html/findings-section.ts";
import { embeddedJson, h } from "./html/markup.ts";
import { startPage } from "./html/page-script.ts";
import { doubtsSection, rulesSection } from "./html/rules-section.ts";
import { ledgerSection } from "./html/ledger-section.ts";
import { problemsSection, runSection } from "./html/run-section.ts";
import { sourcesSection } from "./html/sources-section.ts";
import { style } from "./html/style.ts";
import { figures, verdictSection } from "./html/verdict-section.ts";
import { firstSteps, versionsSection } from "./html/versions-section.ts";
import type { Reporter } from "./reporter.ts";
import { visibleText } from "./visible-text.ts";
import { number, verdictWords } from "./wording.ts";

// The browser runs these very functions: what the page is written with and what its script adds cannot drift apart.
const script = `(${startPage.toString()})(window, {
createFindingView: ${createFindingView.toString()},
groupFindings: ${groupFindings.toString()},
visibleText: ${visibleText.toString()},
pageSize: ${pageSize},
});`;

// Nothing may be fetched, and nothing may run or style but what this file wrote.
const policy = [
  "default-src 'none'",
  `script-src '${digest(script)}'`,
  `style-src '${digest(style)}'`,
  "base-uri 'none'",
  "form-action 'none'",
].join("; ");

function digest(text: string): string {
  return `sha256-${createHash("sha256").update(text).digest("base64")}`;
}

/** One HTML file for people: no network, both colour schemes, the whole Result inside. */
export const html: Reporter = (result) =>
  [
    "<!doctype html>",
    '<html lang="en">',
    "<head>",
    '<meta charset="utf-8">',
    h("meta", { "http-equiv": "Content-Security-Policy", content: policy }).html,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="color-scheme" content="light dark">',
    '<meta name="referrer" content="no-referrer">',
    h("title", {}, `${verdictWords[result.verdict]}: ${result.tool.name} against ${result.semconv.pins.join(", ")}`)
      .html,
    `<style>${style}</style>`,
    "</head>",
    body(result),
    "</html>",
    "",
  ].join("\n");

function body(result: Result): string {
  const groups = groupFindings(result.findings, result.semconv.pins);
  const doubts = doubtsSection(result);
  const sources = sourcesSection(result, groups);
  const problems = problemsSection(result);
  const ledger = ledgerSection(result);
  const links: readonly (readonly [id: string, title: string])[] = [
    ["findings", `Findings ${number(groups.length)}`],
    ...(sources.length > 0 ? ([["sources", "Sources"]] as const) : []),
    ...(ledger.length > 0 ? ([["ledger", result.sent === undefined ? "Calls" : "Sent"]] as const) : []),
    ["rules", "Rules"],
    ...(doubts.length > 0 ? ([["doubts", "Cannot tell"]] as const) : []),
    ...(problems.length > 0 ? ([["problems", "Unusable input"]] as const) : []),
    ["run", "Run"],
  ];
  const steps = firstSteps(groups);
  return [
    "<body>",
    h("a", { class: "skip", href: "#findings" }, "Skip to findings").html,
    h(
      "header",
      { class: "top" },
      h(
        "p",
        { class: "brand" },
        h("b", {}, result.tool.name),
        h("span", {}, `gen_ai conformance · ${result.startedAt.slice(0, 16).replace("T", " ")} UTC`),
      ),
      h("nav", { "aria-label": "Sections" }, ...links.map(([id, title]) => h("a", { href: `#${id}` }, title))),
      h("button", { id: "theme", type: "button", class: "scripted" }, "Dark theme"),
    ).html,
    h(
      "main",
      {},
      verdictSection(result, groups),
      figures(result, groups),
      h("div", { class: steps.length > 0 ? "beside" : "" }, versionsSection(result, groups), ...steps),
      ...problems,
      findingsSection(result, groups),
      ...sources,
      ...ledger,
      rulesSection(result),
      ...doubts,
      runSection(result),
    ).html,
    h("p", { id: "copied", class: "unseen", role: "status" }).html,
    h("footer", {}, `${result.tool.name} ${result.tool.version}. This file holds the whole Result and loads nothing.`)
      .html,
    `<script type="application/json" id="result">${embeddedJson(result)}</script>`,
    `<script>${script}</script>`,
    "</body>",
  ].join("\n");
}
