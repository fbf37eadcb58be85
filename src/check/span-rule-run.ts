import type { SpanView } from "../otlp/view.ts";
import type { Report, RuleContext, SpanRule } from "../rules/rule.ts";
import type { Spec } from "../semconv/spec.ts";
import type { FindingTable } from "./finding-table.ts";
import type { OutcomeCounts } from "./outcomes.ts";
import type { ScopeContext } from "./scope-context.ts";

/** The context of a span rule for one version; the span it speaks of is set before each check. */
export class SpanRuleRun implements RuleContext {
  readonly spec: Spec;
  readonly counts: OutcomeCounts;
  readonly #rule: SpanRule;
  readonly #findings: FindingTable;
  span: SpanView | undefined;
  source: ScopeContext | undefined;
  spanType = "";

  constructor(rule: SpanRule, spec: Spec, counts: OutcomeCounts, findings: FindingTable) {
    this.spec = spec;
    this.counts = counts;
    this.#rule = rule;
    this.#findings = findings;
  }

  /** Lets go of the span. */
  clear(): void {
    this.span = undefined;
    this.source = undefined;
  }

  pass(): void {
    this.counts.pass++;
  }

  fail(report: Report): void {
    this.counts.fail++;
    this.#add(report);
  }

  cannotTell(report?: Report): void {
    this.counts.cannotTell++;
    if (report !== undefined) this.#add(report);
  }

  notApplicable(): void {
    this.counts.notApplicable++;
  }

  #add(report: Report): void {
    const { span, source } = this;
    if (span === undefined || source === undefined) return;
    this.#findings.add(this.#rule, this.spec, report, {
      service: source.service,
      scope: source.scope,
      span: span.name,
      spanType: this.spanType,
      count: 1,
      examples: [{ traceId: span.traceId, spanId: span.spanId }],
    });
  }
}
