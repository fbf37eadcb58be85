/** What is wrong at one place of a scenario's file. */
export interface ScenarioProblem {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
  /** Where in the scenario, such as `run.steps[2].chat`. */
  readonly where: string;
  readonly expected: string;
  readonly actual: string;
  /** The known word nearest to the one that came. */
  readonly closest?: string;
}

/** A file that is no scenario; it has at least one problem. */
export class ScenarioError extends Error {
  readonly problems: readonly ScenarioProblem[];

  constructor(problems: readonly ScenarioProblem[]) {
    super(problems.map(problemText).join("\n"));
    this.name = "ScenarioError";
    this.problems = problems;
  }
}

function problemText({ file, line, column, where, expected, actual, closest }: ScenarioProblem): string {
  const place = where === "" ? "" : ` ${where}:`;
  const hint = closest === undefined ? "" : `; did you mean ${closest}?`;
  return `${file}:${line}:${column}:${place} expected ${expected}, got ${actual}${hint}`;
}
