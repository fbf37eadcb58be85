import { wordingHash } from "../../../src/semconv/importer/classify-condition.ts";
import type { Conditions } from "../../../src/semconv/registry.ts";

/** One section of diffs.md as a set of facts, in the words of registry-diff.ts. */
export interface DiffSection {
  readonly from: string;
  readonly to: string;
  readonly facts: ReadonlySet<string>;
}

/**
 * Reads diffs.md. Its prose is left out: rules for span names, deprecation texts, and the wording of conditions, which become their
 * ids (a change between two wordings of one id is no change).
 */
export function readDiffReport(markdown: string, conditions: Conditions): readonly DiffSection[] {
  const ids = new Map(Object.entries(conditions).flatMap(([id, { wordings }]) => wordings.map((hash) => [hash, id])));
  return markdown
    .split(/^### /m)
    .slice(1)
    .map((section) => {
      const [title = "", ...lines] = section.split("\n");
      const [from = "", to = ""] = title.split(" → ");
      const facts = new Set<string>();
      for (const line of lines) {
        if (!line.startsWith("- ")) continue;
        const bullet = line
          .slice(2)
          .replaceAll(/“([^”]*)”/g, (_, wording: string) => ids.get(wordingHash(wording)) ?? "PROSE");
        for (const fact of readBullet(bullet)) facts.add(fact);
      }
      return { from: from.trim(), to: to.trim(), facts };
    });
}

function readBullet(bullet: string): readonly string[] {
  if (bullet.startsWith("no change")) return [];
  const headed = /^\*\*(.+?)(?: \(\d+\))?:\*\* (.*)$/.exec(bullet);
  if (headed !== null) return readList(headed[1] ?? "", headed[2] ?? "");
  const about = /^(attribute|span|span refinement|event|metric) `([^`]+)`: (.*)$/.exec(bullet);
  if (about === null) throw new Error(`diffs.md: unknown bullet: ${bullet.slice(0, 100)}`);
  const [, what = "", name = "", rest = ""] = about;
  const clauses = what === "attribute" ? readAttributeChange(rest) : readSignalChange(rest);
  return clauses.map((clause) => `${what} ${name}: ${clause}`);
}

function readList(head: string, rest: string): readonly string[] {
  switch (head) {
    case "Attributes added":
      return [...rest.matchAll(/`([^`]+)` \(([^)]*)\)/g)].map(([, key, type]) => `attribute ${key}: added as ${type}`);
    case "Attributes removed from the model":
      return rest.split(", ").map((item) => {
        const [, key, old] = /^`([^`]+)`( \(was deprecated\))?$/.exec(item) ?? [];
        return `attribute ${key}: removed${old === undefined ? "" : " (deprecated)"}`;
      });
    case "Newly deprecated":
      return rest.split(/; (?=`)/).map((item) => {
        const [, key, target] = /^`([^`]+)` \((?:renamed → `([^`]+)`)?/.exec(item) ?? [];
        return `attribute ${key}: deprecated${target === undefined ? "" : ` for ${target}`}`;
      });
    case "span group id renamed":
      return [...rest.matchAll(/`([^`]+)` → `([^`]+)`/g)].map(([, from, to]) => `span ${from}: renamed ${to}`);
    default: {
      const [, what, verb] = /^(span|span refinement|event|metric|entity) (added|removed)$/.exec(head) ?? [];
      if (what === undefined) throw new Error(`diffs.md: unknown list: ${head}`);
      return [...rest.matchAll(/`([^`]+)`/g)].map(([, name]) => `${what} ${name}: ${verb}`);
    }
  }
}

function readAttributeChange(rest: string): readonly string[] {
  return rest.split("; ").flatMap((clause) => {
    const type = /^type (\S+) → (\S+)$/.exec(clause);
    if (type !== null) return [`type ${type[1]} → ${type[2]}`];
    const sign = /^enum ([+−]) /.exec(clause)?.[1];
    if (sign === undefined) throw new Error(`diffs.md: unknown change of an attribute: ${clause}`);
    return [...clause.matchAll(/`([^`]+)`/g)].map(([, value]) => `enum ${sign} ${value}`);
  });
}

function readSignalChange(rest: string): readonly string[] {
  return rest.split("; ").flatMap((clause) => {
    if (clause.startsWith("span-name rule:")) return [];
    if (clause === "body definition added") return ["body added"];
    const deprecated = /^DEPRECATED \((\w+): /.exec(clause);
    if (deprecated !== null) return [`deprecated ${deprecated[1]}`];
    const kind = /^kind (\w+) → (\w+)$/.exec(clause);
    if (kind !== null) return [clause];
    if (/^[+−] /.test(clause)) {
      return clause.split(/, (?=[+−] )/).map((use) => use.replaceAll("`", ""));
    }
    const sampling = /^`([^`]+)` sampling_relevant (\w+) → (\w+)$/.exec(clause);
    if (sampling !== null) return [`${sampling[1]} sampling ${sampling[2]} → ${sampling[3]}`];
    const level = /^`([^`]+)`: (.+) → (.+)$/.exec(clause);
    if (level === null) throw new Error(`diffs.md: unknown change of a signal: ${clause}`);
    return level[2] === level[3] ? [] : [`${level[1]}: ${level[2]} → ${level[3]}`];
  });
}
