import type { History, KeyHistory } from "../registry.ts";
import type { Place } from "./import-error.ts";
import { isKeptSignal, isOwnAttribute } from "./namespaces.ts";
import type { RawAttribute, RawDeprecation, RawModel, RawSignal } from "./raw-model.ts";

/** One version as the history sees it. */
export interface HistoryVersion {
  readonly model: RawModel;
  readonly core: ReadonlyMap<string, RawAttribute>;
  /** URL of the model file that a place names. */
  readonly urlOf: (place: Place) => string;
}

/** specs/overlay/renames-extra.json: replacements that no model states, each with the page that does. */
export interface ExtraRenames {
  readonly attributes: ExtraTable;
  readonly metrics: ExtraTable;
  readonly events: ExtraTable;
  readonly spans: ExtraTable;
  readonly values: { readonly [key: string]: ExtraTable };
}

interface ExtraTable {
  readonly [name: string]: {
    readonly replacedBy: readonly string[];
    readonly clause: string;
    /** First version in which it is replaced, where that is not the first one that deprecates or lacks it. */
    readonly since?: string;
  };
}

/** A name seen in one version. */
interface Sighting {
  readonly deprecated?: RawDeprecation;
  readonly clause: string;
}

interface View {
  readonly version: string;
  readonly names: ReadonlyMap<string, Sighting>;
}

type Table = { readonly [name: string]: KeyHistory };

/**
 * One history over all versions (oldest first). Of attributes outside our namespaces only those are kept that some version
 * deprecates. A replacement is followed to the newest name; the table of extras wins over the models.
 * Throws when an extra speaks of a name that no version has, or when replacements run in a circle.
 */
export function buildHistory(versions: readonly HistoryVersion[], extras: ExtraRenames): History {
  const attributeViews = versions.map(attributeView);
  const attributes = traceNames("attribute", attributeViews, extras.attributes, { keep: isOwnAttribute });
  return {
    versions: versions.map(({ model }) => model.version),
    attributes,
    metrics: traceNames("metric", versions.map(signalView("metric")), extras.metrics),
    events: traceNames("event", versions.map(signalView("event")), extras.events),
    spans: traceNames("span", versions.map(signalView("span")), extras.spans),
    values: traceValues(versions, attributes, extras.values),
  };
}

function attributeView({ model, core, urlOf }: HistoryVersion): View {
  const names = new Map<string, Sighting>();
  for (const attribute of [...core.values(), ...model.attributes.values()]) {
    names.set(attribute.key, sighting(attribute.deprecated, urlOf(attribute.place)));
  }
  return { version: model.version, names };
}

/** Metric refinements are left out: their id is not the name under which the metric is sent. */
function signalView(signal: RawSignal): (version: HistoryVersion) => View {
  return ({ model, urlOf }) => ({
    version: model.version,
    names: new Map(
      [...model.groups.values()]
        .filter((group) => group.signal === signal && isKeptSignal(group.name))
        .filter((group) => signal !== "metric" || !isRefinement(group.parent))
        .map((group) => [group.name, sighting(group.deprecated, urlOf(group.place))]),
    ),
  });
}

function isRefinement(parent: string | undefined): boolean {
  return parent?.startsWith("metric.") ?? false;
}

function traceValues(
  versions: readonly HistoryVersion[],
  attributes: Table,
  extras: ExtraRenames["values"],
): History["values"] {
  const keys = new Set<string>();
  for (const { model } of versions) {
    for (const { key, members } of model.attributes.values()) {
      if (members !== undefined && isOwnAttribute(key)) keys.add(key);
    }
  }
  for (const key of Object.keys(extras)) {
    if (!keys.has(key)) throw new Error(`renames-extra.json: ${key} is an enum in no version. Check its spelling.`);
  }
  const tables = new Map<string, Table>();
  for (const key of keys) {
    const viewsOf = (attribute: string): readonly View[] => versions.map((version) => memberView(attribute, version));
    const alsoKnown = (attributes[key]?.replacedBy ?? []).flatMap((successor) => namesIn(viewsOf(successor)));
    tables.set(key, traceNames(`value of ${key}`, viewsOf(key), extras[key] ?? {}, { alsoKnown }));
  }
  // Whoever renames the key but keeps the old value sends a value that the new key never had: it is as deprecated there.
  for (const [key, table] of tables) {
    for (const successor of attributes[key]?.replacedBy ?? []) {
      const deprecated = Object.entries(table).filter(([, history]) => history.replacedBy !== undefined);
      const known = tables.get(successor);
      if (known !== undefined) tables.set(successor, { ...Object.fromEntries(deprecated), ...known });
    }
  }
  return Object.fromEntries(tables);
}

