import type { Result } from "../../result/result.ts";
import { counted, duration, number } from "../wording.ts";
import { h, type Markup } from "./markup.ts";

/** Input that could not be read or was refused. */
export function problemsSection(result: Result): Markup[] {
  if (result.problems.length === 0) return [];
  return [
    h(
      "section",
      { id: "problems", "aria-labelledby": "problems-title" },
      h("h2", { id: "problems-title" }, "Input that could not be used"),
      h(
        "ul",
        { class: "plain" },
        ...result.problems.map((problem) =>
          h(
            "li",
            {},
            h(
              "dl",
              { class: "beats" },
              ...(
                [
                  ["Where", `${problem.where}${problem.count > 1 ? ` (${number(problem.count)}×)` : ""}`],
                  ["Expected", problem.expected],
                  ["Actual", problem.actual],
                  ["Fix", problem.fix],
                ] as const
              ).map(([name, text]) =>
                h("div", { class: `beat ${name.toLowerCase()}` }, h("dt", {}, name), h("dd", {}, text)),
              ),
            ),
          ),
        ),
      ),
    ),
  ];
}

/** How the run was made: enough to make it again. */
export function runSection(result: Result): Markup {
  const { run, received, semconv } = result;
  const facts: [string, string][] = [
    ["Mode", run.mode],
    ...(run.inputs.length > 0 ? [["Inputs", run.inputs.join(", ")] satisfies [string, string]] : []),
    ...(run.command === undefined
      ? []
      : ([
          ["Command", run.command.argv.join(" ")],
          [
            "Command ended",
            run.command.exitCode === null
              ? `by ${run.command.signal ?? "a signal"}`
              : `with exit code ${run.command.exitCode}`,
          ],
        ] satisfies [string, string][])),
    [
      "Conventions",
      `${semconv.pins.join(", ")} (${semconv.chosenBy === "option" ? "chosen with --semconv" : "chosen by default"})`,
    ],
    ["Gate", `--fail-on ${result.failOn}`],
    [
      "Received",
      `${counted(received.spans, "span")}, ${counted(received.logs, "log")}, ${counted(received.metrics, "metric")} in ${counted(received.requests, "request")}; ${number(received.refused)} refused`,
    ],
    ["Started", result.startedAt],
    ["Took", duration(result.durationMs)],
    ["Tool", `${result.tool.name} ${result.tool.version}, Result schema ${result.schemaVersion}`],
  ];
  return h(
    "section",
    { id: "run", "aria-labelledby": "run-title" },
    h("h2", { id: "run-title" }, "Run"),
    h("dl", { class: "facts" }, ...facts.map(([name, text]) => h("div", {}, h("dt", {}, name), h("dd", {}, text)))),
  );
}
