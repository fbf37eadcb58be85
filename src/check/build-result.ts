import type {
  FailOn,
  Level,
  Problem,
  Reason,
  Received,
  Result,
  Run,
  Verdict,
  VersionVerdict,
} from "../result/result.ts";
import { compareFindings, compareRuleOutcomes, compareSources, levels } from "../result/order.ts";
import { reachesFailOn, worst } from "../result/verdict.ts";
import type { CheckSummary } from "./checker.ts";
import { ledgerDoubts, untracedReasons } from "./ledger-reasons.ts";
import { display, displayArguments } from "./mask.ts";

/** What a run knows besides what the checker saw. */
export interface RunFacts {
  readonly run: Run;
  readonly pins: readonly string[];
  readonly pinsChosenBy: "option" | "default";
  readonly failOn: FailOn;
  readonly startedAt: Date;
  readonly durationMs: number;
  readonly toolVersion: string;
  readonly refused: number;
  /** Input that could not be read; each makes the run inconclusive, because what it held was not judged. */
  readonly problems: readonly Problem[];
}

const SCHEMA = "https://otel-genai-testkit.dev/schema/result-1.0.schema.json";

const LONGEST_TEXT = 1000;

/** Joins what was seen with the facts of the run into the one document, in which nothing that looks like a secret stands. */
export function buildResult(summary: CheckSummary, given: RunFacts): Result {
  const facts = masked(given);
  const findings = [...summary.findings].sort(compareFindings);
  const received: Received = {
    requests: summary.requests,
    spans: summary.spans,
    logs: summary.logs,
    metrics: summary.metrics,
    refused: facts.refused,
    genai: summary.genai,
  };
  const doubts = doubtsOf(summary, facts, received);
  const versions = facts.pins.map((semconv, index) =>
    versionVerdict(summary, facts, semconv, index, doubts.length > 0),
  );
  const verdict = worst(versions.map((version) => version.verdict));
  const failing = versions.filter((version) => version.verdict === "fail");
  const reasons: Reason[] = [
    ...(failing.length > 0 ? [findingsReason(failing, facts.failOn)] : []),
    ...doubts,
    ...(verdict === "pass" ? [] : untracedReasons(summary, doubts)),
    ...untypedReason(versions, doubts),
    ...commandReason(facts.run),
  ];
  return {
    $schema: SCHEMA,
    schemaVersion: "1.0",
    tool: { name: "otel-genai-testkit", version: facts.toolVersion },
    startedAt: facts.startedAt.toISOString(),
    durationMs: facts.durationMs,
    verdict,
    reasons,
    run: facts.run,
    semconv: { pins: facts.pins, chosenBy: facts.pinsChosenBy },
    failOn: facts.failOn,
    received,
    versions,
    findings,
    findingsOmitted: summary.omitted,
    rules: [...summary.rules].sort(compareRuleOutcomes(facts.pins)),
    sources: [...summary.sources].sort(compareSources).map((source) => ({ ...source })),
    problems: facts.problems,
    ...(summary.ledger === undefined ? {} : { ledger: summary.ledger }),
    ...(summary.sent === undefined ? {} : { sent: summary.sent }),
  };
}

function masked(facts: RunFacts): RunFacts {
  const { run } = facts;
  const inputs = run.inputs.map((input) => display(input, LONGEST_TEXT));
  return {
    ...facts,
    run: {
      ...run,
      inputs,
      ...(run.command === undefined ? {} : { command: { ...run.command, argv: displayArguments(run.command.argv) } }),
    },
    problems: facts.problems.map(({ where, expected, actual, fix, count }) => ({
      where: display(where, LONGEST_TEXT),
      expected: display(expected, LONGEST_TEXT),
      actual: display(actual, LONGEST_TEXT),
      fix: display(fix, LONGEST_TEXT),
      count,
    })),
  };
}

function versionVerdict(
  summary: CheckSummary,
  facts: RunFacts,
  semconv: string,
  index: number,
  doubtful: boolean,
): VersionVerdict {
  const spanTypes = [...summary.spanTypes[index]!].map(([type, spans]) => ({ type, spans }));
  const counts = Object.fromEntries(
    levels.map((level) => [level, countOf(summary, semconv, level)]),
  ) as VersionVerdict["findings"];
  const failed = levels.some((level) => reachesFailOn(level, facts.failOn) && counts[level].count > 0);
  const typed = spanTypes.some(({ type }) => type !== "untyped");
  const verdict: Verdict = failed ? "fail" : doubtful || !typed ? "inconclusive" : "pass";
  return {
    semconv,
    verdict,
    preview: summary.preview[index]!,
    findings: counts,
    spanTypes: spanTypes.sort((a, b) => b.spans - a.spans || (a.type < b.type ? -1 : 1)),
  };
}

function countOf(summary: CheckSummary, semconv: string, level: Level): { distinct: number; count: number } {
  let distinct = 0;
  let count = 0;
  for (const finding of summary.findings) {
    if (finding.semconv !== semconv || finding.level !== level) continue;
    distinct++;
    count += finding.count;
  }
  for (const omitted of summary.omitted)
    if (omitted.semconv === semconv && omitted.level === level) count += omitted.count;
  return { distinct, count };
}

