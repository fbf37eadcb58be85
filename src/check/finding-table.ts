import { createHash } from "node:crypto";
import type { Example, Finding, Level, Where } from "../result/result.ts";
import type { Report, RuleMeta } from "../rules/rule.ts";
import { foldIndices } from "../semconv/fold-indices.ts";
import type { Spec } from "../semconv/spec.ts";
import { display } from "./mask.ts";

/** Distinct findings kept of one rule, version and level; the rest is counted. */
const MOST_DISTINCT = 200;
const MOST_EXAMPLES = 3;
const LONGEST_VALUE = 80;
const LONGEST_NAME = 120;
const MOST_NAMES = 1000;
const LONGEST_PART = 1000;

export interface Occurrence {
  readonly service: string;
  readonly scope: string;
  readonly span: string;
  readonly spanType: string;
  readonly count: number;
  readonly examples: readonly { readonly traceId: string; readonly spanId: string }[];
}

/** What a finding says of its rule. */
type Judge = { readonly meta: RuleMeta };

/** A finding but for what grows with its repeats. */
type Entry = Omit<Finding, "count" | "examples"> & { count: number; readonly examples: Example[] };

interface Omitted {
  readonly ruleId: string;
  readonly semconv: string;
  readonly level: Level;
  count: number;
}

/** One finding for all its repeats: by rule, version, where and what came. */
export class FindingTable {
  readonly #entries = new Map<string, Entry>();
  readonly #distinct = new Map<string, number>();
  readonly #omitted = new Map<string, Omitted>();
  readonly #names = new Map<string, string>();

  add(rule: Judge, spec: Spec, report: Report, occurrence: Occurrence): void {
    const span = this.#shown(occurrence.span);
    const attribute = this.#shown(report.attribute ?? "");
    const path = this.#shown(report.path ?? "");
    const key = [
      rule.meta.id,
      spec.id,
      report.level,
      occurrence.service,
      occurrence.scope,
      span,
      occurrence.spanType,
      attribute,
      foldIndices(path),
      // A key lives as long as the run, and what came may be as long as a request.
      report.expected.slice(0, LONGEST_PART),
      report.actual.slice(0, LONGEST_PART),
    ].join("\0");
    let entry = this.#entries.get(key);
    if (entry === undefined) {
      // By level, so that many harmless findings never push a grave one out of the list.
      const group = `${rule.meta.id} ${spec.id} ${report.level}`;
      const distinct = this.#distinct.get(group) ?? 0;
      if (distinct >= MOST_DISTINCT) return this.omit(rule.meta.id, spec.id, report.level, occurrence.count);
      this.#distinct.set(group, distinct + 1);
      const { service, scope, spanType } = occurrence;
      entry = entryOf(rule, spec, report, { service, scope, span, spanType, attribute, path }, key);
      this.#entries.set(key, entry);
    }
    entry.count += occurrence.count;
    for (const example of occurrence.examples) {
      if (entry.examples.length >= MOST_EXAMPLES) break;
      entry.examples.push({
        traceId: example.traceId,
        spanId: example.spanId,
        ...(report.value === undefined ? {} : { value: display(report.value, LONGEST_VALUE) }),
      });
    }
  }

  /** The findings so far, unsorted. */
  findings(): Finding[] {
    return [...this.#entries.values()].map((entry) => ({ ...entry, examples: [...entry.examples] }));
  }

  omitted(): readonly Omitted[] {
    return [...this.#omitted.values()];
  }

  /** A name as findings show it. The same few come again and again, and looking for secrets is slow. */
  #shown(name: string): string {
    if (name === "") return "";
    const known = this.#names.get(name);
    if (known !== undefined) return known;
    const shown = display(name, LONGEST_NAME);
    if (this.#names.size >= MOST_NAMES) this.#names.clear();
    if (name.length <= LONGEST_NAME) this.#names.set(name, shown);
    return shown;
  }

  /** Counts what is not listed. */
  omit(ruleId: string, semconv: string, level: Level, count: number): void {
    const key = `${ruleId} ${semconv} ${level}`;
    const known = this.#omitted.get(key);
    if (known === undefined) this.#omitted.set(key, { ruleId, semconv, level, count });
    else known.count += count;
  }
}

/** Made at once, not when it is shown: only texts that were cut short are kept. */
function entryOf(rule: Judge, spec: Spec, report: Report, where: Where, key: string): Entry {
  const expected = display(report.expected, 400);
  const actual = display(report.actual, 400);
  const fix = display(report.fix, 400);
  return {
    ruleId: rule.meta.id,
    level: report.level,
    semconv: spec.id,
    where,
    message: `${placeOf(where)}: expected ${expected}; came ${actual}. ${fix}`,
    expected,
    actual,
    fix,
    clause: report.clause ?? rule.meta.clause(spec),
    context: maskedContext(report.context ?? {}),
    fingerprint: createHash("sha256").update(key).digest("hex").slice(0, 16),
    count: 0,
    examples: [],
  };
}

function maskedContext(context: Finding["context"]): Finding["context"] {
  const masked = (value: Finding["context"][string]): Finding["context"][string] => {
    if (typeof value === "string") return display(value, LONGEST_NAME);
    return Array.isArray(value) ? value.map((element: string) => display(element, LONGEST_NAME)) : value;
  };
  return Object.fromEntries(Object.entries(context).map(([name, value]) => [name, masked(value)]));
}

function placeOf(where: Where): string {
  const parts = [
    where.service === "" ? "(no service.name)" : where.service,
    where.scope,
    where.span,
    where.attribute === "" ? "" : `${where.attribute}${where.path === "" ? "" : ` at ${where.path}`}`,
  ];
  return parts.filter((part) => part !== "").join(" › ");
}
