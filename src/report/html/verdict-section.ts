import type { FindingGroup } from "../../result/group.ts";
import { levels } from "../../result/order.ts";
import type { Result, Verdict } from "../../result/result.ts";
import { cannotTellOf, omittedOf } from "../../result/totals.ts";
import {
  counted,
  duration,
  headline,
  levelWords,
  listed,
  number,
  reasonsOf,
  spanNames,
  verdictWords,
} from "../wording.ts";
import { h, type Markup } from "./markup.ts";
import { prose } from "./prose.ts";

const strokes: Readonly<Record<Verdict, string>> = {
  pass: "M5 13l5 5L20 7",
  fail: "M6 6l12 12M18 6L6 18",
  inconclusive: "M8.5 9a3.5 3.5 0 1 1 5 3.2c-1 .5-1.5 1.100-1.500 2.300M12 18.200v.1",
};

/** The verdict, why, and the next step: what a reader takes away in five seconds. */
export function verdictSection(result: Result, groups: readonly FindingGroup[]): Markup {
  const { verdict, run } = result;
  const reasons = reasonsOf(result, groups);
  const command = run.command;
  const notes: Markup[] = [];
  if (command !== undefined && command.exitCode !== 0) {
    const end =
      command.exitCode === null ? `was ended by ${command.signal ?? "a signal"}` : `exited with ${command.exitCode}`;
    notes.push(h("p", { class: "note" }, `The command ${end}: `, h("code", {}, command.argv.join(" "))));
  }
  if (result.semconv.chosenBy === "default") {
    notes.push(
      h(
        "p",
        { class: "note" },
        ...prose(
          `Judged against ${listed(result.semconv.pins)}, the newest version that is no preview. Choose others with --semconv.`,
        ),
      ),
    );
  }
  return h(
    "section",
    { class: `verdict ${verdict}`, "aria-labelledby": "verdict-title" },
    h(
      "h1",
      { id: "verdict-title" },
      h(
        "svg",
        {
          viewBox: "0 0 24 24",
          "aria-hidden": "true",
          fill: "none",
          stroke: "currentColor",
          "stroke-width": "2.5",
          "stroke-linecap": "round",
          "stroke-linejoin": "round",
        },
        h("path", { d: strokes[verdict] }),
      ),
      h("span", {}, verdictWords[verdict]),
    ),
    h(
      "div",
      { class: "why" },
      ...(reasons.length === 0
        ? [h("p", { class: "reason" }, ...prose(headline(result, groups)))]
        : reasons.map((reason) =>
            h(
              "div",
              {},
              h("p", { class: "reason" }, ...prose(reason.message)),
              h("p", { class: "next" }, h("strong", {}, "Next step "), ...prose(reason.fix)),
            ),
          )),
      ...notes,
    ),
  );
}

/** The run's numbers, largest first in weight: findings, doubts, what was received. */
export function figures(result: Result, groups: readonly FindingGroup[]): Markup {
  const { received, versions } = result;
  const genai = received.genai;
  const judgedNothing = genai.spans + genai.logs + genai.metrics === 0;
  const doubts = Math.max(0, ...versions.map((version) => cannotTellOf(result, version.semconv)));
  const figure = (amount: string, name: string, note: string, kind = ""): Markup =>
    h("div", { class: `figure ${kind}` }, h("dt", {}, name), h("dd", {}, h("b", {}, amount), h("span", {}, note)));
  return h(
    "dl",
    { class: "figures" },
    ...levels.map((level) => {
      const own = groups.filter((group) => group.level === level);
      const [one, many] = levelWords[level];
      if (judgedNothing && own.length === 0) return figure("–", many, "nothing judged");
      const omitted = omittedOf(result, level);
      const count = own.reduce((sum, group) => sum + group.count, 0);
      const notes = [
        own.length === 0 ? "none" : counted(count, "time"),
        ...(spanNames(own) === "" ? [] : [spanNames(own)]),
        ...(omitted === 0 ? [] : [`${number(omitted)} more not listed`]),
      ];
      return figure(number(own.length), own.length === 1 ? one : many, notes.join(", "), own.length === 0 ? "" : level);
    }),
    judgedNothing
      ? figure("–", "cannot tell", "nothing judged")
      : figure(number(doubts), "cannot tell", "neither pass nor fail"),
    figure(
      number(genai.spans),
      "gen_ai spans",
      `of ${number(received.spans)}, ${counted(genai.logs, "log")}, ${counted(genai.metrics, "metric")}`,
    ),
    figure(
      number(received.refused),
      "refused",
      `${counted(received.requests, "request")} in ${duration(result.durationMs)}`,
      received.refused > 0 ? "violation" : "",
    ),
  );
}
