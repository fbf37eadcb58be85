import type { Span, TracesData } from "../otlp/model.ts";
import { tracesRequest } from "../otlp/object-view.ts";
import { spanFacts, type SpanFacts } from "../otlp/span-facts.ts";
import { ByteWriter } from "./byte-writer.ts";
import { compileTemplate, type CompiledTemplate } from "./compile-template.ts";
import { HoleTable } from "./hole-table.ts";
import type { Message } from "./message-fields.ts";
import type { Template } from "./template.ts";
import { ProtobufTemplateWriter } from "./write-protobuf.ts";

/** Whole traces that are sent together. */
export interface DeckRequest extends CompiledTemplate {
  /** The first of its traces, counted over the deck. */
  readonly firstTrace: number;
  readonly traces: number;
  /** What each span says, in the order of `identities`; empty unless the deck was asked to tell. */
  readonly facts: readonly SpanFacts[];
}

export interface DeckOptions {
  readonly format: Template["format"];
  /** A request takes a further trace as long as it holds fewer spans than this. */
  readonly spansPerRequest: number;
  /** How many traces the run sends; without it there is no last request. */
  readonly traces?: number;
  /** Whether `facts` are wanted. */
  readonly tellFacts?: boolean;
}

/**
 * The requests of a run. They come round: after the last one the first follows, with other ids and later times, so that trace n of a
 * run is trace n mod `traceCount` of the deck. A run of a given number of traces may end with a request that holds fewer.
 */
export class Deck {
  /** How many different traces there are. */
  readonly traceCount: number;
  /** How many requests the run has; Infinity when it has no given number of traces. */
  readonly requestCount: number;
  readonly #requests: readonly DeckRequest[];
  readonly #last: DeckRequest | undefined;

  /**
   * @param traces each trace of the deck as a request of its own
   * @throws {RangeError} when there is none
   */
  constructor(traces: readonly TracesData[], { format, spansPerRequest, traces: wanted, tellFacts }: DeckOptions) {
    if (traces.length === 0) throw new RangeError("a deck needs at least one trace");
    const compile = (first: number, end: number): DeckRequest => {
      const data = mergeRequests(traces.slice(first, end));
      const facts = tellFacts === true ? factsOf(data) : [];
      return { ...compileTemplate(data, format), firstTrace: first, traces: end - first, facts };
    };
    const used = Math.min(traces.length, wanted ?? Infinity);
    this.traceCount = used;
    this.#requests = cuts(traces.slice(0, used), spansPerRequest).map(([first, end]) => compile(first, end));
    const rounds = Math.floor((wanted ?? Infinity) / used);
    const rest = wanted === undefined ? 0 : wanted - rounds * used;
    const whole = this.#requests.filter(({ firstTrace, traces: held }) => firstTrace + held <= rest).length;
    const lastStart = this.#requests[whole]?.firstTrace ?? 0;
    this.#last = lastStart < rest ? compile(lastStart, rest) : undefined;
    this.requestCount = rounds * this.#requests.length + whole + (this.#last === undefined ? 0 : 1);
  }

  request(k: number): DeckRequest {
    if (this.#last !== undefined && k === this.requestCount - 1) return this.#last;
    return this.#requests[k % this.#requests.length] as DeckRequest;
  }

  /** The first trace of request k, counted over the run. */
  firstTrace(k: number): number {
    return Math.floor(k / this.#requests.length) * this.traceCount + this.request(k).firstTrace;
  }

  /** How many spans its requests have, on average. */
  get meanSpans(): number {
    return this.#requests.reduce((sum, { template }) => sum + template.spanCount, 0) / this.#requests.length;
  }

  /** The most bytes that a request of the deck has. */
  get maxBytes(): number {
    return Math.max(...this.#requests.map(({ template }) => template.bytes.length));
  }
}

function factsOf(data: TracesData): SpanFacts[] {
  const facts: SpanFacts[] = [];
  tracesRequest(data).forEachSpan((span) => facts.push(spanFacts(span)));
  return facts;
}

/** Where each request begins and ends. */
function cuts(traces: readonly TracesData[], spansPerRequest: number): (readonly [first: number, end: number])[] {
  const requests: [number, number][] = [];
  let spans = 0;
  for (const [index, trace] of traces.entries()) {
    const current = requests.at(-1);
    if (current === undefined || spans >= spansPerRequest) {
      requests.push([index, index + 1]);
      spans = 0;
    } else current[1] = index + 1;
    spans += spanCount(trace);
  }
  return requests;
}

function spanCount({ resourceSpans }: TracesData): number {
  return resourceSpans.reduce(
    (sum, { scopeSpans }) => sum + scopeSpans.reduce((inner, { spans }) => inner + spans.length, 0),
    0,
  );
}

type ResourceSpans = TracesData["resourceSpans"][number];
type ScopeSpans = ResourceSpans["scopeSpans"][number];

/** One request that holds the spans of all, with each resource and scope once, as an exporter's batch does. */
export function mergeRequests(requests: readonly TracesData[]): TracesData {
  const resources = new Map<string, { readonly first: ResourceSpans; readonly scopes: Map<string, MergedScope> }>();
  for (const resource of requests.flatMap(({ resourceSpans }) => resourceSpans)) {
    const key = keyOf("Resource", resource.resource, resource.schemaUrl);
    let merged = resources.get(key);
    if (merged === undefined) resources.set(key, (merged = { first: resource, scopes: new Map() }));
    for (const scope of resource.scopeSpans) mergeScope(merged.scopes, scope);
  }
  return {
    resourceSpans: [...resources.values()].map(({ first: { resource, schemaUrl }, scopes }) => ({
      resource,
      schemaUrl,
      scopeSpans: [...scopes.values()].map(({ first, spans }) => ({
        scope: first.scope,
        schemaUrl: first.schemaUrl,
        spans,
      })),
    })),
  };
}

interface MergedScope {
  readonly first: ScopeSpans;
  readonly spans: Span[];
}

function mergeScope(scopes: Map<string, MergedScope>, scope: ScopeSpans): void {
  const key = keyOf("InstrumentationScope", scope.scope, scope.schemaUrl);
  const merged = scopes.get(key);
  if (merged === undefined) scopes.set(key, { first: scope, spans: [...scope.spans] });
  else merged.spans.push(...scope.spans);
}

/** The same text for what is the same on the wire. */
function keyOf(name: string, message: unknown, schemaUrl: string): string {
  const out = new ByteWriter();
  if (message !== null)
    new ProtobufTemplateWriter(out, new HoleTable("protobuf", 0n)).message(name, message as Message);
  return `${out.finish().join()} ${schemaUrl}`;
}
