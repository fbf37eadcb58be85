import { stripVTControlCharacters } from "node:util";
import { describe, expect, test } from "vitest";
import { fileOptions, type ReportOptions } from "../../src/report/reporter.ts";
import { terminal } from "../../src/report/terminal.ts";
import { displayWidth } from "../../src/report/wrap.ts";
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

function report(result: Result, options: Partial<ReportOptions> = {}): string {
  return terminal(result, { ...fileOptions, ...options });
}

function firstLine(text: string): string {
  return text.split("\n").find((line) => line.trim() !== "") ?? "";
}

describe("verdict", () => {
  test.each([
    [passingResult(), "✓ PASS"],
    [failingResult(), "✗ FAIL"],
    [inconclusiveResult(), "? INCONCLUSIVE"],
  ])("stands on the first line, in words: %#", (result, words) => {
    expect(firstLine(report(result))).toContain(words);
  });

  test("an inconclusive run says why, and the next step, before anything else", () => {
    const result = inconclusiveResult();
    const text = report(result, { width: 400 });
    const [reason] = result.reasons;
    expect(text).toContain(reason?.message);
    expect(text).toContain(`→ ${reason?.fix ?? ""}`);
    expect(text.indexOf(reason?.fix ?? "")).toBeLessThan(text.indexOf("Received"));
    expect(text).not.toMatch(/pass/i);
  });

  test("a pass says what was judged", () => {
    expect(report(passingResult())).toContain("No violation of 1.41.1 in 159 gen_ai spans, 18 logs and 4 metrics.");
  });

  test("violations that the gate lets through are not called none", () => {
    const failing = failingResult();
    const versions = failing.versions.map((version) => ({ ...version, verdict: "pass" as const }));
    const text = report({ ...failing, versions, failOn: "never", verdict: "pass", reasons: [] }, { width: 200 });
    expect(text).toContain("12 violations of 1.36.0, 1.41.1 and genai-2026-08-03");
    expect(text).toContain("No finding fails the run");
  });

  test("is said again at the end", () => {
    expect(report(failingResult()).trimEnd().split("\n").at(-1)).toBe(
      " ✗ Fail: 12 violations, 7 improvements and 5 information.",
    );
  });

  test("a command that failed is named with how it ended", () => {
    expect(report(fullResult())).toContain("The command was ended by SIGKILL: node app.js");
    const result = passingResult();
    const run = { ...result.run, command: { argv: ["node", "app.js"], exitCode: 3, signal: null } };
    expect(report({ ...result, run })).toContain("The command exited with 3: node app.js");
  });

  test("says how calls and spans go together, and what was asked for and is not served", () => {
    const words = report(fullResult()).replaceAll(/\s+/g, " ");
    for (const line of [
      "Ledger 14 calls, 8 with a span (6 by response id, 1 by traceparent and 1 by time and content)",
      "2 earlier attempts of retried calls; the ledger is torn",
      "3 calls without a span, 1 further span of a call that has one, 1 span without a call, cannot tell of 1 call and 1 span",
      "openai.embeddings: 0 of 2 with a span",
      "not served (404): POST /v1/audio/speech 2×",
    ]) {
      expect(words).toContain(line);
    }
    expect(report(passingResult())).not.toContain("Ledger");
  });
});

describe("numbers", () => {
  test("each version has its row", () => {
    const rows = report(failingResult())
      .split("\n")
      .map((line) => line.trim().split(/\s{2,}/));
    expect(rows).toContainEqual(["Version", "Verdict", "Violations", "Improvements", "Information", "Cannot tell"]);
    expect(rows).toContainEqual(["1.36.0", "✗ fail", "7", "6", "4", "172"]);
    expect(rows).toContainEqual(["genai-2026-08-03", "✗ fail", "12", "6", "5", "178"]);
  });

  test("refused requests are shown when there are any", () => {
    const result = passingResult();
    expect(report(result)).not.toContain("refused");
    expect(report({ ...result, received: { ...result.received, refused: 2 } })).toContain("2 refused");
  });

  test("a preview is marked", () => {
    const result = passingResult();
    const versions = result.versions.map((version) => ({ ...version, preview: true }));
    expect(report({ ...result, versions })).toContain("1.41.1 (preview)");
  });
});

