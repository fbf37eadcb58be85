import type { FindingGroup } from "../../result/group.ts";
import type { Finding, Result } from "../../result/result.ts";
import type { Build } from "./markup.ts";
import type { PageElement, PageWindow } from "./page-window.ts";

/** What the page's script needs beside the browser; each function is handed over as its source text. */
export interface PageParts {
  readonly createFindingView: <Node>(h: Build<Node>) => (group: FindingGroup) => Node;
  readonly groupFindings: (findings: readonly Finding[], pins: readonly string[]) => FindingGroup[];
  readonly visibleText: (text: string) => string;
  /** How many findings the page was written with, and how many more a press of the button adds. */
  readonly pageSize: number;
}

/**
 * Brings the written page to life: filters, more findings, links to a finding, copying, the theme. The page says all that
 * matters without it. It runs in the browser from its own source text, so it may refer to nothing outside itself.
 */
export function startPage(page: PageWindow, parts: PageParts): void {
  const { document } = page;
  const root = document.documentElement;
  const { pageSize, visibleText } = parts;

  function byId(id: string): PageElement {
    const element = document.getElementById(id);
    if (element === null) throw new Error(`The page has no element #${id}.`);
    return element;
  }

  root.setAttribute("data-scripted", "");
  startTheme();
  startCopying();
  startPrinting();
  if (document.getElementById("filters") !== null) startFindings();

  function startTheme(): void {
    const button = byId("theme");
    const system = (): string => (page.matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
    // A page from a file, or one whose storage is blocked, has nowhere to keep the choice.
    function stored(): string | null {
      try {
        return page.localStorage.getItem("otel-genai-testkit-theme");
      } catch {
        return null;
      }
    }
    function show(theme: string): void {
      root.setAttribute("data-theme", theme);
      button.textContent = theme === "dark" ? "Light theme" : "Dark theme";
    }
    const kept = stored();
    if (kept === "dark" || kept === "light") show(kept);
    else button.textContent = system() === "dark" ? "Light theme" : "Dark theme";
    button.addEventListener("click", () => {
      const theme = (root.dataset["theme"] ?? system()) === "dark" ? "light" : "dark";
      show(theme);
      try {
        page.localStorage.setItem("otel-genai-testkit-theme", theme);
      } catch {
        // The choice holds as long as the page is open.
      }
    });
  }

  function startCopying(): void {
    const status = byId("copied");
    document.addEventListener("click", (event) => {
      const button = event.target.closest("[data-copy]");
      if (button === null) return;
      const done = (): void => {
        status.textContent = "Copied";
        const label = button.textContent;
        button.textContent = "Copied";
        setTimeout(() => {
          button.textContent = label;
          status.textContent = "";
        }, 1200);
      };
      // Without a clipboard (an insecure origin, a refusal) the text is selected instead, ready for the keyboard.
      const select = (): void => {
        const text = button.previousElementSibling;
        if (text !== null) page.getSelection()?.selectAllChildren(text);
      };
      if (page.navigator.clipboard === undefined) select();
      else page.navigator.clipboard.writeText(button.dataset["copy"] ?? "").then(done, select);
    });
  }

  function startPrinting(): void {
    let opened: PageElement[] = [];
    page.addEventListener("beforeprint", () => {
      opened = [...document.querySelectorAll("details:not([open])")];
      for (const details of opened) details.open = true;
    });
    page.addEventListener("afterprint", () => {
      for (const details of opened) details.open = false;
    });
  }

  function startFindings(): void {
    const form = byId("filters");
    const list = byId("finding-list");
    const more = byId("more");
    const status = byId("shown");
    const text = byId("filter-text");
    const selects = { version: byId("filter-version"), rule: byId("filter-rule"), service: byId("filter-service") };
    const levels = [...document.querySelectorAll('input[name="level"]')];
    const number = (count: number): string => count.toLocaleString("en-US");

    const h: Build<PageElement> = (tag, attributes, ...children) => {
      const element = document.createElement(tag);
      for (const [name, value] of Object.entries(attributes)) {
        if (value !== undefined && value !== false)
          element.setAttribute(name, value === true ? "" : visibleText(String(value)));
      }
      element.append(...children.map((child) => (typeof child === "string" ? visibleText(child) : child)));
      return element;
    };
    const view = parts.createFindingView(h);

    interface Row {
      readonly group: FindingGroup;
      readonly haystack: string;
    }
    // Read when first needed: most readers of a large report only scroll.
    let known: Row[] | undefined;
    function rows(): Row[] {
      if (known === undefined) {
        const result = JSON.parse(byId("result").textContent ?? "") as Result;
        known = parts.groupFindings(result.findings, result.semconv.pins).map((group) => {
          const { service, scope, attribute, path } = group.where;
          const spans = group.spans.map((share) => share.span);
          const { expected, actual, fix } = group;
          const fingerprints = group.findings.map((finding) => finding.fingerprint);
          const words = [
            group.ruleId,
            service,
            scope,
            attribute,
            path,
            expected,
            actual,
            fix,
            ...spans,
            ...fingerprints,
          ];
          return { group, haystack: visibleText(words.join("\n")).toLowerCase() };
        });
      }
      return known;
    }

    let matching: Row[] | undefined;
    let shown = pageSize;

    function filtered(): Row[] {
      const wanted = new Set(levels.filter((box) => box.checked).map((box) => box.value));
      const words = text.value.toLowerCase().split(/\s+/);
      return rows().filter(
        ({ group, haystack }) =>
          wanted.has(group.level) &&
          (selects.version.value === "" ||
            group.versions.some((version) => visibleText(version) === selects.version.value)) &&
          (selects.rule.value === "" || visibleText(group.ruleId) === selects.rule.value) &&
          (selects.service.value === "" || visibleText(group.where.service) === selects.service.value) &&
          words.every((word) => haystack.includes(word)),
      );
    }

    function tell(): void {
      const all = rows().length;
      const found = matching ?? rows();
      const visible = Math.min(shown, found.length);
      status.textContent =
        found.length === 0
          ? "No finding matches these filters."
          : `${number(visible)} of ${number(found.length)}${found.length < all ? ` matching (${number(all)} in all)` : ""}`;
      more.hidden = visible >= found.length;
    }

    function clear(): void {
      for (const field of [text, ...Object.values(selects)]) field.value = "";
      for (const box of levels) box.checked = true;
    }

    function apply(): void {
      matching = filtered();
      shown = pageSize;
      list.replaceChildren(...matching.slice(0, shown).map((row) => view(row.group)));
      tell();
    }

    function showMore(upTo: number): void {
      const found = matching ?? rows();
      list.append(...found.slice(shown, upTo).map((row) => view(row.group)));
      shown = Math.max(shown, upTo);
      tell();
    }

    function reveal(): void {
      let id = page.location.hash.slice(1);
      try {
        id = decodeURIComponent(id);
      } catch {
        // Not percent-encoded after all: taken as it stands.
      }
      if (!id.startsWith("finding-")) return;
      if (document.getElementById(id) === null) {
        // Not drawn, or filtered away: a search for it alone.
        clear();
        text.value = id.slice("finding-".length);
        apply();
      }
      // Of the findings shown as one only the first names the element, the others a place in it.
      const details = document.getElementById(id)?.closest("details.finding") ?? null;
      if (details === null) return;
      details.open = true;
      details.scrollIntoView();
    }

    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("input", apply);
    byId("filter-clear").addEventListener("click", () => {
      clear();
      apply();
    });
    more.addEventListener("click", () => showMore(shown + pageSize));
    document.addEventListener("click", (event) => {
      const cell = event.target.closest("[data-rule], [data-service]");
      if (cell === null) return;
      clear();
      selects.version.value = cell.dataset["version"] ?? "";
      selects.rule.value = cell.dataset["rule"] ?? "";
      selects.service.value = cell.dataset["service"] ?? "";
      text.value = cell.dataset["text"] ?? "";
      apply();
    });
    page.addEventListener("hashchange", reveal);
    reveal();
  }
}
