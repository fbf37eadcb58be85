import type { LedgerSummary, Reason, Run } from "../result/result.ts";
import type { CheckSummary } from "./checker.ts";

/** Why a ledger and the spans together say too little for a pass. */
export function ledgerDoubts(summary: CheckSummary, run: Run): Reason[] {
  const { ledger, sent } = summary;
  const reasons: Reason[] = [];
  if (summary.spansBeyondLedger) {
    reasons.push({
      code: "too-many-spans",
      message:
        "More spans came than can be held against a ledger (100,000 of model calls, 500,000 in all, 500,000 sent ones).",
      fix: "Check a shorter run.",
    });
  }
  if (sent?.spans === 0) {
    reasons.push({
      code: "nothing-sent",
      message: "The ledger holds no span: nothing was sent, so that nothing can be missing.",
      fix: "Replay again, and read what replay itself says of the run.",
    });
  }
  if (ledger?.calls === 0) reasons.push(ledger.spans > 0 ? calledElsewhere(ledger, run) : notCalled(ledger, run));
  return reasons;
}

function calledElsewhere(ledger: LedgerSummary, run: Run): Reason {
  return {
    code: "provider-ignored",
    message: `${ledger.spans} ${ledger.spans === 1 ? "span of a model call" : "spans of model calls"} arrived, but ${providerOf(run)} got no call: the client ignores the base URL it was given.${askedInstead(ledger)}`,
    fix: "Create the client without a base URL in code: it reads OPENAI_BASE_URL, ANTHROPIC_BASE_URL or GOOGLE_GEMINI_BASE_URL, which check sets; or pass it that.",
  };
}

function notCalled(ledger: LedgerSummary, run: Run): Reason {
  return {
    code: "provider-not-called",
    message: `No call to a model was made: ${providerOf(run)} got none.${askedInstead(ledger)}`,
    fix: "Make the command call a model, by a client that reads OPENAI_BASE_URL, ANTHROPIC_BASE_URL or GOOGLE_GEMINI_BASE_URL.",
  };
}

function providerOf(run: Run): string {
  return run.mode === "command" ? "the fake provider" : "the provider that kept the ledger";
}

function askedInstead({ unknownRoutes }: LedgerSummary): string {
  const [first] = unknownRoutes;
  if (first === undefined) return "";
  const more = unknownRoutes.length > 1 ? ` and ${unknownRoutes.length - 1} more` : "";
  return ` It was asked for ${`${first.method} ${first.path}`.trim()}${more}, which it does not serve.`;
}

/** Where no call of an API has a span, one cause explains them all. Not said twice. */
export function untracedReasons({ ledger }: CheckSummary, said: readonly Reason[]): Reason[] {
  if (ledger === undefined || said.some(({ code }) => code === "calls-untraced")) return [];
  const untraced = ledger.apis.filter(
    ({ withSpan, withoutSpan, operations }) => withSpan === 0 && withoutSpan === operations,
  );
  if (untraced.length === 0) return [];
  const list = untraced.map(({ api, operations }) => `${operations} of ${api}`).join(", ");
  const othersAreTraced = ledger.apis.some(({ withSpan }) => withSpan > 0);
  const cause = othersAreTraced
    ? `the instrumentation, which traces other calls, does not cover ${untraced.length === 1 ? "it" : "them"}`
    : "most likely the instrumentation does not support the client's major version, or was loaded after the client";
  return [
    {
      code: "calls-untraced",
      message: `No call of ${untraced.length === 1 ? "this API" : "these APIs"} has a span (${list}): ${cause}.`,
      fix: othersAreTraced
        ? "Look in the instrumentation's documentation whether it covers this API."
        : "Compare the client's major version with the range that the instrumentation supports, and load the instrumentation before the client (for ES modules by --import and its loader hook).",
    },
  ];
}