describe("findings", () => {
  test("a violation has its four beats and its count; an example and its clause when asked for", () => {
    const text = report(failingResult(), { width: 120, verbose: true });
    const block = text.slice(text.indexOf("gen_ai.provider.name (required-attribute-missing), 64×"));
    const [, where, expected, actual, fix, example, clause] = block.split("\n").map((line) => line.trim());
    expect(where).toBe("where     checkout-assistant › @traceloop/instrumentation-openai › chat gpt-4o");
    expect(expected).toBe("expected  gen_ai.provider.name (string), required on gen_ai.inference.client");
    expect(actual).toContain('gen_ai.system = "OpenAI"');
    expect(fix).toBe('fix       Set gen_ai.provider.name to "openai" and stop sending gen_ai.system.');
    expect(example).toMatch(/^example {3}span [0-9a-f]{16} of trace [0-9a-f]{32}$/);
    expect(clause).toMatch(/^clause {4}https:\/\//);
  });

  test("without --verbose there are the four beats only", () => {
    const text = report(failingResult());
    expect(text).not.toMatch(/^ +(example|clause) /m);
    expect(text).toContain("genai-testkit explain <rule>");
  });

  test("what several versions say is said once, with the versions that say it", () => {
    const lines = report(failingResult(), { width: 120 }).split("\n");
    const heads = lines.filter((line) => line.includes("(attribute-type)") || line.includes("(deprecated-attribute)"));
    expect(heads).toEqual([
      "   gen_ai.usage.prompt_tokens (deprecated-attribute), 64× in all versions",
      "   gen_ai.response.finish_reasons (attribute-type), 61× in all versions",
      "   gen_ai.system (deprecated-attribute), 48× in 1.41.1 and genai-2026-08-03",
      "   gen_ai.request.top_k (attribute-type), 2× in genai-2026-08-03",
    ]);
  });

  test("what several spans have is said once, with the first few names; all of them when asked for", () => {
    const text = report(manySpansResult(), { width: 120 });
    expect(text.split("gen_ai.system (deprecated-attribute), 16×")).toHaveLength(2);
    expect(text).toContain("spans     chat model-00 5×, chat model-01 1×, chat model-02 1× and 9 more\n");
    expect(text).toContain("where     checkout-assistant › @opentelemetry/instrumentation-openai\n");
    const verbose = report(manySpansResult(), { width: 400, verbose: true });
    expect(verbose).toContain("chat model-10 1×, chat model-11 1× (genai-2026-08-03)\n");
  });

  test("the place in a message's content stands in its head", () => {
    expect(report(manySpansResult())).toContain("gen_ai.tool.definitions /0/name (message-schema), 4× in all versions");
  });

  test("the totals count what is shown", () => {
    const text = report(manySpansResult());
    expect(text).toContain("Found 2 violations on 13 span names");
    const rows = text.split("\n").map((line) => line.trim().split(/\s{2,}/));
    expect(rows).toContainEqual(["1.41.1", "✗ fail", "2", "0", "0", "178"]);
    expect(text).toContain("✗ Fail: 2 violations.");
    expect(text).toContain("What differs only in the span name counts once.");
    expect(report(failingResult())).not.toContain("counts once");
  });

  test("the gravest level comes first, and within it the most frequent", () => {
    const text = report(failingResult());
    const order = ["✗ 12 violations", "▲ 7 improvements", "i 5 information"].map((title) => text.indexOf(title));
    expect(order.every((position) => position >= 0)).toBe(true);
    expect(order).toEqual(order.toSorted((a, b) => a - b));
    const counts = [...text.matchAll(/^ {3}\S.*\), (\d+)×/gm)].map(([, count]) => Number(count));
    expect(counts).toHaveLength(12);
    expect(counts).toEqual(counts.toSorted((a, b) => b - a));
  });

  test("improvements take a line or two each, the most frequent five", () => {
    const text = report(failingResult(), { width: 120 });
    expect(text).toContain(
      " · gen_ai.request.functions, which no version defines (unknown-attribute), 16× in all versions, checkout-assistant\n" +
        "   → Move it to a namespace of your own, or send gen_ai.tool.definitions.\n",
    );
    expect(text).toContain("and 2 more, listed with --verbose");
  });

  test("much information is counted, and listed when asked for", () => {
    expect(report(failingResult())).not.toContain("my-gateway");
    expect(report(failingResult(), { verbose: true })).toContain("my-gateway");
  });

  test("thousands of findings stay readable, and the rest is announced", () => {
    const text = report(hugeResult(5000));
    expect(text.split("\n").length).toBeLessThan(700);
    expect(text).toContain("and 1,617 more, listed with --verbose");
    expect(report(hugeResult(5000), { verbose: true })).toContain("attribute_4999");
  });

  test("what is beyond a rule's cap is counted", () => {
    expect(report(fullResult())).toContain(
      "unknown-attribute in genai-2026-08-03: more improvements, which occurred 140 times",
    );
  });

  test("doubts are counted by rule", () => {
    expect(report(failingResult(), { width: 400 })).toContain("recommended-attribute-missing 118");
  });

  test("a rule that threw is told apart from a failure of the telemetry", () => {
    const result = passingResult();
    const rules = result.rules.map((rule) => ({ ...rule, error: rule.ruleId === "span-name" ? 4 : 0 }));
    expect(report({ ...result, rules })).toMatch(
      /A fault of this tool, not of the telemetry; please report it: span-name 4/,
    );
  });

  test("unreadable input is shown with what to do", () => {
    expect(report(fullResult())).toContain("fix       Copy the file again once its writer has closed it.");
  });
});

describe("the terminal", () => {
  const all = [
    failingResult(),
    manySpansResult(),
    passingResult(),
    inconclusiveResult(),
    fullResult(),
    hostileResult("日本".repeat(90)),
  ];

  test.each([40, 60, 80, 120])(
    "no line is wider than %d columns; with --verbose a URL may be, to stay whole",
    (width) => {
      const tooWide = (options: Partial<ReportOptions>): string[] =>
        all
          .flatMap((result) => report(result, { width, ...options }).split("\n"))
          .filter((line) => displayWidth(line) > width);
      expect(tooWide({})).toEqual([]);
      expect(tooWide({ verbose: true }).filter((line) => !line.includes("clause"))).toEqual([]);
    },
  );

  test("colour adds nothing but colour", () => {
    const result = failingResult();
    const coloured = report(result, { colour: true });
    expect(coloured).not.toBe(report(result));
    expect(stripVTControlCharacters(coloured)).toBe(report(result));
  });

  test("telemetry cannot steer it", () => {
    const text = report(hostileResult("\u001b]0;owned\u0007\u001b[2Jchat\r\u202e\u009b31m"));
    expect(text.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    expect(text).toContain("\\u001b[2Jchat");
  });

  test("without UTF-8 there is nothing beyond ASCII", () => {
    const result = failingResult();
    expect(report(result, { unicode: false })).toMatch(/^[\n\x20-\x7e]*$/);
    expect(firstLine(report(result, { unicode: false }))).toContain("x FAIL");
  });
});
