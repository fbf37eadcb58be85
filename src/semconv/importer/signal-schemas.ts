import type { JsonSchema } from "../load.ts";
import type {
  AttributeUse,
  BodyField,
  EventDefinition,
  History,
  MetricDefinition,
  Registry,
  SpanDefinition,
} from "../registry.ts";
import { schemaId } from "./schema-id.ts";
import { attributeValueSchema, openEnumSchema, templateOf } from "./value-schema.ts";

const DRAFT = "https://json-schema.org/draft/2020-12/schema";
const KINDS = ["CLIENT", "CONSUMER", "INTERNAL", "PRODUCER", "SERVER", "UNSPECIFIED"];
const STATUS_CODES = ["ERROR", "OK", "UNSET"];

/** One schema file per span, event and metric of a version: path below specs/ → schema. */
export function signalSchemas(registry: Registry, history: History): ReadonlyMap<string, JsonSchema> {
  const schemas = new Map<string, JsonSchema>();
  const add = (folder: string, name: string, body: JsonSchema): void => {
    const path = `${registry.id}/${folder}/${name}.schema.json`;
    schemas.set(path, { $schema: DRAFT, $id: schemaId(path), ...body });
  };
  const attributesOf = (uses: readonly AttributeUse[]): JsonSchema => attributesSchema(uses, registry, history);
  for (const span of registry.spans) add("spans", span.id, spanSchema(span, attributesOf));
  for (const event of registry.events) add("events", event.name, eventSchema(event, attributesOf));
  for (const metric of registry.metrics) add("metrics", metric.name, metricSchema(metric, attributesOf));
  return schemas;
}

type AttributesOf = (uses: readonly AttributeUse[]) => JsonSchema;

/** `{name, kind, status: {code}, attributes}`. Which kinds and names a span may have is upstream's prose: not judged here. */
function spanSchema(span: SpanDefinition, attributesOf: AttributesOf): JsonSchema {
  return {
    type: "object",
    required: ["attributes", "kind", "name", "status"],
    properties: {
      name: { type: "string" },
      kind: { enum: KINDS },
      status: { type: "object", required: ["code"], properties: { code: { enum: STATUS_CODES } } },
      attributes: attributesOf(span.attributes),
    },
  };
}

/** `{name, attributes, body}`; the body may be absent. */
function eventSchema(event: EventDefinition, attributesOf: AttributesOf): JsonSchema {
  return {
    type: "object",
    required: ["attributes", "name"],
    properties: {
      name: { const: event.name },
      attributes: attributesOf(event.attributes),
      ...(event.body === undefined ? {} : { body: bodySchema(event.body) }),
    },
  };
}

/** `{name, instrument, unit, attributes}`, the attributes being those of one data point. */
function metricSchema(metric: MetricDefinition, attributesOf: AttributesOf): JsonSchema {
  return {
    type: "object",
    required: ["attributes", "instrument", "name", "unit"],
    properties: {
      name: { const: metric.refines ?? metric.name },
      instrument: { const: metric.instrument },
      unit: { const: metric.unit },
      attributes: attributesOf(metric.attributes),
    },
  };
}

function attributesSchema(uses: readonly AttributeUse[], registry: Registry, history: History): JsonSchema {
  const properties: { [key: string]: JsonSchema } = {};
  const patternProperties: { [pattern: string]: JsonSchema } = {};
  for (const { key } of uses) {
    const attribute = registry.attributes[key];
    if (attribute === undefined) throw new Error(`${registry.id}: ${key} is used but not in the registry`);
    const schema = attributeValueSchema(key, attribute, history.values[key] ?? {});
    if (templateOf(attribute.type) === undefined) properties[key] = schema;
    else patternProperties[`^${key}.`.replaceAll(".", String.raw`\.`)] = schema;
  }
  const required = uses.filter((use) => use.level === "required").map((use) => use.key);
  return {
    type: "object",
    ...(required.length === 0 ? {} : { required }),
    properties,
    ...(Object.keys(patternProperties).length === 0 ? {} : { patternProperties }),
  };
}

/** Event bodies (1.30 … 1.41): `map`, `map[]`, `enum`, `string`, `int`, `undefined` (anything). */
function bodySchema(field: BodyField): JsonSchema {
  switch (field.type) {
    case "map":
      return mapSchema(field);
    case "map[]":
      return { type: "array", items: mapSchema(field) };
    case "enum":
      return openEnumSchema(field.members ?? []);
    case "string":
      return { type: "string" };
    case "int":
      return { type: "integer" };
    case "undefined":
      return {};
    default:
      throw new Error(`body field ${field.id} has the unknown type "${field.type}": extend the importer`);
  }
}

function mapSchema({ fields = [] }: BodyField): JsonSchema {
  const required = fields.filter((field) => field.level === "required").map((field) => field.id);
  return {
    type: "object",
    ...(required.length === 0 ? {} : { required: required.sort() }),
    properties: Object.fromEntries(fields.map((field) => [field.id, bodySchema(field)])),
  };
}
