import type {
  AttributeDefinition,
  AttributeUse,
  BodyField,
  Deprecation,
  EntityDefinition,
  EventDefinition,
  MetricDefinition,
  Provenance,
  Registry,
  SpanDefinition,
} from "../registry.ts";
import type { ConditionClassifier } from "./classify-condition.ts";
import { ImportError, type Place } from "./import-error.ts";
import { isKeptSignal, isOwnAttribute, isOwnFile } from "./namespaces.ts";
import type { RawAttribute, RawBodyField, RawDeprecation, RawGroup, RawModel, RawSignal } from "./raw-model.ts";
import { AttributeLookup, groupNamed, requireDefinition, resolveUses, type ResolvedUse } from "./resolve-uses.ts";
import { schemaId } from "./schema-id.ts";

/** What a version's registry is built from. */
export interface RegistryInput {
  readonly model: RawModel;
  /** What the version sees of the core version behind it; empty for a core version. */
  readonly core: ReadonlyMap<string, RawAttribute>;
  readonly provenance: Provenance;
  readonly conditions: ConditionClassifier;
  /** Base name of the message schema of an attribute, where the version has one. */
  readonly messageSchemaOf: (attribute: RawAttribute) => string | undefined;
}

/**
 * Resolves one version: kept signals with all their attributes, every attribute of our namespaces, every attribute a kept signal
 * uses, and every deprecated attribute of the version's files. Throws ImportError on a condition that is not classified and on
 * any reference without a definition in the files of our namespaces (of the rest of the core only a part is stored).
 */
export function buildRegistry(input: RegistryInput): Registry {
  const { model } = input;
  const lookup = new AttributeLookup(model.attributes, input.core);
  const attributes = new Map<string, RawAttribute>();
  for (const attribute of model.attributes.values()) {
    if (isOwnAttribute(attribute.key) || attribute.deprecated !== undefined) attributes.set(attribute.key, attribute);
  }
  const usesOf = (group: RawGroup): readonly AttributeUse[] => {
    const uses = resolveUses(group, model, lookup);
    for (const { key } of uses) attributes.set(key, requireDefinition(key, group, lookup));
    return uses.map((use) => publishUse(use, group, input.conditions));
  };
  const kept = (signal: RawSignal): readonly RawGroup[] =>
    [...model.groups.values()]
      .filter((group) => group.signal === signal && isKeptSignal(group.name))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const group of model.groups.values()) {
    if (isOwnFile(group.place.file)) resolveUses(group, model, lookup);
  }
  const { conditions } = input;
  const spans = kept("span").map((group) => publishSpan(group, usesOf(group), model));
  const events = kept("event").map((group) => publishEvent(group, usesOf(group), conditions));
  const metrics = kept("metric").map((group) => publishMetric(group, usesOf(group), model));
  const entities = kept("entity").map((group) => publishEntity(group, usesOf));
  return {
    $schema: schemaId("schema/registry.schema.json"),
    id: model.version,
    provenance: input.provenance,
    attributes: Object.fromEntries(
      [...attributes].map(([key, attribute]) => [key, publishAttribute(attribute, input.messageSchemaOf)]),
    ),
    spans,
    events,
    metrics,
    entities,
  };
}

function publishAttribute(
  attribute: RawAttribute,
  messageSchemaOf: RegistryInput["messageSchemaOf"],
): AttributeDefinition {
  const messageSchema = messageSchemaOf(attribute);
  return {
    type: attribute.type,
    ...(attribute.members === undefined
      ? {}
      : {
          members: attribute.members.map(({ id, value, deprecated }) => ({
            id,
            value,
            ...publishDeprecation(deprecated),
          })),
        }),
    stability: attribute.stability,
    ...publishDeprecation(attribute.deprecated),
    ...(messageSchema === undefined ? {} : { messageSchema }),
  };
}

function publishDeprecation(raw: RawDeprecation | undefined): { deprecated?: Deprecation } {
  if (raw === undefined) return {};
  const [replacement, ...others] = raw.replacements;
  const renamedTo = others.length === 0 ? replacement : undefined;
  return { deprecated: { reason: raw.reason, ...(renamedTo === undefined ? {} : { renamedTo }) } };
}

