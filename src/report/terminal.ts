import { styleText } from "node:util";
import { groupFindings, type FindingGroup } from "../result/group.ts";
import { levels } from "../result/order.ts";
import type { Level, Result, Verdict } from "../result/result.ts";
import { cannotTellOf, omittedOf } from "../result/totals.ts";
import type { Reporter, ReportOptions } from "./reporter.ts";
import { visibleText } from "./visible-text.ts";
import {
  counted,
  duration,
  headline,
  judged,
  ledgerLines,
  sentLines,
  levelWords,
  listed,
  number,
  reasonsOf,
  subjectOf,
  tally,
  verdictWords,
} from "./wording.ts";
import { displayWidth, pad, wrap } from "./wrap.ts";

type Style = Exclude<Parameters<typeof styleText>[0], readonly unknown[]>;

/** Findings listed per level, unless verbose. */
const listLimit: Readonly<Record<Level, number>> = { violation: 50, improvement: 5, information: 3 };
/** Span names listed per finding, unless verbose. */
const spanLimit = 3;
const sourceLimit = 8;

const verdictStyle: Readonly<Record<Verdict, Style>> = { pass: "green", fail: "red", inconclusive: "yellow" };
const levelStyle: Readonly<Record<Level, Style>> = { violation: "red", improvement: "yellow", information: "blue" };

const unicodeSymbols = {
  pass: "✓",
  fail: "✗",
  inconclusive: "?",
  violation: "✗",
  improvement: "▲",
  information: "i",
  inside: "›",
  times: "×",
  next: "→",
  and: "·",
};
const asciiSymbols: typeof unicodeSymbols = {
  pass: "+",
  fail: "x",
  inconclusive: "?",
  violation: "x",
  improvement: "!",
  information: "i",
  inside: ">",
  times: "x",
  next: "->",
  and: "-",
};

/** The summary for a person at a terminal: verdict first, then why, then what to do about each finding. */
export const terminal: Reporter = (result, options) => new TerminalReport(result, options).text();

class TerminalReport {
  readonly #result: Result;
  readonly #groups: readonly FindingGroup[];
  readonly #options: ReportOptions;
  readonly #symbols: typeof unicodeSymbols;
  readonly #lines: string[] = [];

  constructor(result: Result, options: ReportOptions) {
    this.#result = result;
    this.#groups = groupFindings(result.findings, result.semconv.pins);
    this.#options = options;
    this.#symbols = options.unicode ? unicodeSymbols : asciiSymbols;
  }

  text(): string {
    this.#verdict();
    this.#received();
    this.#versions();
    this.#findings();
    this.#doubts();
    this.#problems();
    this.#closing();
    return `${this.#lines.join("\n")}\n`;
  }

