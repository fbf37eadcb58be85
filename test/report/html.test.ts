import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { html } from "../../src/report/html.ts";
import { embeddedJson, h } from "../../src/report/html/markup.ts";
import { fileOptions } from "../../src/report/reporter.ts";
import { reasonsOf } from "../../src/report/wording.ts";
import { groupFindings } from "../../src/result/group.ts";
import type { Result } from "../../src/result/result.ts";
import {
  failingResult,
  fullResult,
  hostileResult,
  hugeResult,
  inconclusiveResult,
  manySpansResult,
  passingResult,
} from "../result/sample.ts";

function page(result: Result): string {
  return html(result, fileOptions);
}

function contentOf(text: string, open: string, close: string): string {
  const start = text.indexOf(open);
  if (start < 0) throw new Error(`the page has no ${open}`);
  return text.slice(start + open.length, text.indexOf(close, start + open.length));
}

function dataOf(text: string): unknown {
  return JSON.parse(contentOf(text, '<script type="application/json" id="result">', "</script>"));
}

/** The page without the Result's data and the script: what a reader without JavaScript gets. */
function written(result: Result): string {
  return contentOf(page(result), "<body>", '<script type="application/json"');
}

const hostile = [
  "</script><img src=x onerror=alert(1)>",
  "<!--<script>",
  "\"'><svg onload=alert(1)>",
  "a\u2028b\u2029c",
  "&lt;b&gt;",
  "${alert(1)}",
  "\u0000\u001b[31m\u202e",
];

