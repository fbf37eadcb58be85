/**
 * The facts of one version of the conventions as specs/<version>/registry.json holds them: resolved (no references, no
 * inheritance left), without any upstream sentence. Lists are sorted by key, so that the bytes are the same at every import.
 */
export interface Registry {
  readonly $schema: string;
  readonly id: string;
  readonly provenance: Provenance;
  readonly attributes: { readonly [key: string]: AttributeDefinition };
  readonly spans: readonly SpanDefinition[];
  readonly events: readonly EventDefinition[];
  readonly metrics: readonly MetricDefinition[];
  readonly entities: readonly EntityDefinition[];
}

export interface Provenance {
  readonly repository: string;
  readonly commit: string;
  readonly committedAt: string;
  readonly licence: "Apache-2.0";
  /** True for a version that is not upstream's own bytes. */
  readonly preview: boolean;
  /** What a reader has to know about where the facts come from, in our words; absent when nothing is special. */
  readonly note?: string;
  /** The core version that references outside the genai repository were resolved against; absent for core versions. */
  readonly coreAttributesFrom?: string;
}

export type PrimitiveType =
  | "string"
  | "int"
  | "double"
  | "boolean"
  | "string[]"
  | "int[]"
  | "double[]"
  | "boolean[]"
  | "any";
export type AttributeTypeName = PrimitiveType | "enum" | `template[${string}]`;

export interface Deprecation {
  /** `renamed`, `obsoleted`, `uncategorized`, or `unspecified` for the plain strings used up to 1.33. */
  readonly reason: "renamed" | "obsoleted" | "uncategorized" | "unspecified";
  /** The replacement, where the model names one (also when only its prose does: a key in backticks after "Replaced by"). */
  readonly renamedTo?: string;
}

export interface EnumMember {
  readonly id: string;
  readonly value: string | number;
  readonly deprecated?: Deprecation;
}

export interface AttributeDefinition {
  readonly type: AttributeTypeName;
  /** Of an enum: its members, in the model's order, and the type of their values. All enums of the conventions are open. */
  readonly members?: readonly EnumMember[];
  readonly stability: string;
  readonly deprecated?: Deprecation;
  /** Base name of the message schema that judges its content, such as `input-messages` (specs/<version>/messages/). */
  readonly messageSchema?: string;
}

export type RequirementLevel = "required" | "conditionally_required" | "recommended" | "opt_in";

export interface AttributeUse {
  readonly key: string;
  readonly level: RequirementLevel;
  /** Id of the condition in specs/overlay/conditions.json; absent when the model states none. */
  readonly condition?: string;
  readonly samplingRelevant?: true;
}

export type SpanKindName = "client" | "server" | "internal" | "producer" | "consumer";

export interface SpanDefinition {
  /** Upstream id without the `span.` prefix. */
  readonly id: string;
  /** Absent where the model states none (before 1.29). */
  readonly kind?: SpanKindName;
  readonly stability: string;
  /** The span it refines (v2) or extends (v1), where that is a span. */
  readonly refines?: string;
  readonly deprecated?: Deprecation;
  readonly attributes: readonly AttributeUse[];
}

export interface BodyField {
  readonly id: string;
  readonly type: string;
  readonly level: RequirementLevel;
  readonly condition?: string;
  readonly members?: readonly string[];
  readonly fields?: readonly BodyField[];
}

export interface EventDefinition {
  readonly name: string;
  readonly stability: string;
  readonly deprecated?: Deprecation;
  readonly attributes: readonly AttributeUse[];
  /** 1.30 … 1.36 only, and the deprecated events after. */
  readonly body?: BodyField;
}

export interface MetricDefinition {
  /** The metric's name, or the refinement's id when `refines` is set. */
  readonly name: string;
  readonly instrument: "counter" | "updowncounter" | "gauge" | "histogram";
  readonly unit: string;
  readonly stability: string;
  readonly refines?: string;
  readonly deprecated?: Deprecation;
  readonly attributes: readonly AttributeUse[];
}

export interface EntityDefinition {
  readonly type: string;
  readonly stability: string;
  readonly identity: readonly AttributeUse[];
  readonly description: readonly AttributeUse[];
}

/** specs/conditions.json: what each condition of a requirement level means, keyed by id. */
export interface Conditions {
  readonly [id: string]: ConditionDefinition;
}

interface ConditionDefinition {
  /** In our words. */
  readonly meaning: string;
  /** SHA-256, 12 hex digits, of each upstream wording (white space folded, lower case, closing stop dropped) that means this. */
  readonly wordings: readonly string[];
}

/** specs/renames.json: one graph over all versions. */
export interface History {
  /** All versions, oldest first. */
  readonly versions: readonly string[];
  readonly attributes: { readonly [key: string]: KeyHistory };
  readonly metrics: { readonly [name: string]: KeyHistory };
  readonly events: { readonly [name: string]: KeyHistory };
  /** Ids of span groups, upstream's names for its own tables: no telemetry carries them. */
  readonly spans: { readonly [id: string]: KeyHistory };
  /** Enum values: attribute key → value → history. */
  readonly values: { readonly [key: string]: { readonly [value: string]: KeyHistory } };
}

export interface KeyHistory {
  /** First and last stored version that defines it (deprecated or not). */
  readonly first: string;
  readonly last: string;
  /** First version that deprecates it; also set when a version dropped it and a replacement exists. */
  readonly deprecatedIn?: string;
  /** What stands for it, by the newest model that says so; several when it was split. */
  readonly replacedBy?: readonly string[];
  /** The clause or model file that says so. */
  readonly clause?: string;
}
