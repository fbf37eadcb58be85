import { buildResult } from "../check/build-result.ts";
import { Checker } from "../check/checker.ts";
import type { CollectedLedger } from "../reconcile/collected-ledger.ts";
import type { Result, Run } from "../result/result.ts";
import { Problems } from "./problems.ts";
import type { RunOptions } from "./run-options.ts";
import { toolVersion } from "./version.ts";

/** A checker with what a run needs around it: when it began, what could not be read, and its Result at any time. */
export class RunJudge {
  readonly checker: Checker;
  /** Of telemetry: what it held was not judged. */
  readonly problems = new Problems();
  readonly ledgerProblems: Problems;
  readonly #options: RunOptions;
  readonly #startedAt = new Date();
  readonly #start = performance.now();

  /**
   * @param withLedger Whether calls will be held against the spans.
   * @param ledgerProblems What was wrong with a ledger that was read before.
   */
  constructor(options: RunOptions, withLedger = false, ledgerProblems = new Problems()) {
    this.#options = options;
    this.ledgerProblems = ledgerProblems;
    this.checker = new Checker(options.pins.pins, undefined, { keepForLedger: withLedger });
    for (const notice of options.pins.notices) process.stderr.write(`${notice}\n`);
  }

  /** Holds the calls against the spans; once, when no more of either will come. */
  holdAgainst(ledger: CollectedLedger, refused: number): void {
    this.checker.holdAgainst(ledger, this.#spansMayBeMissing(refused));
  }

  /** Judges what became of the spans that a replay sent; once, when no more will come. */
  judgeSent(refused: number): void {
    this.checker.judgeSent(this.#spansMayBeMissing(refused));
  }

  #spansMayBeMissing(refused: number): string | undefined {
    const { spans, logs, metrics, unjudged } = this.checker.summary();
    if (refused > 0) return "the sink refused a request that may have held it";
    if (this.problems.all().length > 0) return "part of the telemetry could not be read";
    if (unjudged > 0) return "a span had too many attributes to be read";
    return spans + logs + metrics === 0 ? "no telemetry arrived at all" : undefined;
  }

  result(run: Run, refused: number): Result {
    return buildResult(this.checker.summary(), {
      run,
      pins: this.#options.pins.pins,
      pinsChosenBy: this.#options.pins.chosenBy,
      failOn: this.#options.failOn,
      startedAt: this.#startedAt,
      durationMs: Math.round(performance.now() - this.#start),
      toolVersion: toolVersion(),
      refused,
      problems: [...this.problems.all(), ...this.ledgerProblems.all()],
    });
  }
}
