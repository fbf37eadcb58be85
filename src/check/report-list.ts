import type { Level } from "../result/result.ts";
import type { Report, Rule } from "../rules/rule.ts";

/** Reports kept of one rule and level for one shape: as many as the table of findings could hold. */
const MOST_REPORTS = 200;

/** The reports of a shape; of a span with a million invented keys, a bounded number and a count of the rest. */
export class ReportList {
  readonly kept: { readonly rule: Rule; readonly report: Report }[] = [];
  readonly #counts = new Map<Rule, Map<Level, number>>();

  add(rule: Rule, report: Report): void {
    let levels = this.#counts.get(rule);
    if (levels === undefined) {
      levels = new Map();
      this.#counts.set(rule, levels);
    }
    const count = (levels.get(report.level) ?? 0) + 1;
    levels.set(report.level, count);
    if (count <= MOST_REPORTS) this.kept.push({ rule, report });
  }

  /** What was said beyond the bound. */
  *beyond(): Generator<{ readonly rule: Rule; readonly level: Level; readonly count: number }> {
    for (const [rule, levels] of this.#counts) {
      for (const [level, count] of levels) if (count > MOST_REPORTS) yield { rule, level, count: count - MOST_REPORTS };
    }
  }
}
