import { spellingKey } from "../semconv/spelling.ts";
import type { Spec } from "../semconv/spec.ts";
import type { EnumMember } from "../semconv/registry.ts";
import { isModelKey } from "./namespaces.ts";
import type { ShapeSubject, SpanSubject } from "./rule.ts";

/** How a value stands to the members of its enum. All enums of the conventions are open: only a misspelt member is wrong. */
export type EnumVerdict =
  | { readonly kind: "member" }
  | { readonly kind: "deprecated"; readonly member: EnumMember }
  | { readonly kind: "misspelt"; readonly member: string }
  | OfOtherVersion
  | { readonly kind: "custom" };

export interface OfOtherVersion {
  readonly kind: "of-other-version";
  readonly first: string;
  readonly last: string;
  readonly deprecatedIn: string | undefined;
  readonly replacedBy: readonly string[];
}

/** The enum attributes of a shape that these conventions own. */
export function enumKeys(shape: ShapeSubject, spec: Spec): string[] {
  return shape.keys.filter(
    (key) => isModelKey(key) && spec.attribute(key)?.type === "enum" && shape.typeOf(key) === "string",
  );
}

export function stringValue(span: SpanSubject, key: string): string | undefined {
  const value = span.attribute(key);
  return value?.type === "string" ? value.value : undefined;
}

export function judgeEnumValue(spec: Spec, key: string, value: string): EnumVerdict {
  const members = spec.attribute(key)?.members ?? [];
  // 1.35.0 and 1.36.0 list azure.ai.openai twice, once deprecated by a slip: a live entry wins.
  const same = members.filter((candidate) => candidate.value === value);
  const member = same.find((candidate) => candidate.deprecated === undefined) ?? same[0];
  if (member !== undefined)
    return member.deprecated === undefined ? { kind: "member" } : { kind: "deprecated", member };
  // Another version's own spelling (xai, x_ai) is not a misspelling of this one's.
  const history = spec.valueHistory(key, value);
  if (history !== undefined) {
    const { first, last, deprecatedIn, replacedBy = [] } = history;
    return { kind: "of-other-version", first, last, deprecatedIn, replacedBy };
  }
  const spelled = spellingKey(value);
  const near = members.find(
    (candidate) => typeof candidate.value === "string" && spellingKey(candidate.value) === spelled,
  );
  return near === undefined ? { kind: "custom" } : { kind: "misspelt", member: String(near.value) };
}
