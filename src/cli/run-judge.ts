import { buildResult } from "../check/build-result.ts";
import { Checker } from "../check/checker.ts";
import type { Result, Run } from "../result/result.ts";
import { Problems } from "./problems.ts";
import type { RunOptions } from "./run-options.ts";
import { toolVersion } from "./version.ts";

/** A checker with what a run needs around it: when it began, what could not be read, and its Result at any time. */
export class RunJudge {
  readonly checker: Checker;
  readonly problems = new Problems();
  readonly #options: RunOptions;
  readonly #startedAt = new Date();
  readonly #start = performance.now();

  constructor(options: RunOptions) {
    this.#options = options;
    this.checker = new Checker(options.pins.pins);
    for (const notice of options.pins.notices) process.stderr.write(`${notice}\n`);
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
      problems: this.problems.all(),
    });
  }
}
