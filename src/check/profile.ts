import type { ShapeRule, ShapeSubject, SpanRule } from "../rules/rule.ts";
import type { Spec } from "../semconv/spec.ts";
import { typeSpan } from "../semconv/typing.ts";
import { noOutcomes, type OutcomeCounts } from "./outcomes.ts";
import { ReportList } from "./report-list.ts";
import { contextFor } from "./rule-context.ts";
import type { ScopeContext } from "./scope-context.ts";

/** All that is the same for the spans of a shape with the same kind, status and typing values, for every pinned version. */
export interface Profile {
  readonly versions: readonly VersionProfile[];
  /** Whether any version has something to report or to look at in single spans. */
  readonly reports: boolean;
  count: number;
  /** Repeats by scope and span name; filled only when there is something to report. */
  readonly buckets: Map<ScopeContext, Map<string, Bucket>>;
}

export interface VersionProfile {
  readonly spec: Spec;
  readonly subject: ShapeSubject;
  readonly reports: ReportList;
  readonly outcomes: ReadonlyMap<string, OutcomeCounts>;
  readonly spanRules: readonly SpanRule[];
}

export interface Bucket {
  count: number;
  readonly examples: { readonly traceId: string; readonly spanId: string }[];
}

/** A rule that threw; an outcome, not a crash. */
export type OnRuleError = (ruleId: string, error: unknown) => void;

export type ShapeFacts = Omit<ShapeSubject, "typing" | "provider" | "providers"> & {
  /** The values of gen_ai.system and gen_ai.provider.name; which one counts depends on the version. */
  readonly providers: { readonly [key: string]: string | undefined };
};

export function makeProfile(
  facts: ShapeFacts,
  specs: readonly Spec[],
  shapeRules: readonly ShapeRule[],
  spanRules: readonly SpanRule[],
  onError: OnRuleError,
): Profile {
  const versions = specs.map((spec) => versionProfile(facts, spec, shapeRules, spanRules, onError));
  return {
    versions,
    reports: versions.some((version) => version.reports.kept.length > 0),
    count: 0,
    buckets: new Map(),
  };
}

function versionProfile(
  facts: ShapeFacts,
  spec: Spec,
  shapeRules: readonly ShapeRule[],
  spanRules: readonly SpanRule[],
  onError: OnRuleError,
): VersionProfile {
  const provider = facts.providers[spec.providerKey];
  const { kind, status, operation, method, keys, streaming } = facts;
  const subject: ShapeSubject = {
    keys,
    has: (key) => facts.has(key),
    typeOf: (key) => facts.typeOf(key),
    kind,
    status,
    operation,
    provider,
    providers: Object.values(facts.providers).filter((value) => value !== undefined),
    method,
    streaming,
    typing: typeSpan(spec, { has: (key) => facts.has(key), kind, operation, provider, method }),
  };
  const reports = new ReportList();
  const outcomes = new Map<string, OutcomeCounts>();
  for (const rule of shapeRules) {
    const counts = noOutcomes();
    outcomes.set(rule.meta.id, counts);
    const context = contextFor(spec, counts, (report) => reports.add(rule, report));
    try {
      rule.check(subject, context);
    } catch (error) {
      counts.error++;
      onError(rule.meta.id, error);
    }
  }
  return { spec, subject, reports, outcomes, spanRules: spanRules.filter((rule) => rule.appliesTo(subject, spec)) };
}
