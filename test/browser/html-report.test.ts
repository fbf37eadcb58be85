import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, BrowserContextOptions, Locator, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { html } from "../../src/report/html.ts";
import { fileOptions } from "../../src/report/reporter.ts";
import { reasonsOf } from "../../src/report/wording.ts";
import { groupFindings } from "../../src/result/group.ts";
import type { Finding, Result } from "../../src/result/result.ts";
import {
  failingResult,
  fullResult,
  hostileResult,
  hugeResult,
  inconclusiveResult,
  manySpansResult,
  passingResult,
} from "../result/sample.ts";
import { launchChromium, skipReason } from "./chromium.ts";
import { lowContrast } from "./contrast.ts";

if (skipReason !== undefined) console.warn(`SKIPPED: the HTML report is not tested in a browser, ${skipReason}`);

describe.skipIf(skipReason !== undefined)("the HTML report in Chromium", () => {
  let browser: Browser;
  let folder: string;
  let opened: Page[] = [];
  /** What went wrong in any page of the test: console errors, exceptions, dialogs, requests. */
  let complaints: string[] = [];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "html-report-"));
    browser = await launchChromium();
  }, 60_000);

  afterAll(async () => {
    await browser.close();
    rmSync(folder, { recursive: true });
  });

  beforeEach(() => {
    opened = [];
    complaints = [];
  });

  afterEach(async () => {
    await Promise.all(opened.map((page) => page.context().close()));
    if (complaints.length > 0) throw new Error(`The page complained: ${complaints.join("\n")}`);
  });

  async function open(result: Result, options: BrowserContextOptions & { readonly hash?: string } = {}): Promise<Page> {
    const { hash = "", ...contextOptions } = options;
    const file = join(folder, `${opened.length}.html`);
    writeFileSync(file, html(result, fileOptions));
    const address = pathToFileURL(file).href;
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...contextOptions });
    const page = await context.newPage();
    opened.push(page);
    page.on("console", (message) => {
      if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
    });
    page.on("pageerror", (error) => complaints.push(error.message));
    page.on("dialog", (dialog) => {
      complaints.push(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    page.on("request", (request) => {
      if (request.url().split("#")[0] !== address) complaints.push(`request: ${request.url()}`);
    });
    await page.goto(address + hash);
    return page;
  }

  function findings(page: Page): Locator {
    return page.locator("#finding-list > li");
  }

  function filter(page: Page, name: string): Locator {
    return page.getByRole("search").getByLabel(name, { exact: name !== "improvement" && name !== "information" });
  }

  describe("first sight", () => {
    test.each([
      ["Pass", passingResult()],
      ["Fail", failingResult()],
      ["Inconclusive", inconclusiveResult()],
    ])("%s: verdict, reason and next step are in view", async (verdict, result) => {
      const page = await open(result);
      const heading = page.getByRole("heading", { level: 1 });
      expect(await heading.textContent()).toBe(verdict);
      const reasons = reasonsOf(result, groupFindings(result.findings, result.semconv.pins));
      const texts = [heading, ...reasons.map((reason) => page.getByText(reason.message))];
      for (const text of texts) {
        const box = await text.boundingBox();
        expect((box?.y ?? Infinity) + (box?.height ?? 0)).toBeLessThan(400);
      }
    });

    test("the page has its landmarks, and one heading of level 1", async () => {
      const page = await open(fullResult());
      const landmarks = ["banner", "navigation", "main", "contentinfo", "search"] as const;
      const counts = await Promise.all(landmarks.map((role) => page.getByRole(role).count()));
      expect(counts).toEqual([1, 1, 1, 1, 1]);
      expect(await page.getByRole("heading", { level: 1 }).count()).toBe(1);
    });

    test("each link of the navigation leads somewhere", async () => {
      const page = await open(fullResult());
      const targets = await page
        .getByRole("navigation")
        .getByRole("link")
        .evaluateAll((links) => links.map((link) => link.getAttribute("href")));
      expect(targets).toEqual(["#findings", "#sources", "#ledger", "#rules", "#doubts", "#problems", "#run"]);
      for (const target of targets) expect(await page.locator(target ?? "").count()).toBe(1);
    });
  });

  describe("findings", () => {
    test("a finding opens by keyboard and shows what to do", async () => {
      const page = await open(failingResult());
      const first = findings(page).first();
      const fix = first.locator(".beat.fix");
      expect(await fix.isVisible()).toBe(false);
      await first.locator("summary").focus();
      await page.keyboard.press("Enter");
      expect(await fix.isVisible()).toBe(true);
      expect(await first.getByText("Expected", { exact: true }).isVisible()).toBe(true);
      expect(await first.getByRole("link").first().getAttribute("href")).toMatch(
        /^https:\/\/github\.com\/open-telemetry\//,
      );
    });

    test("filters by version, level, rule, service and text, alone and together", async () => {
      const page = await open(failingResult());
      const shown = page.locator("#shown");
      expect(await findings(page).count()).toBe(24);
      await filter(page, "Version").selectOption("1.36.0");
      expect(await findings(page).count()).toBe(17);
      expect(await shown.textContent()).toBe("17 of 17 matching (24 in all)");
      await filter(page, "improvement").uncheck();
      await filter(page, "information").uncheck();
      expect(await findings(page).count()).toBe(7);
      await filter(page, "Service").selectOption("rag-worker");
      expect(await findings(page).count()).toBe(1);
      await page.getByRole("button", { name: "Clear" }).click();
      expect(await findings(page).count()).toBe(24);
      await filter(page, "Rule").selectOption("enum-value");
      expect(await findings(page).count()).toBe(2);
      await filter(page, "Text").fill("CASE traceloop");
      expect(await findings(page).count()).toBe(1);
      await filter(page, "Text").fill("no such words");
      expect(await findings(page).count()).toBe(0);
      expect(await shown.textContent()).toBe("No finding matches these filters.");
    });

    test.each([failingResult(), manySpansResult()])("what the script draws is what was written: %#", async (result) => {
      const page = await open(result);
      const list = page.locator("#finding-list");
      const before = await list.innerHTML();
      await filter(page, "Text").fill("x");
      await filter(page, "Text").fill("");
      expect(await list.innerHTML()).toBe(before);
    });

    test("a number in the rule table leads to its findings", async () => {
      const page = await open(failingResult());
      await page.locator('#rules a[data-rule="error-type"][data-version="1.41.1"]').click();
      expect(await findings(page).count()).toBe(1);
      expect(await filter(page, "Rule").inputValue()).toBe("error-type");
      expect(await filter(page, "Version").inputValue()).toBe("1.41.1");
    });

    test("a number in the source table leads to its findings", async () => {
      const page = await open(failingResult());
      await page.locator('#sources a[data-service="rag-worker"][data-version="genai-2026-08-03"]').click();
      expect(await filter(page, "Service").inputValue()).toBe("rag-worker");
      const services = await findings(page).locator(".place").allTextContents();
      expect(services.length).toBeGreaterThan(0);
      expect(services.every((place) => place.includes("rag-worker › opentelemetry.instrumentation.openai_v2"))).toBe(
        true,
      );
    });

    test("a trace id can be copied", async () => {
      const page = await open(failingResult());
      await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
      await findings(page).first().locator("summary").click();
      const button = findings(page)
        .first()
        .getByRole("button", { name: /^Copy trace id/ })
        .first();
      await button.click();
      await page.getByText("Copied").first().waitFor();
      const id = await button.getAttribute("data-copy");
      expect(id).toMatch(/^[0-9a-f]{32}$/);
      expect(await page.evaluate("navigator.clipboard.readText()")).toBe(id);
    });

    test("without a clipboard the text is selected instead", async () => {
      const page = await open(failingResult());
      await page.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })");
      await findings(page).first().locator("summary").click();
      const button = findings(page)
        .first()
        .getByRole("button", { name: /^Copy span id/ })
        .first();
      await button.click();
      expect(await page.evaluate("String(getSelection())")).toBe(await button.getAttribute("data-copy"));
    });

    test("a link to a finding opens it", async () => {
      const result = failingResult();
      const fingerprint = result.findings.find((finding) => finding.ruleId === "error-type")?.fingerprint ?? "";
      const page = await open(result, { hash: `#finding-${fingerprint}` });
      expect(await page.locator(`[id="finding-${fingerprint}"]`).getAttribute("open")).not.toBeNull();
    });

    test.each([false, true])(
      "a link to any finding opens the one it is shown in; without JavaScript: %s",
      async (without) => {
        const result = manySpansResult();
        const shownAs = (n: number): Finding | undefined =>
          result.findings.find(({ where, semconv }) => where.span === `chat model-0${n}` && semconv !== "1.41.1");
        const fingerprint = shownAs(7)?.fingerprint ?? "";
        const page = await open(result, { hash: `#finding-${fingerprint}`, javaScriptEnabled: !without });
        expect(await findings(page).count()).toBe(2);
        const [opened, other] = await findings(page).locator("details.finding").all();
        expect(await opened?.locator(`[id="finding-${fingerprint}"]`).count()).toBe(1);
        expect(await opened?.getAttribute("open")).not.toBeNull();
        expect(await other?.getAttribute("open")).toBeNull();
      },
    );

    test("a finding of many spans is found by each of their names, and by each fingerprint", async () => {
      const result = manySpansResult();
      const page = await open(result);
      const last = result.findings.findLast((finding) => finding.where.attribute === "gen_ai.system");
      for (const words of ["model-00", "model-11", "gen_ai.system model-05", last?.fingerprint ?? ""]) {
        await filter(page, "Text").fill(words);
        expect(await findings(page).count()).toBe(1);
        expect(await findings(page).locator(".subject").textContent()).toBe("gen_ai.system");
      }
      expect(await page.locator("#shown").textContent()).toBe("1 of 1 matching (2 in all)");
    });

    test("the names of many spans unfold", async () => {
      const page = await open(manySpansResult());
      await findings(page).first().locator("summary").first().click();
      const last = findings(page).first().getByRole("cell", { name: "chat model-11", exact: true });
      expect(await last.isVisible()).toBe(false);
      await findings(page).first().getByText("and 2 more").click();
      expect(await last.isVisible()).toBe(true);
    });

    test("print opens every finding, and closes it again", async () => {
      const page = await open(failingResult());
      await page.evaluate("dispatchEvent(new Event('beforeprint'))");
      expect(await page.locator("details:not([open])").count()).toBe(0);
      await page.evaluate("dispatchEvent(new Event('afterprint'))");
      expect(await page.locator("details[open]").count()).toBe(0);
    });
  });

  describe("5000 findings", () => {
    test("are searched as a whole, and drawn a hundred at a time", async () => {
      const page = await open(hugeResult(5000));
      expect(await findings(page).count()).toBe(100);
      await page.getByRole("button", { name: "Show 100 more" }).click();
      expect(await findings(page).count()).toBe(200);
      expect(await page.locator("#shown").textContent()).toBe("200 of 5,000");
      await filter(page, "Text").fill("attribute_4987");
      expect(await findings(page).count()).toBe(1);
      expect(await page.getByRole("button", { name: "Show 100 more" }).isVisible()).toBe(false);
    });

    test("a link reaches one that is not drawn yet", async () => {
      const result = hugeResult(5000);
      const fingerprint = result.findings.at(-700)?.fingerprint ?? "";
      const page = await open(result, { hash: `#finding-${fingerprint}` });
      expect(await page.locator(`[id="finding-${fingerprint}"]`).getAttribute("open")).not.toBeNull();
      expect(await findings(page).count()).toBe(1);
    });
  });

  describe("themes", () => {
    function background(page: Page): Promise<string> {
      return page.evaluate<string>("getComputedStyle(document.body).backgroundColor");
    }

    test("follow the system, and the button, which is remembered", async () => {
      const dark = await open(failingResult(), { colorScheme: "dark" });
      const light = await open(failingResult(), { colorScheme: "light" });
      const [darkBackground, lightBackground] = [await background(dark), await background(light)];
      expect(darkBackground).not.toBe(lightBackground);
      await light.getByRole("button", { name: "Dark theme" }).click();
      expect(await background(light)).toBe(darkBackground);
      await light.reload();
      expect(await background(light)).toBe(darkBackground);
      await light.getByRole("button", { name: "Light theme" }).click();
      expect(await background(light)).toBe(lightBackground);
    });

    test.each(["light", "dark"] as const)("text has enough contrast in the %s one", async (colorScheme) => {
      for (const result of [fullResult(), manySpansResult(), passingResult(), inconclusiveResult()]) {
        const page = await open(result, { colorScheme });
        await page.evaluate("for (const details of document.querySelectorAll('details')) details.open = true");
        expect(await lowContrast(page)).toEqual([]);
      }
    });
  });

  describe("a phone", () => {
    const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };

    test.each([
      ["a failing run", fullResult()],
      ["findings of many spans", manySpansResult()],
      ["a passing run", passingResult()],
      ["an inconclusive run", inconclusiveResult()],
      ["names without end", hostileResult("gen_ai.".repeat(80) + "x".repeat(400))],
    ])("shows %s without scrolling sideways", async (_name, result) => {
      const page = await open(result, phone);
      await page.evaluate("for (const details of document.querySelectorAll('details')) details.open = true");
      expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(390);
    });
  });

  describe("hostile telemetry", () => {
    const texts = [
      "</script><img src=x onerror=\"document.title='owned'\">",
      "\"' onmouseover=alert(1) autofocus onfocus=alert(2) <svg onload=alert(3)>",
      "<!--<script>alert(1)</script>",
      "a\u2028b\u2029\u0000\u001b[31m\u202egnp.exe",
    ];

    test.each(texts)("%j is shown as text and does nothing", async (text) => {
      const page = await open(hostileResult(text));
      const elements = await page.evaluate("[...document.querySelectorAll('*')].map((e) => e.tagName).join()");
      expect(await page.locator("img, main script, main iframe").count()).toBe(0);
      await filter(page, "Text").fill("a");
      await page.getByRole("button", { name: "Clear" }).click();
      await page.locator("#rules a, #sources a").first().click();
      expect(await findings(page).count()).toBe(1);
      await findings(page).first().locator("summary").click();
      expect(await page.evaluate("[...document.querySelectorAll('*')].map((e) => e.tagName).join()")).toBe(elements);
      expect(await page.title()).toBe("Fail: otel-genai-testkit against 1.41.1");
      expect(await findings(page).first().getByRole("link").count()).toBe(0);
    });

    test("direction-changing characters are shown, not obeyed", async () => {
      const page = await open(hostileResult("chat\u202egnp.exe"));
      expect(await findings(page).first().locator(".subject bdi").first().textContent()).toBe("chat\\u202egnp.exe");
    });

    test("the policy holds: a script that got in would not run", async () => {
      const page = await open(passingResult());
      await page.evaluate(
        "{ const script = document.createElement('script'); script.textContent = 'document.title = \"owned\"'; document.body.append(script); }",
      );
      expect(await page.title()).not.toBe("owned");
      expect(complaints.join()).toContain("Content Security Policy");
      complaints = [];
    });
  });

  test("without JavaScript the whole report is there to read", async () => {
    const page = await open(failingResult(), { javaScriptEnabled: false });
    expect(await page.getByRole("heading", { level: 1 }).textContent()).toBe("Fail");
    expect(await findings(page).count()).toBe(24);
    await findings(page).first().locator("summary").click();
    expect(await findings(page).first().locator(".beat.fix").isVisible()).toBe(true);
    expect(await page.locator("#filters").isVisible()).toBe(false);
    expect(await page.locator(".copy").first().isVisible()).toBe(false);
  });
});
