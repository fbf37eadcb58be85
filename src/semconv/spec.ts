import { loadHistory, loadRegistry, listVersions } from "./load.ts";
import {
  loadCommunityNames,
  loadSpanTypes,
  type NameRule,
  type SpanTypeOverlay,
  type SpanTypesOverlay,
} from "./overlay.ts";
import type { AttributeDefinition, AttributeUse, History, KeyHistory, Registry, SpanDefinition } from "./registry.ts";
import { VersionOrder } from "./version-order.ts";

/** A span type of one version: upstream's table together with what its prose says. */
export interface SpanType {
  /** Our name of the type, the same over all versions, such as `inference`. */
  readonly type: string;
  /** The provider's value when this is a provider's own table. */
  readonly provider: string | undefined;
  readonly span: SpanDefinition;
  readonly uses: ReadonlyMap<string, AttributeUse>;
  readonly overlay: SpanTypeOverlay;
  /** Kinds that may stand, and those that may stand only under a condition that a span cannot prove (kind → condition). */
  readonly kinds: ReadonlySet<string>;
  readonly conditionalKinds: ReadonlyMap<string, string>;
  readonly name: NameRule | undefined;
  /** URL of the page that defines it. */
  readonly clause: string;
}

/** One pinned version, with everything a rule asks about it. Immutable after construction. */
export class Spec {
  readonly id: string;
  readonly registry: Registry;
  readonly preview: boolean;
  readonly history: History;
  readonly order: VersionOrder;
  readonly overlay: SpanTypesOverlay;
  /** `gen_ai.system` or `gen_ai.provider.name`, as this version has it. */
  readonly providerKey: string;
  /** Base types by our name. */
  readonly types: ReadonlyMap<string, SpanType>;
  readonly metricNames: ReadonlySet<string>;
  readonly #providerTypes: ReadonlyMap<string, SpanType>;
  readonly #templates: readonly { readonly prefix: string; readonly definition: AttributeDefinition }[];
  readonly #community: readonly string[];
  readonly #attributes: ReadonlyMap<string, AttributeDefinition>;

  constructor(id: string) {
    this.id = id;
    this.registry = loadRegistry(id);
    this.preview = this.registry.provenance.preview;
    this.#attributes = new Map(Object.entries(this.registry.attributes));
    this.history = loadHistory();
    this.order = new VersionOrder(listVersions().map((version) => version.id));
    this.overlay = loadSpanTypes();
    this.#community = loadCommunityNames();
    const providerKey = this.overlay.providerKey.find((entry) => this.order.holds(entry, id));
    this.providerKey = providerKey?.key ?? "gen_ai.provider.name";
    this.metricNames = new Set(this.registry.metrics.map((metric) => metric.name));
    this.#templates = Object.entries(this.registry.attributes).flatMap(([key, definition]) =>
      definition.type.startsWith("template[") ? [{ prefix: `${key}.`, definition }] : [],
    );

    const spans = new Map(this.registry.spans.map((span) => [span.id, span]));
    const types = new Map<string, SpanType>();
    for (const overlay of this.overlay.types) {
      const span = firstOf(spans, overlay.spans);
      if (span !== undefined)
        types.set(overlay.type, this.#spanType(overlay, span, undefined, overlay.doc, overlay.names));
    }
    this.types = types;
    const providerTypes = new Map<string, SpanType>();
    for (const provider of this.overlay.providers) {
      const span = firstOf(spans, provider.spans);
      const base = types.get(provider.refines);
      if (span === undefined || base === undefined) continue;
      for (const value of provider.values) {
        const names = provider.names ?? base.overlay.names;
        providerTypes.set(
          `${provider.refines} ${value}`,
          this.#spanType(base.overlay, span, value, provider.doc, names),
        );
      }
    }
    this.#providerTypes = providerTypes;
  }

  /** The definition of a key, templates included (`gen_ai.prompt.variable.<name>`). */
  attribute(key: string): AttributeDefinition | undefined {
    const definition = this.#attributes.get(key);
    return definition ?? this.#templates.find((template) => key.startsWith(template.prefix))?.definition;
  }

  /** A provider's own table of a type, when this version has one. */
  providerType(type: string, provider: string): SpanType | undefined {
    return this.#providerTypes.get(`${type} ${provider}`);
  }

  attributeHistory(key: string): KeyHistory | undefined {
    return Object.hasOwn(this.history.attributes, key) ? this.history.attributes[key] : undefined;
  }

  valueHistory(key: string, value: string): KeyHistory | undefined {
    const values = Object.hasOwn(this.history.values, key) ? this.history.values[key] : undefined;
    return values !== undefined && Object.hasOwn(values, value) ? values[value] : undefined;
  }

  isCommunityName(key: string): boolean {
    return this.#community.some((name) => (name.endsWith(".") ? key.startsWith(name) : key === name));
  }

  /** URL of a page under docs/gen-ai/ in this version's own repository. */
  docUrl(doc: string): string {
    // 1.26.0 had the page under its older name.
    const page = doc === "gen-ai-spans.md" && this.id === "1.26.0" ? "llm-spans.md" : doc;
    return `${this.#repositoryUrl()}/docs/gen-ai/${page}`;
  }

  /** URL of the model file that defines a gen_ai or mcp attribute. */
  attributeUrl(key: string): string {
    const room = key.startsWith("mcp.") ? "mcp" : key.startsWith("openai.") ? "openai" : "gen-ai";
    const old = this.id === "1.26.0" || this.id === "1.27.0";
    return `${this.#repositoryUrl()}/model/${old ? `registry/${room}.yaml` : `${room}/registry.yaml`}`;
  }

  #repositoryUrl(): string {
    const { repository, commit } = this.registry.provenance;
    const base = repository.startsWith("https://") ? repository : `https://github.com/${repository}`;
    const reference = /^\d/.test(this.id) ? `v${this.id}` : commit;
    return `${base}/blob/${reference}`;
  }

  #spanType(
    overlay: SpanTypeOverlay,
    span: SpanDefinition,
    provider: string | undefined,
    doc: string,
    names: readonly NameRule[],
  ): SpanType {
    const kinds = overlay.kinds.filter((kind) => this.order.holds(kind, this.id));
    return {
      type: overlay.type,
      provider,
      span,
      uses: new Map(span.attributes.map((use) => [use.key, use])),
      overlay,
      kinds: new Set(kinds.filter((kind) => kind.when === undefined).map((kind) => kind.kind)),
      conditionalKinds: new Map(kinds.flatMap((kind) => (kind.when === undefined ? [] : [[kind.kind, kind.when]]))),
      name: names.find((name) => this.order.holds(name, this.id)),
      clause: this.docUrl(doc),
    };
  }
}

function firstOf(spans: ReadonlyMap<string, SpanDefinition>, ids: readonly string[]): SpanDefinition | undefined {
  for (const id of ids) {
    const span = spans.get(id);
    if (span !== undefined) return span;
  }
  return undefined;
}
