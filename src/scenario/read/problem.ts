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

/** More than a reader wants to see at once; the rest is counted. */
const MOST_TOLD = 10;

/** A file that is no scenario; it has at least one problem, and they stand in the order of the file. */
export class ScenarioError extends Error {
  readonly problems: readonly ScenarioProblem[];

  constructor(problems: readonly ScenarioProblem[]) {
    const ordered = problems.toSorted((a, b) => a.line - b.line || a.column - b.column);
    const more = ordered.length - MOST_TOLD;
    super([...ordered.slice(0, MOST_TOLD).map(problemText), ...(more > 0 ? [`and ${more} more`] : [])].join("\n"));
    this.name = "ScenarioError";
    this.problems = ordered;
  }
}

function problemText({ file, line, column, where, expected, actual, closest }: ScenarioProblem): string {
  const place = where === "" ? "" : ` ${where}:`;
  const hint = closest === undefined ? "" : `; did you mean ${closest}?`;
  return printable(`${file}:${line}:${column}:${place} expected ${expected}, got ${actual}${hint}`);
}

/** A file's own keys must not steer the terminal that they are shown on. */
function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}]/gu, (character) => {
    return `\\u${character.codePointAt(0)!.toString(16).padStart(4, "0")}`;
  });
}
