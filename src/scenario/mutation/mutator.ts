import type { ContentEdit, Mutation } from "./broken-scenario.ts";
import { chooser } from "./chooser.ts";
import { canEdit, editContent } from "./content-edit.ts";
import {
  spanKinds,
  spanStatuses,
  type JsonAnyValue,
  type JsonAttribute,
  type JsonResourceSpans,
  type JsonSpan,
  type OtlpJsonTraces,
} from "./otlp-json.ts";
import { anyValueOf, jsonOf, structuredValueOf } from "./plain-value.ts";
import { attributeOf, listOf, matches } from "./select-span.ts";

/** Breaks a stream of requests as a broken scenario says. Remembers which spans it met, so `first` is the first of the stream. */
export class Mutator {
  readonly #steps: readonly { readonly mutation: Mutation; readonly takes: (fitting: number) => boolean }[];
  readonly #met: number[];
  readonly #changed: number[];

  readonly #onChange: (span: JsonSpan, mutation: Mutation) => void;

  /** @param onChange Hears of each span that is about to be changed. */
  constructor(
    mutations: readonly Mutation[] = [],
    onChange: (span: JsonSpan, mutation: Mutation) => void = () => undefined,
  ) {
    this.#onChange = onChange;
    this.#steps = mutations.map((mutation) => ({ mutation, takes: chooser(mutation.which) }));
    this.#met = this.#steps.map(() => 0);
    this.#changed = this.#steps.map(() => 0);
  }

  /** Changes the request in place. Answers whether anything was changed. */
  apply(request: OtlpJsonTraces): boolean {
    const before = this.changed;
    this.#steps.forEach(({ mutation, takes }, step) => {
      for (const entry of request.resourceSpans ?? []) {
        for (const scope of entry.scopeSpans ?? []) {
          scope.spans = (scope.spans ?? []).flatMap((span) => {
            if (!fits(span, entry, mutation) || !takes(this.#met[step]!++)) return [span];
            this.#changed[step]!++;
            this.#onChange(span, mutation);
            return changed(span, entry, mutation);
          });
        }
      }
    });
    return this.changed > before;
  }

  /** How many spans were changed so far, over all mutations. */
  get changed(): number {
    return this.#changed.reduce((sum, count) => sum + count, 0);
  }

  /** Whether every mutation found a span. */
  get complete(): boolean {
    return this.#changed.every((count) => count > 0);
  }
}

function fits(span: JsonSpan, { resource }: JsonResourceSpans, mutation: Mutation): boolean {
  const { remove, rename = {}, repeat = {}, cut = {}, content = [] } = mutation;
  const attributes = span.attributes ?? [];
  const has = (key: string): boolean => attributeOf(attributes, key) !== undefined;
  const gone = listOf(mutation.resource?.remove);
  return (
    matches(span, mutation.spans) &&
    (remove === undefined || listOf(remove).some(has)) &&
    Object.keys(rename).every(has) &&
    Object.keys(repeat).every(has) &&
    Object.entries(cut).every(([key, length]) => textOf(attributes, key).length > length) &&
    content.every((edit) => canEdit(contentOf(attributes, edit.in), edit)) &&
    (gone.length === 0 || gone.some((key) => attributeOf(resource?.attributes ?? [], key) !== undefined))
  );
}

/** The spans that come instead: none, one or two. */
function changed(span: JsonSpan, entry: JsonResourceSpans, mutation: Mutation): JsonSpan[] {
  if (mutation.drop) return [];
  const before = mutation.duplicate ? [structuredClone(span)] : [];
  change(span, entry, mutation);
  return [...before, span];
}

function change(span: JsonSpan, entry: JsonResourceSpans, mutation: Mutation): void {
  const { kind, status, name, ids, resource } = mutation;
  span.attributes = changeAttributes(span.attributes ?? [], mutation);
  if (kind !== undefined) span.kind = spanKinds.indexOf(kind);
  if (status !== undefined) span.status = { ...span.status, code: spanStatuses.indexOf(status) };
  if (name !== undefined) span.name = filled(name, span.attributes);
  if (ids?.trace !== undefined) span.traceId = ids.trace;
  if (ids?.span !== undefined) span.spanId = ids.span;
  if (ids?.parent !== undefined) span.parentSpanId = ids.parent;
  if (resource !== undefined) {
    entry.resource = { ...entry.resource, attributes: changeAttributes(entry.resource?.attributes ?? [], resource) };
  }
}

function filled(name: string, attributes: readonly JsonAttribute[]): string {
  return name.replace(/\{([^}]+)\}/g, (_, key: string) => textOf(attributes, key));
}

function changeAttributes(
  attributes: readonly JsonAttribute[],
  { set = {}, remove, rename = {}, repeat = {}, cut = {}, content = [] }: Omit<Mutation, "spans">,
): JsonAttribute[] {
  const gone = new Set(listOf(remove));
  const changed = attributes
    .filter(({ key }) => !gone.has(key))
    .map(({ key, value }) => ({ key: rename[key] ?? key, value }) as JsonAttribute);
  for (const [key, length] of Object.entries(cut))
    put(changed, key, { stringValue: textOf(changed, key).slice(0, length) });
  for (const edit of content) put(changed, edit.in, editedValue(changed, edit));
  for (const [key, value] of Object.entries(set)) put(changed, key, anyValueOf(value));
  for (const [key, value] of Object.entries(repeat)) changed.push({ key, value: anyValueOf(value) });
  return changed;
}

function put(attributes: JsonAttribute[], key: string, value: JsonAnyValue): void {
  const known = attributeOf(attributes, key);
  if (known === undefined) attributes.push({ key, value });
  else known.value = value;
}

function editedValue(attributes: readonly JsonAttribute[], edit: ContentEdit): JsonAnyValue {
  const edited = editContent(contentOf(attributes, edit.in), edit);
  const isText = attributeOf(attributes, edit.in)?.value?.stringValue !== undefined;
  return isText ? { stringValue: JSON.stringify(edited) } : structuredValueOf(edited);
}

/** The content of an attribute as JSON; undefined where it has none. */
function contentOf(attributes: readonly JsonAttribute[], key: string): unknown {
  const value = attributeOf(attributes, key)?.value;
  if (value?.stringValue === undefined) return value === undefined ? undefined : jsonOf(value);
  try {
    return JSON.parse(value.stringValue);
  } catch {
    return undefined;
  }
}

function textOf(attributes: readonly JsonAttribute[], key: string): string {
  return attributeOf(attributes, key)?.value?.stringValue ?? "";
}
