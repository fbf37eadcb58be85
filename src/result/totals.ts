import type { Level, Result } from "./result.ts";

/** How often the rules could not tell against one version. */
export function cannotTellOf(result: Result, semconv: string): number {
  return result.rules.filter((rule) => rule.semconv === semconv).reduce((sum, rule) => sum + rule.cannotTell, 0);
}

/** How often findings of a level occurred that are not listed: the largest number of any version. */
export function omittedOf(result: Result, level: Level): number {
  const own = result.findingsOmitted.filter((omitted) => omitted.level === level);
  const byVersion = [...Map.groupBy(own, (omitted) => omitted.semconv).values()];
  return Math.max(0, ...byVersion.map((entries) => entries.reduce((sum, entry) => sum + entry.count, 0)));
}
