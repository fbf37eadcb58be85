import type { AttributeValue, ValueType } from "../otlp/value.ts";
import type { LoneSpan, ReconciledCall } from "../reconcile/reconciliation.ts";
import type { SentSpan } from "../reconcile/sent-spans.ts";
import type { SpanRecord } from "../reconcile/span-record.ts";
import type { Level } from "../result/result.ts";
import type { Spec } from "../semconv/spec.ts";
import type { Typing } from "../semconv/typing.ts";

export interface RuleMeta {
  /** Stable kebab-case id; the file's name. */
  readonly id: string;
  /** What holds when the rule passes. */
  readonly title: string;
  /** The levels it can report, the worst first. */
  readonly levels: readonly Level[];
  /** Why it matters, one or two sentences. */
  readonly why: string;
  /** What to do about a finding, in general. */
  readonly fix: string;
  /** The clause that asks for it, for a version. */
  clause(spec: Spec): string;
  /** What Weaver's live-check calls it; null where it has nothing like it. */
  readonly weaver: { readonly id: string; readonly level: Level } | null;
}

export type SpanKind = "UNSPECIFIED" | "INTERNAL" | "SERVER" | "CLIENT" | "PRODUCER" | "CONSUMER";
export type SpanStatus = "UNSET" | "OK" | "ERROR";

/**
 * What is the same for every span of a shape: which keys it has with which types, kind, status, and the values that type it. A rule
 * that asks for no more is run once a shape, whatever the number of spans.
 */
export interface ShapeSubject {
  /** The keys that any version of the conventions knows or that stand in its namespaces; a repeated key once. */
  readonly keys: readonly string[];
  has(key: string): boolean;
  typeOf(key: string): ValueType | undefined;
  readonly kind: SpanKind;
  readonly status: SpanStatus;
  readonly operation: string | undefined;
  readonly provider: string | undefined;
  /** The provider by any version's key: gen_ai.system and gen_ai.provider.name. */
  readonly providers: readonly string[];
  readonly method: string | undefined;
  readonly typing: Typing;
  /** Whether the span itself says that its reply was streamed: its own attribute, or a vendor's. */
  readonly streaming: "yes" | "no" | "not-said";
}

/** A span, for rules that read values. Valid only during the check. */
export interface SpanSubject extends ShapeSubject {
  readonly name: string;
  readonly isTraceIdZero: boolean;
  readonly isSpanIdZero: boolean;
  attribute(key: string): AttributeValue | undefined;
  /** The content of a message attribute as JSON, parsed once however many rules and versions ask. */
  content(key: string): Content;
}

export type Content =
  | { readonly kind: "json"; readonly value: unknown; readonly from: "string" | "structured" }
  | { readonly kind: "not-json"; readonly why: string }
  /** More than is read of one attribute; whether it is JSON is not known. */
  | { readonly kind: "too-large"; readonly why: string };

interface ResourceSubject {
  readonly serviceName: AttributeValue | undefined;
}

/** What a rule says of one place; where it stands is added by the checker. */
export interface Report {
  readonly level: Level;
  /** Attribute key, when the finding is about one. */
  readonly attribute?: string;
  /** JSON pointer into message content. */
  readonly path?: string;
  readonly expected: string;
  readonly actual: string;
  readonly fix: string;
  /** When another clause than the rule's own asks for it. */
  readonly clause?: string;
  readonly context?: { readonly [name: string]: string | number | boolean | readonly string[] };
  /** The offending value for the examples; never message content. */
  readonly value?: string;
}

export interface RuleContext {
  readonly spec: Spec;
  pass(): void;
  fail(report: Report): void;
  /** The data cannot tell; a report makes it visible (level information), without one it is only counted. */
  cannotTell(report?: Report): void;
  notApplicable(): void;
}

export interface ShapeRule {
  readonly scope: "shape";
  readonly meta: RuleMeta;
  check(shape: ShapeSubject, context: RuleContext): void;
}

export interface SpanRule {
  readonly scope: "span";
  readonly meta: RuleMeta;
  /** Whether spans of this shape have to be looked at; asked once a shape. */
  appliesTo(shape: ShapeSubject, spec: Spec): boolean;
  check(span: SpanSubject, context: RuleContext): void;
}

/** The context of a rule about a call: its findings are about the call's span, or a further one that is named. */
export interface CallContext extends RuleContext {
  fail(report: Report, further?: SpanRecord): void;
}

/** A rule about a call of a ledger and its span, run when both are complete. */
export interface CallRule {
  readonly scope: "call";
  readonly meta: RuleMeta;
  check(call: ReconciledCall, context: CallContext): void;
}

/** A rule about a span of a model call that no call of the ledger belongs to. */
export interface LoneSpanRule {
  readonly scope: "lone-span";
  readonly meta: RuleMeta;
  check(span: LoneSpan, context: RuleContext): void;
}

export interface ResourceRule {
  readonly scope: "resource";
  readonly meta: RuleMeta;
  check(resource: ResourceSubject, context: RuleContext): void;
}

/**
 * A rule about a span that a ledger says was sent, and what arrived of it; run when all has arrived. It asks nothing of the
 * conventions.
 */
export interface SentSpanRule {
  readonly scope: "sent-span";
  readonly meta: RuleMeta;
  check(span: SentSpan, context: RuleContext): void;
}

export type Rule = ShapeRule | SpanRule | ResourceRule | CallRule | LoneSpanRule | SentSpanRule;
