import type { Finding, Level, Where } from "./result.ts";

/** How one span name takes part in a group. */
export interface SpanShare {
  /** The span's name; "" for a finding about a resource or a scope. */
  readonly span: string;
  /** How often it occurred on spans of this name: the largest count of any version. */
  readonly count: number;
  /** The versions that say so of this name, in the order of the pins. */
  readonly versions: readonly string[];
}

/** One finding as a reader sees it: the same thing said of one or more span names, by one or more pinned versions. */
export interface FindingGroup {
  readonly ruleId: string;
  readonly level: Level;
  /**
   * Of the first finding, but for the path: its indices are folded (`/*`) where the findings differ in them. The span is only
   * one of `spans`; the span type may differ between spans and versions.
   */
  readonly where: Where;
  /** Most frequent first, then by name; at least one. */
  readonly spans: readonly SpanShare[];
  /** The versions that say so of any span name, in the order of the pins. */
  readonly versions: readonly string[];
  /** In the order of the pins; at least one. */
  readonly findings: readonly Finding[];
  /** How often it occurred: the sum over the span names. */
  readonly count: number;
  readonly expected: string;
  readonly actual: string;
  readonly fix: string;
}

/**
 * Joins findings that differ in nothing but the version, the span's name and type and the indices of the path: same rule,
 * level, service, scope, attribute and words, a mention of the version itself aside. Gravest level first, then most frequent,
 * then in the order of the findings.
 *
 * The HTML report runs this function in the browser from its own source text, so it may refer to nothing outside itself.
 */
export function groupFindings(findings: readonly Finding[], pins: readonly string[]): FindingGroup[] {
  const folded = (path: string): string => path.replace(/\/\d+(?=\/|$)/g, "/*");

  function sharesOf(group: readonly Finding[]): SpanShare[] {
    // Findings of one name and version are about different spans (of different types), so they add up; versions look at the same spans.
    const counts = new Map<string, Map<string, number>>();
    for (const { where, semconv, count } of group) {
      const byVersion = counts.get(where.span) ?? new Map<string, number>();
      counts.set(where.span, byVersion.set(semconv, (byVersion.get(semconv) ?? 0) + count));
    }
    const shares = Array.from(counts, ([span, byVersion]): SpanShare => ({
      span,
      count: Math.max(...byVersion.values()),
      versions: [...byVersion.keys()],
    }));
    return shares.toSorted((a, b) => b.count - a.count || (a.span < b.span ? -1 : 1));
  }

  const members = new Map<string, Finding[]>();
  for (const finding of findings) {
    const { service, scope, attribute, path } = finding.where;
    const words = [finding.expected, finding.actual, finding.fix].map((text) => text.replaceAll(finding.semconv, "\0"));
    const key = JSON.stringify([finding.ruleId, finding.level, service, scope, attribute, folded(path), words]);
    const group = members.get(key);
    if (group) group.push(finding);
    else members.set(key, [finding]);
  }
  const groups = Array.from(members.values(), (unordered): FindingGroup => {
    const group = unordered.toSorted((a, b) => pins.indexOf(a.semconv) - pins.indexOf(b.semconv));
    const versions = [...new Set(group.map((finding) => finding.semconv))];
    const spans = sharesOf(group);
    const first = group[0] as Finding;
    const { path } = first.where;
    const forAll = (text: string): string => text.replaceAll(first.semconv, versions.join(" / "));
    return {
      ruleId: first.ruleId,
      level: first.level,
      where: { ...first.where, path: group.every((finding) => finding.where.path === path) ? path : folded(path) },
      spans,
      versions,
      findings: group,
      count: spans.reduce((sum, share) => sum + share.count, 0),
      expected: forAll(first.expected),
      actual: forAll(first.actual),
      fix: forAll(first.fix),
    };
  });
  const gravity: Record<Level, number> = { violation: 0, improvement: 1, information: 2 };
  return groups.toSorted((a, b) => gravity[a.level] - gravity[b.level] || b.count - a.count);
}
