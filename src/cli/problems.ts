import type { Problem } from "../result/result.ts";

/** Bounds the list; beyond it the last one counts the rest. */
const MOST_PROBLEMS = 50;

/** Problems of the input, equal ones counted together. */
export class Problems {
  readonly #problems = new Map<string, { problem: Omit<Problem, "count">; count: number }>();
  #beyond = 0;

  add(problem: Omit<Problem, "count">): void {
    const key = JSON.stringify([problem.where, problem.expected, problem.actual]);
    const known = this.#problems.get(key);
    if (known !== undefined) known.count++;
    else if (this.#problems.size < MOST_PROBLEMS) this.#problems.set(key, { problem, count: 1 });
    else this.#beyond++;
  }

  all(): Problem[] {
    const listed: Problem[] = [...this.#problems.values()].map(({ problem, count }) => ({ ...problem, count }));
    if (this.#beyond > 0) {
      listed.push({
        where: "further input",
        expected: "OTLP",
        actual: `${this.#beyond} further problems that are not listed`,
        fix: "Mend the ones listed first.",
        count: this.#beyond,
      });
    }
    return listed;
  }
}
