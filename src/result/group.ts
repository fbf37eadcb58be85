import type { Finding, Level, Where } from "./result.ts";

/** One finding as a reader sees it: the same thing said by one or more pinned versions. */
export interface FindingGroup {
  readonly ruleId: string;
  readonly level: Level;
  /** Of the first version in the group; the span type may differ between versions. */
  readonly where: Where;
  /** The versions that say so, in the order of the pins. */
  readonly versions: readonly string[];
  /** One a version, in the same order. */
  readonly findings: readonly Finding[];
  /** How often it occurred: the largest count of any version. */
  readonly count: number;
  readonly expected: string;
  readonly actual: string;
  readonly fix: string;
}

/**
 * Joins findings that differ in nothing but the version: same rule, level, place and words, a mention of the version itself
 * aside. Keeps the order of the findings.
 *
 * The HTML report runs this function in the browser from its own source text, so it may refer to nothing outside itself.
 */
export function groupFindings(findings: readonly Finding[], pins: readonly string[]): FindingGroup[] {
  const members = new Map<string, Finding[]>();
  for (const finding of findings) {
    const { service, scope, span, attribute, path } = finding.where;
    const words = [finding.expected, finding.actual, finding.fix].map((text) => text.replaceAll(finding.semconv, "\0"));
    let key = JSON.stringify([finding.ruleId, finding.level, service, scope, span, attribute, path, words]);
    // Two of one version are two findings: they differ in the span type.
    while (members.get(key)?.some((other) => other.semconv === finding.semconv)) key += "+";
    const group = members.get(key);
    if (group) group.push(finding);
    else members.set(key, [finding]);
  }
  return Array.from(members.values(), (unordered): FindingGroup => {
    const group = unordered.toSorted((a, b) => pins.indexOf(a.semconv) - pins.indexOf(b.semconv));
    const versions = group.map((finding) => finding.semconv);
    const first = group[0] as Finding;
    const forAll = (text: string): string => text.replaceAll(first.semconv, versions.join(" / "));
    return {
      ruleId: first.ruleId,
      level: first.level,
      where: first.where,
      versions,
      findings: group,
      count: Math.max(...group.map((finding) => finding.count)),
      expected: forAll(first.expected),
      actual: forAll(first.actual),
      fix: forAll(first.fix),
    };
  });
}
