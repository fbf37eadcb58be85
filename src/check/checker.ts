import type { AttributesView, OtlpRequest, ResourceView, ScopeView, SpanView } from "../otlp/view.ts";
import type { CollectedLedger } from "../reconcile/collected-ledger.ts";
import type { SentSpans } from "../reconcile/sent-spans.ts";
import { SpanRecorder } from "../reconcile/record-spans.ts";
import { reconcile } from "../reconcile/reconcile.ts";
import type { Finding, LedgerSummary, RuleOutcomes, SentSummary } from "../result/result.ts";
import { rules as allRules } from "../rules/index.ts";
import type { Report, Rule, SpanRule } from "../rules/rule.ts";
import { Spec } from "../semconv/spec.ts";
import { CurrentSpan } from "./current-span.ts";
import { FindingTable } from "./finding-table.ts";
import { judgeSent } from "./judge-sent.ts";
import { isAboutCalls, judgeCalls, ledgerSummary } from "./judge-calls.ts";
import { display } from "./mask.ts";
import { addOutcomes, noOutcomes, type OutcomeCounts } from "./outcomes.ts";
import { makeProfile, type Bucket, type Profile, type VersionProfile } from "./profile.ts";
import { RelevantKeys } from "./relevant-keys.ts";
import { contextFor } from "./rule-context.ts";
import { Sources, type ScopeContext } from "./scope-context.ts";
import { shapeFacts, typingValues } from "./shape-facts.ts";
import { Shapes, type Shape } from "./shapes.ts";
import { SpanRuleRun } from "./span-rule-run.ts";

const MOST_EXAMPLES = 3;
/** SDKs send at most 128 by default. Of a span with more than this nothing is said, so that no span can hold the run up. */
const MOST_ATTRIBUTES = 10_000;
const LONGEST_ERROR = 400;
/**
 * Cached shapes, profiles and buckets (and each 512 characters in them) before all is added up and forgotten: bounds memory
 * whatever is sent. A profile with its reports is some 10 kB.
 */
const MOST_CACHED = 5_000;

export interface CheckSummary {
  readonly requests: number;
  readonly spans: number;
  /** gen_ai spans with too many attributes to be judged. */
  readonly unjudged: number;
  readonly logs: number;
  readonly metrics: number;
  readonly genai: { readonly spans: number; readonly logs: number; readonly metrics: number };
  readonly findings: readonly Finding[];
  readonly omitted: ReturnType<FindingTable["omitted"]>;
  readonly rules: readonly RuleOutcomes[];
  readonly sources: readonly ScopeContext[];
  /** Spans per type, for each version in the order of the pins. */
  readonly spanTypes: readonly ReadonlyMap<string, number>[];
  readonly preview: readonly boolean[];
  /** Rules that threw, with the first message of each. */
  readonly ruleErrors: ReadonlyMap<string, string>;
  /** How the calls of a ledger and the spans go together, once they were held against each other. */
  readonly ledger?: LedgerSummary;
  /** What became of the spans that a ledger says were sent, once all had arrived. */
  readonly sent?: SentSummary;
  /** More spans came than can be held against a ledger. */
  readonly spansBeyondLedger: boolean;
}

export interface CheckerOptions {
  /** Keeps a short copy of each span of a model call, so that a ledger can be held against them. */
  readonly keepForLedger?: boolean;
}

/**
 * Judges a stream of requests against pinned versions. Nothing of a request outlives `accept`; memory grows with distinct shapes and
 * findings, both bounded, not with spans.
 */
export class Checker {
  readonly #specs: readonly Spec[];
  readonly #rules: readonly Rule[];
  readonly #keys: RelevantKeys;
  readonly #shapes: Shapes;
  readonly #sources = new Sources();
  readonly #findings = new FindingTable();
  readonly #outcomes: ReadonlyMap<string, OutcomeCounts>[];
  readonly #spanTypes: readonly Map<string, number>[];
  readonly #ruleErrors = new Map<string, string>();
  readonly #profiles = new Set<Profile>();
  readonly #subject = new CurrentSpan();
  readonly #spanRuns: ReadonlyMap<SpanRule, SpanRuleRun>[];
  readonly #recorder: SpanRecorder | undefined;
  #ledger: LedgerSummary | undefined;
  #sent: SentSpans | undefined;
  #sentSummary: SentSummary | undefined;
  #cached = 0;
  #requests = 0;
  #spans = 0;
  #unjudged = 0;
  #logs = 0;
  #metrics = 0;
  #genai = { spans: 0, logs: 0, metrics: 0 };
  // The resource and scope of the span before: spans come grouped by them, so they are looked up once a group.
  #lastResource: ResourceView | undefined;
  #lastScope: ScopeView | undefined;
  #lastSource: ScopeContext | undefined;
  #resourceJudged = false;