describe("markup", () => {
  test.each(hostile)("text and attribute values stay what they are: %j", (text) => {
    const { html: made } = h("p", { title: text }, text);
    expect(made.match(/</g)).toHaveLength(2);
    expect(made.match(/>/g)).toHaveLength(2);
    expect(made.match(/"/g)).toHaveLength(2);
  });

  test.each(hostile)("embedded JSON cannot end its element, and says the same: %j", (text) => {
    const made = embeddedJson({ [text]: text });
    expect(made).not.toMatch(/[<\u2028\u2029]/);
    expect(JSON.parse(made)).toEqual({ [text]: text });
  });

  test("attributes that are off are left out", () => {
    expect(h("input", { hidden: true, checked: false, title: undefined }).html).toBe("<input hidden>");
  });
});

describe("injection", () => {
  test.each(hostile)("a Result made of %j adds no element, attribute or script", (text) => {
    const tags = (result: Result): string[] =>
      page(result)
        .match(/<[a-z!/][^\s>]*/gi)
        ?.toSorted() ?? [];
    expect(tags(hostileResult(text))).toEqual(tags(hostileResult("harmless")));
    for (const tag of written(hostileResult(text)).match(/<[a-z][^>]*>/g) ?? []) {
      expect(tag.replaceAll(/"[^"]*"/g, "")).not.toMatch(/\son|\sstyle|\ssrc/);
    }
    expect(dataOf(page(hostileResult(text)))).toEqual(hostileResult(text));
  });

  test("a clause that is no web address is no link", () => {
    expect(page(hostileResult("x"))).not.toMatch(/href="javascript:/);
  });
});

describe("policy", () => {
  const text = page(failingResult());
  const policy = contentOf(text, 'http-equiv="Content-Security-Policy" content="', '"').replaceAll("&#39;", "'");

  test("allows this page's own script and style by their hashes, and nothing else", () => {
    const digest = (content: string): string => `'sha256-${createHash("sha256").update(content).digest("base64")}'`;
    expect(policy.split("; ")).toEqual([
      "default-src 'none'",
      `script-src ${digest(contentOf(text, "<script>", "</script>"))}`,
      `style-src ${digest(contentOf(text, "<style>", "</style>"))}`,
      "base-uri 'none'",
      "form-action 'none'",
    ]);
  });

  test("comes before anything it governs", () => {
    expect(text.indexOf("Content-Security-Policy")).toBeLessThan(text.indexOf("<style>"));
  });

  test("nothing is fetched: no address but links to clauses", () => {
    const outside = text.replace(/<script type="application\/json".*?<\/script>/s, "");
    expect(outside.match(/\b(src|srcset|action|poster|data)="/g)).toBeNull();
    expect(outside.match(/<(link|img|iframe|object|base)\b/g)).toBeNull();
    expect(outside.match(/url\(|@import/g)).toBeNull();
  });
});

describe("what is written without the script", () => {
  test.each([
    [passingResult(), "Pass"],
    [failingResult(), "Fail"],
    [inconclusiveResult(), "Inconclusive"],
  ])("the verdict is the page's heading and title: %#", (result, word) => {
    expect(contentOf(written(result), "<h1", "</h1>")).toContain(word);
    expect(contentOf(page(result), "<title>", "</title>")).toMatch(new RegExp(`^${word}: otel-genai-testkit against `));
  });

  test("every reason stands there with its next step", () => {
    for (const result of [failingResult(), inconclusiveResult()]) {
      for (const reason of reasonsOf(result, groupFindings(result.findings, result.semconv.pins))) {
        const plain = written(result)
          .replaceAll(/<[^>]*>/g, "")
          .replaceAll("&#39;", "'");
        expect(plain).toContain(reason.message);
        expect(plain).toContain(reason.fix);
      }
    }
  });

  test("no finding, and no findings because nothing was judged, are told apart", () => {
    const clean: Result = { ...passingResult(), findings: [] };
    expect(contentOf(written(clean), 'id="findings"', "</section>")).toContain("None.");
    expect(contentOf(written(inconclusiveResult()), 'id="findings"', "</section>")).toContain("This is not a pass.");
    expect(contentOf(written(inconclusiveResult()), '<dl class="figures">', "</dl>")).toContain("nothing judged");
  });

  test("a finding of three versions is listed once", () => {
    expect(written(failingResult()).match(/<details class="finding"/g)).toHaveLength(24);
  });

  test("a finding of many span names is listed once, named by the first few, and all are there to read", () => {
    const text = written(manySpansResult());
    expect(text.match(/<details class="finding"/g)).toHaveLength(2);
    const line = contentOf(contentOf(text, '<ol id="finding-list"', "</ol>"), "<summary>", "</summary>").replaceAll(
      /<[^>]*>/g,
      "",
    );
    expect(line).toContain("chat model-00 5×, chat model-01 1×, chat model-02 1× and 9 more");
    expect(line).toMatch(/16×$/);
    for (let n = 0; n < 12; n++) expect(text).toContain(`<td><bdi>chat model-${String(n).padStart(2, "0")}</bdi></td>`);
    expect(text).toContain("<td>1×</td><td>genai-2026-08-03</td>");
  });

  test("every finding has its place for a link, whichever it is shown with", () => {
    const result = manySpansResult();
    const ids = written(result).match(/id="finding-[0-9a-f]{16}"/g);
    expect(ids?.toSorted()).toEqual(result.findings.map((finding) => `id="finding-${finding.fingerprint}"`).toSorted());
  });

  test("every total counts what is listed", () => {
    const text = written(manySpansResult())
      .replaceAll(/<[^>]*>/g, " ")
      .replaceAll(/\s+/g, " ");
    expect(text).toContain("Found 2 violations on 13 span names: 2 of 1.41.1 and 2 of genai-2026-08-03");
    expect(text).toContain("violations 2 20 times, 13 span names");
    expect(text).toContain("1.41.1 ✗ Fail 2 0 0");
    expect(text).toContain("Findings 2 ");
    expect(text).toContain("2 of 2");
    expect(text).toContain("16× on 12 span names");
  });

  test("findings with the same fix are one step", () => {
    const result = manySpansResult();
    const findings = result.findings.map((finding) => ({ ...finding, fix: "Update the instrumentation." }));
    const steps = contentOf(written({ ...result, findings }), '<section class="steps"', "</section>");
    expect(steps.match(/<li>/g)).toHaveLength(1);
    expect(steps).toContain("20× on 13 span names");
  });

  test("the place in a message's content stands in the head of its finding", () => {
    expect(written(manySpansResult())).toContain(
      '<span class="subject"><bdi>gen_ai.tool.definitions</bdi> <bdi class="path">/0/name</bdi></span>',
    );
  });

  test("of thousands of findings the first hundred are written, the rest is announced", () => {
    const text = written(hugeResult(5000));
    expect(text.match(/<details class="finding"/g)).toHaveLength(100);
    expect(text).toContain("4,900 more are in this page&#39;s data");
  });

  test("the rule table tells the levels of a rule apart", () => {
    const row = contentOf(written(failingResult()), "<code>span-kind</code></th>", "</tr>")
      .replaceAll(/<[^>]*>/g, " ")
      .replaceAll(/\s+/g, " ");
    expect(row).toContain("✗ 12 violation i 7 information ? 14 cannot tell ✓ 132 held");
  });

  test("findings beyond a rule's cap are counted where the total is", () => {
    expect(written(fullResult())).toContain("140 more not listed");
    expect(written(fullResult())).toContain("in genai-2026-08-03: more improvements, which occurred 140 times");
  });

  test("a command that failed is named with how it ended", () => {
    expect(written(fullResult())).toContain("The command was ended by SIGKILL");
  });

  test("the same Result gives the same bytes", () => {
    expect(page(failingResult())).toBe(page(failingResult()));
  });
});