function findingsReason(failing: readonly VersionVerdict[], failOn: FailOn): Reason {
  const parts = failing.map(
    ({ semconv, findings }) =>
      `${levels
        .filter((level) => reachesFailOn(level, failOn) && findings[level].distinct > 0)
        .map((level) => `${findings[level].distinct} ${plural(level, findings[level].distinct)}`)
        .join(" and ")} of ${semconv}`,
  );
  return {
    code: "findings",
    message: `Found ${parts.join(", ")} (the gate is --fail-on ${failOn}).`,
    fix: "Start with the first finding: each says where it is, what was expected and what to do.",
  };
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

function plural(level: Level, count: number): string {
  if (level === "information") return "information findings";
  return count === 1 ? level : `${level}s`;
}

/** Why what was seen is not enough for a pass. */
function doubtsOf(summary: CheckSummary, facts: RunFacts, received: Received): Reason[] {
  const reasons: Reason[] = [];
  if (received.refused > 0) {
    reasons.push({
      code: "request-refused",
      message: `The sink refused ${received.refused} ${received.refused === 1 ? "request" : "requests"}: what they held was not judged.`,
      fix: "See the list of problems for what was wrong with them, and mend the sender.",
    });
  }
  const [problem] = facts.problems;
  if (problem !== undefined && received.refused === 0) {
    const none = summary.spans + summary.logs + summary.metrics === 0;
    reasons.push({
      code: "input-damaged",
      message: `${none ? "Nothing" : "Part"} of the input could ${none ? "" : "not "}be read: ${problem.where}: expected ${problem.expected}, got ${problem.actual}.`,
      fix: none ? problem.fix : `${problem.fix} The rest of the input was judged.`,
    });
  }
  if (summary.unjudged > 0) {
    reasons.push({
      code: "span-too-large",
      message: `${summary.unjudged} gen_ai ${summary.unjudged === 1 ? "span has" : "spans have"} more than 10,000 attributes and ${summary.unjudged === 1 ? "was" : "were"} not judged.`,
      fix: "Set a limit on attributes in the SDK (OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT, 128 by default).",
    });
  }
  for (const [ruleId, message] of summary.ruleErrors) {
    reasons.push({
      code: "rule-error",
      message: `The rule ${ruleId} failed by itself: ${message}`,
      fix: "This is a bug of otel-genai-testkit; please report it with the input that shows it.",
    });
  }
  if (summary.spans + summary.logs + summary.metrics === 0) {
    if (facts.problems.length === 0 && received.refused === 0)
      reasons.push(nothingReceived(facts.run, summary.ledger?.calls ?? 0));
  } else if (summary.genai.spans === 0 && summary.unjudged === 0) {
    const untraced = untracedReasons(summary, []);
    reasons.push(...(untraced.length > 0 ? untraced : [noGenai(summary)]));
  }
  reasons.push(...ledgerDoubts(summary, facts.run));
  return reasons;
}

function nothingReceived(run: Run, calls: number): Reason {
  if (run.mode === "files") {
    return {
      code: "nothing-received",
      message: "The input holds no span, log record or metric.",
      fix: "Check that the file is the one the exporter wrote, and that the exporter was flushed before it was read.",
    };
  }
  const command = run.command === undefined ? "" : " The command may also have ended before its exporter was flushed.";
  if (calls > 0) {
    return {
      code: "nothing-received",
      message: `No telemetry arrived, although the fake provider got ${counted(calls, "call")}: the service has no OTLP exporter, or the instrumentation does not support the client's major version, or was loaded after the client, and makes no span and no warning.${command}`,
      fix: "Make one span of your own and flush it: if it arrives, the exporter is right, and the instrumentation covers another version of the client. If not, start the OpenTelemetry SDK with an OTLP exporter that reads OTEL_EXPORTER_OTLP_ENDPOINT.",
    };
  }
  return {
    code: "nothing-received",
    message: `No telemetry arrived: the service has no OTLP exporter, sends elsewhere, or its SDK is not started.${command}`,
    fix: "Start the OpenTelemetry SDK with an OTLP exporter that reads OTEL_EXPORTER_OTLP_ENDPOINT (no endpoint in code), and shut it down (or force a flush) before the process exits.",
  };
}

function noGenai(summary: CheckSummary): Reason {
  const others = summary.genai.logs + summary.genai.metrics;
  if (others > 0) {
    return {
      code: "no-genai-spans",
      message: `No gen_ai or mcp span arrived, only ${others} gen_ai log records or metrics, and this release judges spans.`,
      fix: "Switch tracing on for the gen_ai client, or check a run that makes spans.",
    };
  }
  return {
    code: "no-genai-telemetry",
    message: `${counted(summary.spans, "span")}, ${counted(summary.logs, "log record")} and ${counted(summary.metrics, "metric")} arrived, but none of a gen_ai or mcp type.`,
    fix: "The likeliest cause is an instrumentation that does not cover the client's version: it makes no span and no warning. Compare the client's major version with the range the instrumentation supports, and load the instrumentation before the client.",
  };
}

function untypedReason(versions: readonly VersionVerdict[], doubts: readonly Reason[]): Reason[] {
  const unjudged = versions.filter((version) => version.verdict === "inconclusive");
  if (doubts.length > 0 || unjudged.length === 0) return [];
  return [
    {
      code: "no-span-of-version",
      message: `No span is of a type that ${unjudged.map((version) => version.semconv).join(" and ")} describes, so nothing could be judged against it.`,
      fix: "Pin a version that has these operations (--semconv).",
    },
  ];
}

function commandReason(run: Run): Reason[] {
  const { command } = run;
  if (command === undefined || command.exitCode === 0) return [];
  const how =
    command.exitCode === null ? `was ended by ${command.signal ?? "a signal"}` : `exited with ${command.exitCode}`;
  return [
    {
      code: "command-failed",
      message: `The command ${how}; what it had sent was judged.`,
      fix: "Make the command succeed on its own first: what it did not do, it did not trace.",
    },
  ];
}
