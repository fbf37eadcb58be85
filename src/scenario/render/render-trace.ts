import type { Attribute } from "../../otlp/model.ts";
import { valueTypeOf } from "../../otlp/value-type.ts";
import type { NameRule } from "../../semconv/overlay.ts";
import type { Spec } from "../../semconv/spec.ts";
import type { PlannedSpan, PlannedTrace } from "../plan/planned-trace.ts";
import type { Program } from "../plan/program.ts";
import type { TraceFacts } from "./attributes.ts";
import { idSeedOf, runIdOf, spanIdOf, traceIdOf } from "./ids.ts";
import { plainName, recipeKey, spanRecipe, type KindName, type SpanRecipe } from "./span-recipe.ts";

/** A planned span as one version of the conventions writes it. Its times are the planned span's. */
export interface RenderedSpan {
  readonly planned: PlannedSpan;
  /** Lower-case hex. */
  readonly traceId: string;
  readonly spanId: string;
  /** "" for the root of a trace. */
  readonly parentSpanId: string;
  /** Whether the parent is in another service. */
  readonly remoteParent: boolean;
  readonly name: string;
  readonly kind: KindName;
  readonly failed: boolean;
  readonly attributes: readonly Attribute[];
  readonly link: { readonly traceId: string; readonly spanId: string } | undefined;
  /** Upstream's id of its type; undefined for a plain span. */
  readonly type: string | undefined;
}

/** Writes planned traces in one version of the conventions. */
export class Renderer {
  readonly #spec: Spec;
  readonly #program: Program;
  readonly #idSeed: number;
  readonly #recipes = new Map<string, SpanRecipe>();

  constructor(spec: Spec, program: Program, seed: number) {
    this.#spec = spec;
    this.#program = program;
    this.#idSeed = idSeedOf(program, seed);
  }

  /** The spans of a trace, parents before their children. */
  render({ k, root }: PlannedTrace): RenderedSpan[] {
    const facts = this.#factsOf(k);
    const spans: RenderedSpan[] = [];
    const ids = new Map<PlannedSpan, RenderedSpan>();
    let fragments = 0;
    const visit = (span: PlannedSpan, parent: RenderedSpan | undefined): void => {
      // No context came: the service begins a trace of its own.
      const lost = span.hop === "none" || span.hop === "broken";
      const above = lost ? undefined : parent;
      const rendered: RenderedSpan = {
        planned: span,
        traceId: above === undefined ? traceIdOf(this.#idSeed, k, fragments++) : above.traceId,
        spanId: spanIdOf(this.#idSeed, k, span.ordinal),
        parentSpanId: above?.spanId ?? "",
        remoteParent: above !== undefined && span.hop !== undefined,
        ...this.#written(span, facts),
        failed: span.failure !== undefined,
        link: linkTo(ids, span),
      };
      spans.push(rendered);
      ids.set(span, rendered);
      for (const child of span.children) visit(child, rendered);
    };
    visit(root, undefined);
    return spans;
  }

  /** What a span of trace k says, but for its place in the trace. */
  write(span: PlannedSpan, k: number): Pick<RenderedSpan, "name" | "kind" | "attributes" | "type"> {
    return this.#written(span, this.#factsOf(k));
  }

  #factsOf(k: number): TraceFacts {
    return {
      services: this.#program.services,
      content: this.#program.content,
      run: runIdOf(this.#idSeed, k),
    };
  }

  #written(span: PlannedSpan, facts: TraceFacts): Pick<RenderedSpan, "name" | "kind" | "attributes" | "type"> {
    const recipe = this.#recipe(span);
    const attributes: Attribute[] = [];
    for (const [key, get] of recipe.attributes) {
      const value = get(span, facts);
      if (value !== undefined) attributes.push({ key, value, valueType: valueTypeOf(value) });
    }
    const name = (recipe.name === undefined ? undefined : nameBy(recipe.name, attributes)) ?? plainName(span.operation);
    return { name, kind: recipe.kind, attributes, type: recipe.type };
  }

  #recipe({ operation }: PlannedSpan): SpanRecipe {
    const key = recipeKey(operation);
    let recipe = this.#recipes.get(key);
    if (recipe === undefined) {
      recipe = spanRecipe(this.#spec, operation);
      this.#recipes.set(key, recipe);
    }
    return recipe;
  }
}

/** A link leads back to a span that came before in the tree. */
function linkTo(ids: ReadonlyMap<PlannedSpan, RenderedSpan>, { link }: PlannedSpan): RenderedSpan["link"] {
  const target = link === undefined ? undefined : ids.get(link);
  return target === undefined ? undefined : { traceId: target.traceId, spanId: target.spanId };
}

/** The name that the version's rule gives, or undefined when an attribute it is made of is not there. */
function nameBy(rule: NameRule, attributes: readonly Attribute[]): string | undefined {
  const full = filled(rule.template, attributes);
  return full ?? (rule.orElse === undefined ? undefined : filled([rule.orElse], attributes));
}

function filled(words: readonly string[], attributes: readonly Attribute[]): string | undefined {
  const parts: string[] = [];
  for (const word of words) {
    const part = word.startsWith("{") ? firstText(word.slice(1, -1).split("|"), attributes) : word;
    if (part === undefined) return undefined;
    parts.push(part);
  }
  return parts.join(" ");
}

function firstText(keys: readonly string[], attributes: readonly Attribute[]): string | undefined {
  for (const key of keys) {
    const value = attributes.find((attribute) => attribute.key === key)?.value;
    if (value?.type === "string") return value.value;
  }
  return undefined;
}
