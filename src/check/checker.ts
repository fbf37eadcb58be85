import type { AttributeValue, ValueType } from "../otlp/value.ts";
import type { AttributesView, OtlpRequest, ResourceView, ScopeView, SpanView } from "../otlp/view.ts";
import type { Finding, RuleOutcomes } from "../result/result.ts";
import { rules as allRules } from "../rules/index.ts";
import type {
  Content,
  Report,
  Rule,
  RuleContext,
  ShapeSubject,
  SpanKind,
  SpanRule,
  SpanStatus,
  SpanSubject,
} from "../rules/rule.ts";
import { Spec } from "../semconv/spec.ts";
import type { Typing } from "../semconv/typing.ts";
import { contentOf } from "./content.ts";
import { FindingTable } from "./finding-table.ts";
import { display } from "./mask.ts";
import { addOutcomes, noOutcomes, type OutcomeCounts } from "./outcomes.ts";
import { makeProfile, type Bucket, type Profile, type ShapeFacts, type VersionProfile } from "./profile.ts";
import { RelevantKeys, vendorStreamingKeys } from "./relevant-keys.ts";
import { Sources, type ScopeContext } from "./scope-context.ts";
import { Shapes, type Shape } from "./shapes.ts";

const kinds: readonly SpanKind[] = ["UNSPECIFIED", "INTERNAL", "SERVER", "CLIENT", "PRODUCER", "CONSUMER"];
const statuses: readonly SpanStatus[] = ["UNSET", "OK", "ERROR"];
const MOST_EXAMPLES = 3;
const LONGEST_ERROR = 400;
/** Cached shapes, profiles and buckets before all is added up and forgotten: bounds memory whatever is sent. */
const MOST_CACHED = 20_000;

export interface CheckSummary {
  readonly requests: number;
  readonly spans: number;
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
  #cached = 0;
  #requests = 0;
  #spans = 0;
  #logs = 0;
  #metrics = 0;
  #genai = { spans: 0, logs: 0, metrics: 0 };
  // The resource and scope of the span before: spans come grouped by them, so they are looked up once a group.
  #lastResource: ResourceView | undefined;
  #lastScope: ScopeView | undefined;
  #lastSource: ScopeContext | undefined;
  #resourceJudged = false;

