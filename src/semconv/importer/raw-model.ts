import type {
  AttributeTypeName,
  BodyField,
  Deprecation,
  MetricDefinition,
  RequirementLevel,
  SpanKindName,
} from "../registry.ts";
import type { Place } from "./import-error.ts";

/** What one version's model files say, in one form for both upstream formats, references and inheritance still unresolved. */
export interface RawModel {
  readonly version: string;
  readonly attributes: ReadonlyMap<string, RawAttribute>;
  /** Keyed by the name that references use, such as `span.gen_ai.inference.client`. */
  readonly groups: ReadonlyMap<string, RawGroup>;
}

export interface RawDeprecation {
  readonly reason: Deprecation["reason"];
  /** What stands for it, by `renamed_to` or by prose; several when it was split. */
  readonly replacements: readonly string[];
}

export interface RawMember {
  readonly id: string;
  readonly value: string | number;
  readonly deprecated?: RawDeprecation;
}

export interface RawAttribute {
  readonly key: string;
  readonly place: Place;
  readonly type: AttributeTypeName;
  readonly members?: readonly RawMember[];
  readonly stability: string;
  readonly deprecated?: RawDeprecation;
  /** Path of the JSON Schema that the definition names, inside the version's folder. */
  readonly schemaFile?: string;
}

/** A requirement level; `condition` is upstream's wording and never leaves the importer. */
export interface RawLevel {
  readonly level: RequirementLevel;
  readonly condition?: string;
}

/** A use of an attribute. What it leaves out, the inherited use decides, field by field. */
export interface RawUse {
  readonly key: string;
  readonly level?: RawLevel;
  readonly samplingRelevant?: boolean;
}

export type RawBodyField = Omit<BodyField, "level" | "condition" | "fields"> & {
  readonly level: RawLevel;
  readonly fields?: readonly RawBodyField[];
};

export type RawSignal = "group" | "span" | "event" | "metric" | "entity";

export interface RawGroup {
  readonly reference: string;
  readonly place: Place;
  readonly signal: RawSignal;
  /** The name under which the registry publishes it: span id, event name, metric name, entity type. */
  readonly name: string;
  readonly uses: readonly RawUse[];
  /** Groups included by `ref_group`; they win over the parent and lose against `uses`. */
  readonly includes: readonly string[];
  /** What it extends (v1) or refines (v2). */
  readonly parent?: string;
  readonly stability?: string;
  readonly deprecated?: RawDeprecation;
  readonly kind?: SpanKindName;
  readonly instrument?: MetricDefinition["instrument"];
  readonly unit?: string;
  readonly body?: RawBodyField;
  /** Entities only: uses that describe rather than identify. */
  readonly describes?: readonly RawUse[];
}
