import type {
  AttributeDefinition,
  AttributeUse,
  Deprecation,
  History,
  Registry,
  SpanKindName,
} from "../../../src/semconv/registry.ts";

const LEVELS = { required: "R", conditionally_required: "CR", recommended: "Rec", opt_in: "Opt" } as const;

/** What changed from one registry to the next, as a set of one-line facts. */
export function diffRegistries(from: Registry, to: Registry, history: History): ReadonlySet<string> {
  const facts = new Set<string>();
  const add = (fact: string): void => void facts.add(fact);
  diffAttributes(from, to, add);
  const renamed = spanRenames(from, to, history);
  for (const [old, next] of renamed) add(`span ${old}: renamed ${next}`);
  for (const what of ["span", "span refinement", "event", "metric"] as const) {
    const [before, after] = [signalsOf(from, what), signalsOf(to, what)];
    const oldNames = new Map([...renamed].map(([old, next]) => [next, old]));
    for (const [name, signal] of after) {
      const old = before.get(name) ?? before.get(what === "span" ? (oldNames.get(name) ?? "") : "");
      if (old === undefined) add(`${what} ${name}: added`);
      else diffSignal(old, signal, (fact) => add(`${what} ${name}: ${fact}`));
    }
    for (const name of before.keys()) {
      if (!after.has(name) && !(what === "span" && renamed.has(name))) add(`${what} ${name}: removed`);
    }
  }
  return facts;
}

interface Signal {
  readonly attributes: readonly AttributeUse[];
  readonly kind?: SpanKindName;
  readonly deprecated?: Deprecation;
  readonly body?: unknown;
}

/** Spans that refine another count as refinements in the genai repository only: the core repository had no such notion. */
function signalsOf(
  registry: Registry,
  what: "span" | "span refinement" | "event" | "metric",
): ReadonlyMap<string, Signal> {
  const isGenai = registry.provenance.coreAttributesFrom !== undefined;
  if (what === "event") return new Map(registry.events.map((event) => [event.name, event]));
  if (what === "metric") {
    return new Map(
      registry.metrics.filter((metric) => metric.refines === undefined).map((metric) => [metric.name, metric]),
    );
  }
  const wanted = what === "span refinement";
  return new Map(
    registry.spans.filter((span) => (isGenai && span.refines !== undefined) === wanted).map((span) => [span.id, span]),
  );
}

/** Span ids that are gone in `to` and whose newest name is that of an id that is new there. */
function spanRenames(from: Registry, to: Registry, history: History): ReadonlyMap<string, string> {
  const [before, after] = [signalsOf(from, "span"), signalsOf(to, "span")];
  const newest = (id: string): string => history.spans[id]?.replacedBy?.[0] ?? id;
  const renames = new Map<string, string>();
  for (const old of before.keys()) {
    if (after.has(old)) continue;
    const next = [...after.keys()].find((id) => !before.has(id) && newest(id) === newest(old));
    if (next !== undefined) renames.set(old, next);
  }
  return renames;
}

function diffAttributes(from: Registry, to: Registry, add: (fact: string) => void): void {
  const own = (registry: Registry): [string, AttributeDefinition][] =>
    Object.entries(registry.attributes).filter(([key]) => /^(?:gen_ai|mcp|openai)\./.test(key));
  for (const [key, next] of own(to)) {
    const old = from.attributes[key];
    if (old === undefined) add(`attribute ${key}: added as ${typeText(next)}`);
    else diffAttribute(key, old, next, add);
  }
  for (const [key, old] of own(from)) {
    if (to.attributes[key] === undefined)
      add(`attribute ${key}: removed${old.deprecated === undefined ? "" : " (deprecated)"}`);
  }
}

function diffAttribute(
  key: string,
  old: AttributeDefinition,
  next: AttributeDefinition,
  add: (fact: string) => void,
): void {
  if (old.type !== next.type) add(`attribute ${key}: type ${old.type} → ${next.type}`);
  if (old.deprecated === undefined && next.deprecated !== undefined) {
    const { reason, renamedTo } = next.deprecated;
    add(`attribute ${key}: deprecated${reason === "renamed" ? ` for ${renamedTo}` : ""}`);
  }
  const [before, after] = [memberTexts(old), memberTexts(next)];
  for (const value of after) if (!before.has(value)) add(`attribute ${key}: enum + ${value}`);
  for (const value of before) if (!after.has(value)) add(`attribute ${key}: enum − ${value}`);
}

function memberTexts({ members = [] }: AttributeDefinition): ReadonlySet<string> {
  return new Set(members.map(({ value, deprecated }) => `${value}${deprecated === undefined ? "" : " (deprecated)"}`));
}

function typeText(attribute: AttributeDefinition): string {
  return attribute.type === "enum" ? `enum: ${[...memberTexts(attribute)].join(" / ")}` : attribute.type;
}

function diffSignal(old: Signal, next: Signal, add: (fact: string) => void): void {
  if (old.kind !== next.kind) add(`kind ${old.kind ?? "unset"} → ${next.kind ?? "unset"}`);
  if (old.deprecated === undefined && next.deprecated !== undefined) add(`deprecated ${next.deprecated.reason}`);
  if (JSON.stringify(old.body) !== JSON.stringify(next.body))
    add(old.body === undefined ? "body added" : "body changed");
  const before = new Map(old.attributes.map((use) => [use.key, use]));
  const after = new Map(next.attributes.map((use) => [use.key, use]));
  for (const [key, use] of after) {
    const earlier = before.get(key);
    if (earlier === undefined) {
      add(`+ ${key} ${levelText(use)}`);
      continue;
    }
    if (levelText(earlier) !== levelText(use)) add(`${key}: ${levelText(earlier)} → ${levelText(use)}`);
    const sampling = [earlier, use].map(({ samplingRelevant }) => samplingRelevant ?? false);
    if (sampling[0] !== sampling[1]) add(`${key} sampling ${sampling[0]} → ${sampling[1]}`);
  }
  for (const key of before.keys()) if (!after.has(key)) add(`− ${key}`);
}

function levelText({ level, condition }: AttributeUse): string {
  return `${LEVELS[level]}${condition === undefined ? "" : ` (${condition})`}`;
}