function memberView(key: string, { model, urlOf }: HistoryVersion): View {
  const names = new Map<string, Sighting>();
  const attribute = model.attributes.get(key);
  if (attribute?.members === undefined) return { version: model.version, names };
  for (const { value, deprecated } of attribute.members) {
    const name = String(value);
    // Two members may share a value; it is deprecated only if both are.
    const other = names.get(name);
    if (other !== undefined && other.deprecated === undefined) continue;
    names.set(name, sighting(deprecated, urlOf(attribute.place)));
  }
  return { version: model.version, names };
}

function sighting(deprecated: RawDeprecation | undefined, clause: string): Sighting {
  return { clause, ...(deprecated === undefined ? {} : { deprecated }) };
}

function namesIn(views: readonly View[]): readonly string[] {
  return views.flatMap((view) => [...view.names.keys()]);
}

interface TraceOptions {
  /** Names to keep even if no version deprecates them; all by default. */
  readonly keep?: (name: string) => boolean;
  /** Names that a replacement may have although no view has them. */
  readonly alsoKnown?: readonly string[];
}

function traceNames(what: string, views: readonly View[], extras: ExtraTable, options: TraceOptions = {}): Table {
  const { keep = () => true, alsoKnown = [] } = options;
  const names = new Set(namesIn(views));
  for (const [name, { replacedBy }] of Object.entries(extras)) {
    const unknown = [name, ...replacedBy].find((mentioned) => !names.has(mentioned) && !alsoKnown.includes(mentioned));
    if (unknown !== undefined)
      throw new Error(`renames-extra.json: ${what} "${unknown}" is in no version. Check its spelling.`);
  }
  const histories = new Map<string, KeyHistory>();
  for (const name of names) {
    const history = traceName(name, views, extras);
    if (keep(name) || history.deprecatedIn !== undefined) histories.set(name, history);
  }
  return Object.fromEntries(
    [...histories].map(([name, { clause, ...history }]) => {
      if (history.replacedBy === undefined) return [name, { ...history, ...(clause === undefined ? {} : { clause }) }];
      const newest = [...new Set(history.replacedBy.flatMap((next) => follow(next, histories, [name])))];
      return [name, { ...history, replacedBy: newest, ...(clause === undefined ? {} : { clause }) }];
    }),
  );
}

function traceName(name: string, views: readonly View[], extras: ExtraTable): KeyHistory {
  const seen = views.filter((view) => view.names.has(name));
  const [first, last] = [seen[0], seen.at(-1)];
  if (first === undefined || last === undefined) throw new Error(`${name} is in no version`);
  const deprecating = seen.filter((view) => view.names.get(name)?.deprecated !== undefined);
  const newest = deprecating.at(-1)?.names.get(name);
  const extra = extras[name];
  const replacedBy = extra?.replacedBy ?? newest?.deprecated?.replacements ?? [];
  const dropped = views.slice(views.indexOf(first)).find((view) => !view.names.has(name));
  const ends = [deprecating[0], replacedBy.length > 0 ? dropped : undefined].filter((view) => view !== undefined);
  const deprecatedIn = extra?.since ?? views.find((view) => ends.includes(view))?.version;
  const clause = extra?.clause ?? newest?.clause;
  return {
    first: first.version,
    last: last.version,
    ...(deprecatedIn === undefined ? {} : { deprecatedIn }),
    ...(replacedBy.length === 0 ? {} : { replacedBy }),
    ...(clause === undefined ? {} : { clause }),
  };
}

/** The newest names that stand for `name`: itself when nothing replaces it. */
function follow(name: string, histories: ReadonlyMap<string, KeyHistory>, path: readonly string[]): readonly string[] {
  if (path.includes(name)) throw new Error(`replacements run in a circle: ${[...path, name].join(" → ")}`);
  const next = histories.get(name)?.replacedBy ?? [];
  return next.length === 0 ? [name] : next.flatMap((newer) => follow(newer, histories, [...path, name]));
}
