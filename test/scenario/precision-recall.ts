import type { FaultVerdict } from "./judge-fault.ts";

interface Score {
  readonly rule: string;
  faults: number;
  /** Declared and found, declared and missing, found and not declared: over all faults and versions. */
  found: number;
  missing: number;
  unexpected: number;
}

/** Precision and recall of each rule over faults and versions. */
export class PrecisionRecall {
  readonly #scores: ReadonlyMap<string, Score>;

  constructor(ruleIds: readonly string[]) {
    this.#scores = new Map(
      ruleIds.map((rule) => [rule, { rule, faults: 0, found: 0, missing: 0, unexpected: 0 }] as const),
    );
  }

  add(verdicts: readonly FaultVerdict[]): void {
    const concerned = new Set<Score>();
    for (const verdict of verdicts) {
      for (const outcome of ["found", "missing", "unexpected"] as const) {
        for (const id of verdict[outcome]) {
          const score = this.#of(id);
          score[outcome]++;
          concerned.add(score);
        }
      }
    }
    for (const score of concerned) score.faults++;
  }

  /** Rules whose precision or recall is not 1; a rule that found nothing has neither. */
  imperfect(): readonly string[] {
    return [...this.#scores.values()]
      .filter(({ found, missing, unexpected }) => found === 0 || missing > 0 || unexpected > 0)
      .map(({ rule }) => rule);
  }

  toString(): string {
    const rows = [...this.#scores.values()].map(({ rule, faults, found, missing, unexpected }) => [
      rule,
      String(faults),
      String(found + missing),
      String(found),
      String(unexpected),
      share(found, found + unexpected),
      share(found, found + missing),
    ]);
    const table = [["rule", "faults", "declared", "found", "unexpected", "precision", "recall"], ...rows];
    const widths = table[0]!.map((_, column) => Math.max(...table.map((row) => row[column]!.length)));
    return table
      .map((row) =>
        row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!))).join("  "),
      )
      .join("\n");
  }

  #of(id: string): Score {
    const rule = id.split(" ")[1]!;
    const score = this.#scores.get(rule);
    if (score === undefined) throw new Error(`a finding of a rule that is not there: ${id}`);
    return score;
  }
}

function share(part: number, whole: number): string {
  return whole === 0 ? "–" : (Math.floor((part / whole) * 1000) / 1000).toFixed(3);
}
