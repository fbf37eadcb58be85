import type { Spec } from "../semconv/spec.ts";
import type { Deprecation, KeyHistory } from "../semconv/registry.ts";
import { isModelKey } from "./namespaces.ts";
import type { ShapeRule } from "./rule.ts";

export const deprecatedAttribute: ShapeRule = {
  scope: "shape",
  meta: {
    id: "deprecated-attribute",
    title: "No attribute is deprecated",
    levels: ["violation", "information"],
    why: "A deprecated key is read by fewer tools with each release; queries written for its replacement miss this span.",
    fix: "Send the replacement; during a migration send both.",
    clause: (spec) => spec.attributeUrl("gen_ai."),
    weaver: { id: "deprecated", level: "violation" },
  },
  check(shape, context) {
    const { spec } = context;
    for (const key of shape.keys) {
      const definition = spec.attribute(key);
      const since = definition === undefined ? deprecatedElsewhere(spec, key) : definition.deprecated;
      if (since === undefined) {
        if (definition !== undefined) context.pass();
        continue;
      }
      const replacements = replacementsOf(spec, key, definition?.deprecated);
      const known = replacements.filter((name) => spec.attribute(name) !== undefined);
      const later = replacements.filter((name) => !known.includes(name));
      const report = {
        attribute: key,
        expected: known.length > 0 ? known.join(" and ") : `no ${key} (deprecated)`,
        actual: `${key}, ${deprecatedWhen(spec, key)}`,
        fix:
          replacements.length === 0
            ? `Stop sending ${key}; no version names a replacement.`
            : known.length > 0
              ? `Send ${known.join(" and ")} instead of ${key}.`
              : `Stop sending ${key}; ${later.join(" and ")} stands for it in versions later than ${spec.id}.`,
        clause: spec.attributeHistory(key)?.clause ?? spec.attributeUrl(key),
        context: { replacedBy: replacements },
      };
      // Other namespaces are not this kit's matter: true, but only told.
      if (isModelKey(key)) context.fail({ ...report, level: "violation" });
      else context.cannotTell({ ...report, level: "information" });
    }
  },
};

/** The history of a key that the pin lacks and a released version deprecates or replaced. */
export function deprecatedElsewhere(spec: Spec, key: string): KeyHistory | undefined {
  const history = spec.attributeHistory(key);
  if (history?.deprecatedIn === undefined) return undefined;
  // A preview is nobody's release: it deprecates nothing for those who did not pin it.
  return spec.preview || !history.deprecatedIn.endsWith("-preview") ? history : undefined;
}

function replacementsOf(spec: Spec, key: string, deprecated: Deprecation | undefined): readonly string[] {
  const history = spec.attributeHistory(key)?.replacedBy;
  if (deprecated?.renamedTo !== undefined && spec.attribute(deprecated.renamedTo)?.deprecated === undefined) {
    return [deprecated.renamedTo];
  }
  return history ?? (deprecated?.renamedTo === undefined ? [] : [deprecated.renamedTo]);
}

function deprecatedWhen(spec: Spec, key: string): string {
  const when = spec.attributeHistory(key)?.deprecatedIn;
  return when === undefined ? "deprecated" : `deprecated since ${when}`;
}
