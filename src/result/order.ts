import type { Finding, Level, RuleOutcomes, Source, Where } from "./result.ts";

/** Levels, gravest first. */
export const levels: readonly Level[] = ["violation", "improvement", "information"];

const whereFields: readonly (keyof Where)[] = ["service", "scope", "span", "spanType", "attribute", "path"];

// By UTF-16 code unit, not by locale: the same Result must come out on every machine.
function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function compareWhere(a: Where, b: Where): number {
  for (const field of whereFields) {
    const order = compareText(a[field], b[field]);
    if (order !== 0) return order;
  }
  return 0;
}

/** Orders findings: gravest level first, then most frequent, then by rule, where, version and fingerprint. */
export function compareFindings(a: Finding, b: Finding): number {
  return (
    levels.indexOf(a.level) - levels.indexOf(b.level) ||
    b.count - a.count ||
    compareText(a.ruleId, b.ruleId) ||
    compareWhere(a.where, b.where) ||
    compareText(a.semconv, b.semconv) ||
    compareText(a.fingerprint, b.fingerprint)
  );
}

/** Orders rule outcomes by rule, then by the order of the pins. */
export function compareRuleOutcomes(pins: readonly string[]): (a: RuleOutcomes, b: RuleOutcomes) => number {
  return (a, b) => compareText(a.ruleId, b.ruleId) || pins.indexOf(a.semconv) - pins.indexOf(b.semconv);
}

/** Orders sources by service, scope, scope version and schema URL. */
export function compareSources(a: Source, b: Source): number {
  return (
    compareText(a.service, b.service) ||
    compareText(a.scope, b.scope) ||
    compareText(a.scopeVersion, b.scopeVersion) ||
    compareText(a.schemaUrl, b.schemaUrl)
  );
}