function publishUse(use: ResolvedUse, group: RawGroup, conditions: ConditionClassifier): AttributeUse {
  const wording = use.level.condition;
  const place = { ...group.place, id: `${group.reference} › ${use.key}` };
  return {
    key: use.key,
    level: use.level.level,
    ...(wording === undefined ? {} : { condition: conditions.classify(wording, place) }),
    ...(use.samplingRelevant ? { samplingRelevant: true } : {}),
  };
}

function publishSpan(group: RawGroup, attributes: readonly AttributeUse[], model: RawModel): SpanDefinition {
  const parent = parentSignal(group, model);
  const kind = inherited(group, model, (ancestor) => ancestor.kind);
  return {
    id: group.name,
    ...(kind === undefined ? {} : { kind }),
    stability: stabilityOf(group, model),
    ...(parent === undefined ? {} : { refines: parent.name }),
    ...publishDeprecation(group.deprecated),
    attributes,
  };
}

function publishEvent(
  group: RawGroup,
  attributes: readonly AttributeUse[],
  conditions: ConditionClassifier,
): EventDefinition {
  return {
    name: group.name,
    stability: group.stability ?? BEFORE_STABILITY,
    ...publishDeprecation(group.deprecated),
    attributes,
    ...(group.body === undefined ? {} : { body: publishBody(group.body, group.place, conditions) }),
  };
}

function publishBody(field: RawBodyField, place: Place, conditions: ConditionClassifier): BodyField {
  const { level, fields, ...facts } = field;
  const here = { ...place, id: `${place.id ?? ""} › body ${field.id}` };
  return {
    ...facts,
    level: level.level,
    ...(level.condition === undefined ? {} : { condition: conditions.classify(level.condition, here) }),
    ...(fields === undefined ? {} : { fields: fields.map((child) => publishBody(child, here, conditions)) }),
  };
}

function publishMetric(group: RawGroup, attributes: readonly AttributeUse[], model: RawModel): MetricDefinition {
  const parent = parentSignal(group, model);
  const instrument = inherited(group, model, (ancestor) => ancestor.instrument);
  const unit = inherited(group, model, (ancestor) => ancestor.unit);
  if (instrument === undefined || unit === undefined) {
    throw new ImportError(
      group.place,
      "metric without instrument or unit",
      "Neither it nor what it refines states them.",
    );
  }
  return {
    name: group.name,
    instrument,
    unit,
    stability: stabilityOf(group, model),
    ...(parent === undefined ? {} : { refines: parent.name }),
    ...publishDeprecation(group.deprecated),
    attributes,
  };
}

function publishEntity(group: RawGroup, usesOf: (group: RawGroup) => readonly AttributeUse[]): EntityDefinition {
  return {
    type: group.name,
    stability: group.stability ?? BEFORE_STABILITY,
    identity: usesOf(group),
    description: usesOf({ ...group, uses: group.describes ?? [], includes: [] }),
  };
}

/** Groups had no stability field at first; what they group was experimental. */
const BEFORE_STABILITY = "experimental";

function stabilityOf(group: RawGroup, model: RawModel): string {
  return inherited(group, model, (ancestor) => ancestor.stability) ?? BEFORE_STABILITY;
}

/** What the group extends or refines, where that is a signal of the same sort. */
function parentSignal(group: RawGroup, model: RawModel): RawGroup | undefined {
  if (group.parent === undefined) return undefined;
  const parent = groupNamed(group.parent, group, model);
  return parent.signal === group.signal ? parent : undefined;
}

function inherited<Fact>(
  group: RawGroup,
  model: RawModel,
  read: (group: RawGroup) => Fact | undefined,
): Fact | undefined {
  const own = read(group);
  if (own !== undefined) return own;
  const parent = parentSignal(group, model);
  return parent === undefined ? undefined : inherited(parent, model, read);
}