  #paint(style: Style, text: string): string {
    return this.#options.colour && text !== "" ? styleText(style, text, { validateStream: false }) : text;
  }

  #blank(): void {
    this.#lines.push("");
  }

  #heading(text: string): void {
    this.#blank();
    for (const line of wrap(visibleText(text), this.#options.width)) this.#lines.push(this.#paint("bold", line));
  }

  /** A label at the left and its text, wrapped, beside it. */
  #field(label: string, text: string, indent: number, labelWidth: number, style?: Style): void {
    const hanging = indent + labelWidth;
    wrap(visibleText(text), this.#options.width - hanging).forEach((line, index) => {
      const margin =
        index === 0 ? " ".repeat(indent) + this.#paint("dim", pad(label, labelWidth)) : " ".repeat(hanging);
      this.#lines.push(margin + (style === undefined ? line : this.#paint(style, line)));
    });
  }

  #verdict(): void {
    const { verdict, tool, run } = this.#result;
    const reasons = reasonsOf(this.#result, this.#groups);
    const badge = ` ${this.#symbols[verdict]} ${verdictWords[verdict].toUpperCase()} `;
    const gap = this.#options.width - displayWidth(badge) - displayWidth(`${tool.name} ${tool.version}`);
    const shown = this.#options.colour
      ? styleText(["bold", "inverse", verdictStyle[verdict]], badge, { validateStream: false })
      : badge;
    this.#blank();
    this.#lines.push(
      shown + (gap > 1 ? " ".repeat(gap) + this.#paint("dim", `${tool.name} ${visibleText(tool.version)}`) : ""),
    );
    this.#blank();
    if (reasons.length === 0) this.#field("", headline(this.#result, this.#groups), 1, 0, "bold");
    for (const reason of reasons) {
      this.#field("", reason.message, 1, 0, "bold");
      this.#field(this.#symbols.next, reason.fix, 1, displayWidth(this.#symbols.next) + 1);
    }
    const command = run.command;
    if (command !== undefined && command.exitCode !== 0) {
      const end =
        command.exitCode === null ? `was ended by ${command.signal ?? "a signal"}` : `exited with ${command.exitCode}`;
      this.#field("", `The command ${end}: ${command.argv.join(" ")}`, 1, 0);
    }
  }

  #received(): void {
    const { received, sources, durationMs } = this.#result;
    const amounts = [
      counted(received.spans, "span"),
      counted(received.logs, "log"),
      counted(received.metrics, "metric"),
      counted(received.requests, "request"),
      ...(received.refused > 0 ? [`${number(received.refused)} refused`] : []),
      duration(durationMs),
    ];
    const label = 11;
    this.#blank();
    this.#field("Received", amounts.join(` ${this.#symbols.and} `), 1, label);
    this.#field("Judged", judged(this.#result), 1, label);
    const genai = sources.filter((source) => source.genaiSpans > 0);
    genai.slice(0, sourceLimit).forEach((source, index) => {
      const from = `${source.service} ${this.#symbols.inside} ${source.scope} ${source.scopeVersion}`.trimEnd();
      this.#field(index === 0 ? "From" : "", `${from} (${number(source.genaiSpans)})`, 1, label);
    });
    if (genai.length > sourceLimit)
      this.#field("", `and ${counted(genai.length - sourceLimit, "more source")}`, 1, label);
    const { ledger, sent } = this.#result;
    const lines = [
      ...(ledger === undefined ? [] : ledgerLines(ledger)),
      ...(sent === undefined ? [] : sentLines(sent)),
    ];
    lines.forEach((line, index) => this.#field(index === 0 ? "Ledger" : "", line, 1, label));
  }

  #versions(): void {
    const { versions, semconv, failOn } = this.#result;
    const head = ["Version", "Verdict", "Violations", "Improvements", "Information", "Cannot tell"];
    const rows = versions.map((version) => [
      visibleText(version.semconv) + (version.preview ? " (preview)" : ""),
      `${this.#symbols[version.verdict]} ${version.verdict}`,
      ...levels.map((level) => number(this.#ofVersion(version.semconv, level))),
      number(cannotTellOf(this.#result, version.semconv)),
    ]);
    const widths = head.map((title, column) =>
      Math.max(...[head, ...rows].map((row) => displayWidth(row[column] ?? title))),
    );
    const table = widths.reduce((sum, width) => sum + width + 2, 0);
    this.#blank();
    if (table <= this.#options.width) {
      const cell = (text: string, column: number): string =>
        pad(text, widths[column] ?? 0, column > 1 ? "left" : "right");
      this.#lines.push(this.#paint("dim", ` ${head.map(cell).join("  ")}`.trimEnd()));
      rows.forEach((row, index) => {
        const style = verdictStyle[versions[index]?.verdict ?? "inconclusive"];
        const cells = row.map((text, column) =>
          column === 1 ? this.#paint(style, cell(text, column)) : cell(text, column),
        );
        this.#lines.push(` ${cells.join("  ")}`.trimEnd());
      });
    } else {
      // Too narrow for columns: a line of words for each version.
      for (const row of rows) {
        this.#field("", `${row[0] ?? ""}: ${row[1] ?? ""}`, 1, 0, "bold");
        const words = head.slice(2).map((title, column) => `${row[column + 2] ?? ""} ${title.toLowerCase()}`);
        this.#field("", words.join(", "), 3, 0);
      }
    }
    const gate = failOn === "never" ? "No finding fails the run (--fail-on never)." : `Gate: --fail-on ${failOn}.`;
    const pinned =
      semconv.chosenBy === "default"
        ? ` ${listed(semconv.pins)} is the newest that is no preview; choose with --semconv.`
        : "";
    const once = this.#groups.some((group) => group.spans.length > 1)
      ? " What differs only in the span name counts once."
      : "";
    this.#field("", `${gate}${pinned}${once}`, 1, 0, "dim");
  }

  #ofVersion(semconv: string, level: Level): number {
    return this.#groups.filter((group) => group.level === level && group.versions.includes(semconv)).length;
  }

  #findings(): void {
    for (const level of levels)
      this.#level(
        level,
        this.#groups.filter((group) => group.level === level),
      );
    for (const omitted of this.#result.findingsOmitted) {
      const more = `more ${levelWords[omitted.level][1]}, which occurred ${counted(omitted.count, "time")}`;
      this.#field("", `${omitted.ruleId} in ${omitted.semconv}: ${more}, are not listed.`, 1, 0);
    }
  }

  #level(level: Level, groups: readonly FindingGroup[]): void {
    if (groups.length === 0) return;
    const limit = this.#options.verbose ? groups.length : listLimit[level];
    // A few lines of information are worth reading; a crowd of them only hides what matters.
    const shown = level === "information" && groups.length > limit ? [] : groups.slice(0, limit);
    const title = `${this.#symbols[level]} ${counted(groups.length, ...levelWords[level])}`;
    this.#blank();
    if (shown.length === 0) {
      this.#field("", `${title}, listed with --verbose and by --reporter html and json.`, 1, 0, levelStyle[level]);
      return;
    }
    this.#field("", title, 1, 0, levelStyle[level]);
    for (const group of shown) {
      if (level === "violation" || this.#options.verbose) this.#inFull(group);
      else this.#inShort(group);
    }
    if (shown.length < groups.length) {
      const rest = `and ${number(groups.length - shown.length)} more, listed with --verbose and by --reporter html and json.`;
      this.#field("", rest, 3, 0, "dim");
    }
  }

  /** How often, and in which of the versions when there are several. */
  #extent({ count, versions }: FindingGroup): string {
    const { pins } = this.#result.semconv;
    const times = `${number(count)}${this.#symbols.times}`;
    if (pins.length === 1) return times;
    return versions.length === pins.length ? `${times} in all versions` : `${times} in ${listed(versions)}`;
  }

  #spans({ spans, versions }: FindingGroup): string {
    // One more name takes no more room than to say that there is one more.
    const shown = this.#options.verbose || spans.length === spanLimit + 1 ? spans : spans.slice(0, spanLimit);
    const names = shown.map((share) => {
      const only = share.versions.length < versions.length ? ` (${listed(share.versions)})` : "";
      return `${share.span} ${number(share.count)}${this.#symbols.times}${only}`;
    });
    const rest = spans.length - shown.length;
    return `${names.join(", ")}${rest === 0 ? "" : ` and ${number(rest)} more`}`;
  }

  #inFull(group: FindingGroup): void {
    const label = 10;
    const { where, spans, findings } = group;
    const many = spans.length > 1;
    const places = [where.service, where.scope, many ? "" : where.span].filter((place) => place !== "");
    this.#blank();
    this.#field("", `${subjectOf(group)} (${group.ruleId}), ${this.#extent(group)}`, 3, 0, "bold");
    this.#field("where", places.join(` ${this.#symbols.inside} `), 3, label);
    if (many) this.#field("spans", this.#spans(group), 3, label);
    this.#field("expected", group.expected, 3, label);
    this.#field("actual", group.actual, 3, label);
    this.#field("fix", group.fix, 3, label);
    if (!this.#options.verbose) return;
    const [example] = findings[0]?.examples ?? [];
    if (example !== undefined)
      this.#field("example", `span ${example.spanId} of trace ${example.traceId}`, 3, label, "dim");
    for (const clause of new Set(findings.map((finding) => finding.clause)))
      if (clause !== "") this.#field("clause", clause, 3, label, "dim");
  }

  #inShort(group: FindingGroup): void {
    const subject = subjectOf(group);
    const said = group.actual.startsWith(subject) ? group.actual : `${subject}: ${group.actual}`;
    const from = group.where.service === "" ? "" : `, ${group.where.service}`;
    this.#field(this.#symbols.and, `${said} (${group.ruleId}), ${this.#extent(group)}${from}`, 1, 2);
    this.#field(this.#symbols.next, group.fix, 3, displayWidth(this.#symbols.next) + 1);
  }

  #doubts(): void {
    const { rules } = this.#result;
    const sumByRule = (of: "cannotTell" | "error"): [string, number][] => {
      const sums = new Map<string, number>();
      // The largest of the versions, since they looked at the same spans.
      for (const rule of rules) sums.set(rule.ruleId, Math.max(sums.get(rule.ruleId) ?? 0, rule[of]));
      return [...sums].filter(([, sum]) => sum > 0).toSorted((a, b) => b[1] - a[1]);
    };
    const undecided = sumByRule("cannotTell");
    if (undecided.length > 0) {
      const list = undecided.map(([ruleId, sum]) => `${ruleId} ${number(sum)}`).join(", ");
      this.#blank();
      this.#field(
        this.#symbols.inconclusive,
        `Cannot tell, because the conventions or what was sent leave it open (neither pass nor fail): ${list}.`,
        1,
        2,
      );
    }
    const failed = sumByRule("error");
    if (failed.length > 0) {
      this.#heading("Rules that could not finish");
      const list = failed.map(([ruleId, sum]) => `${ruleId} ${number(sum)}`).join(", ");
      this.#field("", `A fault of this tool, not of the telemetry; please report it: ${list}.`, 1, 0);
    }
  }

  #problems(): void {
    const { problems } = this.#result;
    if (problems.length === 0) return;
    this.#heading("Input that could not be read or was refused");
    for (const problem of problems) {
      this.#blank();
      this.#field(
        "",
        `${problem.where}${problem.count > 1 ? `, ${number(problem.count)}${this.#symbols.times}` : ""}`,
        3,
        0,
      );
      this.#field("expected", problem.expected, 3, 10);
      this.#field("actual", problem.actual, 3, 10);
      this.#field("fix", problem.fix, 3, 10);
    }
  }

  /** The verdict again: after a long report the first line has scrolled away. */
  #closing(): void {
    const { verdict } = this.#result;
    const omitted = levels.reduce((sum, level) => sum + omittedOf(this.#result, level), 0);
    const rest = omitted === 0 ? "" : `, and more that occurred ${counted(omitted, "time")}`;
    const summary = this.#groups.length === 0 ? "no findings" : tally(this.#groups) + rest;
    this.#blank();
    if (this.#groups.length > 0)
      this.#field("", "genai-testkit explain <rule> says why a rule asks, and by which clause.", 1, 0, "dim");
    this.#field("", `${this.#symbols[verdict]} ${verdictWords[verdict]}: ${summary}.`, 1, 0, verdictStyle[verdict]);
  }
}