  /** @param pins Ids of stored versions; each is judged on its own. */
  constructor(pins: readonly string[], rules: readonly Rule[] = allRules) {
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

  accept(request: OtlpRequest): void {
    this.#requests++;
    if (request.signal === "traces") {
      this.#lastResource = undefined;
      this.#lastScope = undefined;
      request.forEachSpan((span) => this.#acceptSpan(span));
      if (this.#cached + this.#shapes.size > MOST_CACHED) this.#addUp();
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

  /** What is known so far; may be asked again after more was accepted. */
  summary(): CheckSummary {
    this.#addUp();
    return {
      requests: this.#requests,
      spans: this.#spans,
      logs: this.#logs,
      metrics: this.#metrics,
      genai: { ...this.#genai },
      findings: this.#findings.findings(),
      omitted: this.#findings.omitted(),
      rules: this.#specs.flatMap((spec, index) =>
        this.#rules.map((rule) => ({
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
    };
  }

  #acceptSpan(span: SpanView): void {
    this.#spans++;
    const source = this.#sourceOf(span);
    source.spans++;
    const shape = this.#shapes.of(span);
    if (!shape.genai) return;
    source.genaiSpans++;
    if (!this.#resourceJudged) this.#judgeResource(span, source);
    const profile = this.#profileOf(span, shape);
    profile.count++;
    if (isOperation(profile)) this.#genai.spans++;
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
    const operation = stringOf(span, shape, "gen_ai.operation.name");
    const system = stringOf(span, shape, "gen_ai.system");
    const provider = stringOf(span, shape, "gen_ai.provider.name");
    const method = stringOf(span, shape, "mcp.method.name");
    const streaming = streamingOf(span, shape);
    const id = `${span.kind} ${span.statusCode} ${streaming}\0${operation ?? ""}\0${system ?? ""}\0${provider ?? ""}\0${method ?? ""}`;
    let profile = shape.profiles.get(id);
    if (profile === undefined) {
      const facts: ShapeFacts = {
        keys: [...shape.types.keys()],
        has: (key) => shape.types.has(key),
        typeOf: (key) => shape.types.get(key),
        kind: kinds[span.kind] ?? "UNSPECIFIED",
        status: statuses[span.statusCode] ?? "UNSET",
        operation,
        method,
        streaming,
        providers: { "gen_ai.system": system, "gen_ai.provider.name": provider },
      };
      profile = makeProfile(
        facts,
        this.#specs,
        this.#rules.filter((rule) => rule.scope === "shape"),
        this.#rules.filter((rule) => rule.scope === "span"),
        (ruleId, error) => this.#onRuleError(ruleId, error),
      );
      shape.profiles.set(id, profile);
      this.#profiles.add(profile);
      this.#cached++;
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
      this.#cached++;
    }
    return bucket;
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
    for (const { rule, report } of version.reports) {
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

/** The context of a span rule for one version; the span it speaks of is set before each check. */
class SpanRuleRun implements RuleContext {
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

/** The span being checked, as span rules see it; one object for all spans. */
class CurrentSpan implements SpanSubject {
  #span: SpanView | undefined;
  #shape: ShapeSubject | undefined;
  readonly #contents = new Map<string, Content>();

  set(span: SpanView): void {
    this.#span = span;
    if (this.#contents.size > 0) this.#contents.clear();
  }

  setShape(shape: ShapeSubject): void {
    this.#shape = shape;
  }

  get name(): string {
    return this.#current.name;
  }

  attribute(key: string): AttributeValue | undefined {
    return this.#current.attribute(key);
  }

  content(key: string): Content {
    let content = this.#contents.get(key);
    if (content === undefined) {
      content = contentOf(this.attribute(key));
      this.#contents.set(key, content);
    }
    return content;
  }

  get keys(): readonly string[] {
    return this.#facts.keys;
  }

  has(key: string): boolean {
    return this.#facts.has(key);
  }

  typeOf(key: string): ValueType | undefined {
    return this.#facts.typeOf(key);
  }

  get kind(): SpanKind {
    return this.#facts.kind;
  }

  get status(): SpanStatus {
    return this.#facts.status;
  }

  get operation(): string | undefined {
    return this.#facts.operation;
  }

  get provider(): string | undefined {
    return this.#facts.provider;
  }

  get method(): string | undefined {
    return this.#facts.method;
  }

  get streaming(): ShapeSubject["streaming"] {
    return this.#facts.streaming;
  }

  get typing(): Typing {
    return this.#facts.typing;
  }

  get #current(): SpanView {
    if (this.#span === undefined) throw new Error("a span rule asked for a span outside its check");
    return this.#span;
  }

  get #facts(): ShapeSubject {
    if (this.#shape === undefined) throw new Error("a span rule asked for a shape outside its check");
    return this.#shape;
  }
}

function contextFor(spec: Spec, counts: OutcomeCounts, add: (report: Report) => void): RuleContext {
  return {
    spec,
    pass: () => void counts.pass++,
    fail: (report) => {
      counts.fail++;
      add(report);
    },
    cannotTell: (report) => {
      counts.cannotTell++;
      if (report !== undefined) add(report);
    },
    notApplicable: () => void counts.notApplicable++,
  };
}

/** A span of a gen_ai or mcp operation: typed in a pinned version, or it names an operation or method itself. */
function isOperation(profile: Profile): boolean {
  return profile.versions.some(
    ({ subject }) =>
      subject.typing.candidates.length > 0 || subject.operation !== undefined || subject.method !== undefined,
  );
}

function stringOf(span: SpanView, shape: Shape, key: string): string | undefined {
  if (shape.types.get(key) !== "string") return undefined;
  const value = span.attribute(key);
  return value?.type === "string" && value.value !== "" ? value.value : undefined;
}

function streamingOf(span: SpanView, shape: Shape): ShapeSubject["streaming"] {
  const own = shape.types.has("gen_ai.request.stream") ? span.attribute("gen_ai.request.stream") : undefined;
  if (own?.type === "bool") return own.value ? "yes" : "no";
  if (shape.types.has("gen_ai.response.time_to_first_chunk")) return "yes";
  for (const key of vendorStreamingKeys) {
    if (!shape.types.has(key)) continue;
    const value = span.attribute(key);
    if (value?.type === "bool") return value.value ? "yes" : "no";
  }
  return "not-said";
}

function isGenaiName(name: string): boolean {
  return name.startsWith("gen_ai.") || name.startsWith("mcp.");
}

function hasGenaiKey(view: AttributesView): boolean {
  for (let index = 0; index < view.attributeCount; index++) if (isGenaiName(view.attributeKey(index))) return true;
  return false;
}