  /** @param pins Ids of stored versions; each is judged on its own. */
  constructor(pins: readonly string[], rules: readonly Rule[] = allRules, options: CheckerOptions = {}) {
    this.#recorder = options.keepForLedger === true ? new SpanRecorder() : undefined;
    this.#specs = pins.map((pin) => new Spec(pin));
    this.#rules = rules;
    this.#keys = new RelevantKeys(this.#specs);
    this.#shapes = new Shapes(this.#keys);
    this.#outcomes = this.#specs.map(() => new Map(rules.map((rule) => [rule.meta.id, noOutcomes()])));
    this.#spanTypes = this.#specs.map(() => new Map());
    this.#spanRuns = this.#specs.map(
      (spec, index) =>
        new Map(
          rules.flatMap((rule) =>
            rule.scope === "span"
              ? [[rule, new SpanRuleRun(rule, spec, this.#counts(index, rule), this.#findings)]]
              : [],
          ),
        ),
    );
  }

  /** @param isContinued it is a further part of the request before */
  accept(request: OtlpRequest, isContinued = false): void {
    if (!isContinued) this.#requests++;
    if (request.signal === "traces") {
      request.forEachSpan((span) => this.#acceptSpan(span));
      this.#letGo();
      this.#boundCaches();
    } else if (request.signal === "logs") {
      request.forEachRecord((record) => {
        this.#logs++;
        if (isGenaiName(record.eventName) || hasGenaiKey(record)) this.#genai.logs++;
      });
    } else {
      request.forEachMetric((metric) => {
        this.#metrics++;
        if (isGenaiName(metric.name)) this.#genai.metrics++;
      });
    }
  }

  /**
   * Holds a ledger against all spans accepted, once, when no more will come.
   *
   * @param spansMayBeMissing Why spans that were made may not be here, such as a refused request; undefined when all are.
   */
  holdAgainst(ledger: CollectedLedger, spansMayBeMissing: string | undefined): void {
    const recorder = this.#recorder;
    if (recorder === undefined) throw new Error("the checker kept no spans: make it with keepForLedger");
    const tooMany = recorder.full ? "more spans came than can be held against a ledger" : undefined;
    const result = reconcile(ledger.calls, recorder, {
      spansMayBeMissing: spansMayBeMissing ?? tooMany ?? this.#sent?.mayNotHaveLeft,
      callsMayBeMissing: ledger.whole ? undefined : "the ledger is torn, and may have lost the call",
      ...(ledger.began !== undefined && { ledgerBegan: ledger.began }),
      ...(ledger.ended !== undefined && { ledgerEnded: ledger.ended }),
    });
    judgeCalls(result, {
      specs: this.#specs,
      rules: this.#rules,
      findings: this.#findings,
      services: [...new Set(this.#sources.all().map(({ service }) => service))],
      counts: (version, rule) => this.#counts(version, rule),
      onError: (ruleId, error) => this.#onRuleError(ruleId, error),
    });
    this.#ledger = ledgerSummary(ledger, result);
  }

  /** Has spans, from now on, held against those that were sent. */
  expectSent(sent: SentSpans): void {
    this.#sent = sent;
  }

  /**
   * Judges what became of the spans that were sent, once, when no more will come.
   *
   * @param spansMayBeMissing Why spans that arrived may not be here, such as a refused request; undefined when all are.
   */
  judgeSent(spansMayBeMissing: string | undefined): void {
    if (this.#sent === undefined) throw new Error("the checker was told of no sent spans");
    this.#sentSummary = judgeSent(this.#sent, spansMayBeMissing, {
      specs: this.#specs,
      rules: this.#rules,
      findings: this.#findings,
      counts: (version, rule) => this.#counts(version, rule),
    });
  }

  /** Nothing of a request may be held on to: it can be tens of megabytes. */
  #letGo(): void {
    this.#lastResource = undefined;
    this.#lastScope = undefined;
    this.#subject.clear();
    for (const runs of this.#spanRuns) for (const run of runs.values()) run.clear();
  }

  /** What is known so far; may be asked again after more was accepted. */
  summary(): CheckSummary {
    this.#addUp();
    return {
      requests: this.#requests,
      spans: this.#spans,
      unjudged: this.#unjudged,
      logs: this.#logs,
      metrics: this.#metrics,
      genai: { ...this.#genai },
      findings: this.#findings.findings(),
      omitted: this.#findings.omitted(),
      rules: this.#specs.flatMap((spec, index) =>
        this.#rulesThatRan().map((rule) => ({
          ruleId: rule.meta.id,
          semconv: spec.id,
          title: rule.meta.title,
          ...this.#counts(index, rule),
        })),
      ),
      sources: this.#sources.all(),
      spanTypes: this.#spanTypes,
      preview: this.#specs.map((spec) => spec.preview),
      ruleErrors: this.#ruleErrors,
      ...(this.#ledger === undefined ? {} : { ledger: this.#ledger }),
      ...(this.#sentSummary === undefined ? {} : { sent: this.#sentSummary }),
      spansBeyondLedger: (this.#recorder?.full ?? false) || (this.#sent?.full ?? false),
    };
  }

  #rulesThatRan(): readonly Rule[] {
    return this.#rules.filter(
      (rule) =>
        (this.#ledger !== undefined || !isAboutCalls(rule)) &&
        (this.#sentSummary !== undefined || rule.scope !== "sent-span"),
    );
  }

  #acceptSpan(span: SpanView): void {
    this.#boundCaches();
    this.#spans++;
    const source = this.#sourceOf(span);
    source.spans++;
    this.#recorder?.place(span);
    this.#sent?.arrived(span);
    if (span.attributeCount > MOST_ATTRIBUTES) {
      if (hasGenaiKey(span)) this.#unjudged++;
      return;
    }
    const shape = this.#shapes.of(span);
    if (!shape.genai) return;
    source.genaiSpans++;
    if (!this.#resourceJudged) this.#judgeResource(span, source);
    const profile = this.#profileOf(span, shape);
    profile.count++;
    if (isOperation(profile)) this.#genai.spans++;
    this.#recorder?.record(span, {
      service: source.service,
      scope: source.scope,
      typings: profile.versions.map((version) => version.subject.typing),
    });
    const bucket = profile.reports ? this.#bucketOf(profile, source, span.name) : undefined;
    if (bucket !== undefined) {
      bucket.count++;
      if (bucket.examples.length < MOST_EXAMPLES) bucket.examples.push({ traceId: span.traceId, spanId: span.spanId });
    }
    this.#subject.set(span);
    for (let index = 0; index < profile.versions.length; index++) {
      const version = profile.versions[index]!;
      if (version.spanRules.length === 0) continue;
      this.#subject.setShape(version.subject);
      for (const rule of version.spanRules) {
        const run = this.#spanRuns[index]!.get(rule)!;
        run.span = span;
        run.source = source;
        run.spanType = version.subject.typing.label;
        try {
          rule.check(this.#subject, run);
        } catch (error) {
          run.counts.error++;
          this.#onRuleError(rule.meta.id, error);
        }
      }
    }
  }

  #sourceOf(span: SpanView): ScopeContext {
    const { resource, scope } = span;
    if (resource !== this.#lastResource) {
      this.#lastResource = resource;
      this.#lastScope = undefined;
      this.#resourceJudged = false;
    }
    if (scope !== this.#lastScope || this.#lastSource === undefined) {
      this.#lastScope = scope;
      this.#lastSource = this.#sources.of(resource, scope);
    }
    return this.#lastSource;
  }

  #judgeResource(span: SpanView, source: ScopeContext): void {
    this.#resourceJudged = true;
    const subject = { serviceName: span.resource.attribute("service.name") };
    const example = { traceId: span.traceId, spanId: span.spanId };
    this.#specs.forEach((spec, index) => {
      for (const rule of this.#rules) {
        if (rule.scope !== "resource") continue;
        const counts = this.#counts(index, rule);
        const add = (report: Report): void =>
          this.#findings.add(rule, spec, report, {
            service: source.service,
            scope: "",
            span: "",
            spanType: "",
            count: 1,
            examples: [example],
          });
        try {
          rule.check(subject, contextFor(spec, counts, add));
        } catch (error) {
          counts.error++;
          this.#onRuleError(rule.meta.id, error);
        }
      }
    });
  }

  #profileOf(span: SpanView, shape: Shape): Profile {
    const values = typingValues(span, shape);
    let profile = shape.profiles.get(values.id);
    if (profile === undefined) {
      profile = makeProfile(
        shapeFacts(span, shape, values),
        this.#specs,
        this.#rules.filter((rule) => rule.scope === "shape"),
        this.#rules.filter((rule) => rule.scope === "span"),
        (ruleId, error) => this.#onRuleError(ruleId, error),
      );
      shape.profiles.set(values.id, profile);
      this.#profiles.add(profile);
      let characters = values.id.length;
      for (const key of shape.types.keys()) characters += key.length;
      this.#cached += 1 + (characters >> 9);
    }
    return profile;
  }

  #bucketOf(profile: Profile, source: ScopeContext, name: string): Bucket {
    let names = profile.buckets.get(source);
    if (names === undefined) {
      names = new Map();
      profile.buckets.set(source, names);
    }
    let bucket = names.get(name);
    if (bucket === undefined) {
      bucket = { count: 0, examples: [] };
      names.set(name, bucket);
      this.#cached += 1 + (name.length >> 9);
    }
    return bucket;
  }

  /** After each request too: one name of 60 MB would stay until the next span. */
  #boundCaches(): void {
    if (this.#cached + this.#shapes.size > MOST_CACHED) this.#addUp();
  }

  /** Turns the counts of profiles into findings and outcomes, and forgets the caches. */
  #addUp(): void {
    for (const profile of this.#profiles) {
      profile.versions.forEach((version, index) => this.#addUpVersion(profile, version, index));
    }
    this.#profiles.clear();
    this.#shapes.clear();
    this.#keys.clear();
    this.#cached = 0;
  }

  #addUpVersion(profile: Profile, version: VersionProfile, index: number): void {
    const { label } = version.subject.typing;
    const types = this.#spanTypes[index]!;
    types.set(label, (types.get(label) ?? 0) + profile.count);
    const totals = this.#outcomes[index]!;
    for (const [ruleId, counts] of version.outcomes) addOutcomes(totals.get(ruleId)!, counts, profile.count);
    for (const { rule, report } of version.reports.kept) {
      for (const [source, names] of profile.buckets) {
        for (const [name, bucket] of names) {
          const { service, scope } = source;
          const { count, examples } = bucket;
          this.#findings.add(rule, version.spec, report, {
            service,
            scope,
            span: name,
            spanType: label,
            count,
            examples,
          });
        }
      }
    }
    for (const { rule, level, count } of version.reports.beyond()) {
      this.#findings.omit(rule.meta.id, version.spec.id, level, count * profile.count);
    }
  }

  #counts(index: number, rule: Rule): OutcomeCounts {
    return this.#outcomes[index]!.get(rule.meta.id)!;
  }

  #onRuleError(ruleId: string, error: unknown): void {
    if (this.#ruleErrors.has(ruleId)) return;
    const message = error instanceof Error ? error.message : String(error);
    // It may quote what the rule was reading.
    this.#ruleErrors.set(ruleId, display(message, LONGEST_ERROR));
  }
}

/** A span of a gen_ai or mcp operation: typed in a pinned version, or it names an operation or method itself. */
function isOperation(profile: Profile): boolean {
  return profile.versions.some(
    ({ subject }) =>
      subject.typing.candidates.length > 0 || subject.operation !== undefined || subject.method !== undefined,
  );
}

function isGenaiName(name: string): boolean {
  return name.startsWith("gen_ai.") || name.startsWith("mcp.");
}

function hasGenaiKey(view: AttributesView): boolean {
  for (let index = 0; index < view.attributeCount; index++) if (isGenaiName(view.attributeKey(index))) return true;
  return false;
}
