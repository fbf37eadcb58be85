import { closest } from "../semconv/closest.ts";
import type { Spec } from "../semconv/spec.ts";
import { deprecatedElsewhere } from "./deprecated-attribute.ts";
import { isOwnKey } from "./namespaces.ts";
import type { ShapeRule } from "./rule.ts";

/** Looking for the closest key is slow; a span with more unknown keys than this is not misspelt but made up. */
const MOST_SUGGESTIONS = 50;

export const unknownAttribute: ShapeRule = {
  scope: "shape",
  meta: {
    id: "unknown-attribute",
    title: "Every gen_ai and mcp attribute is one that the version defines",
    levels: ["improvement"],
    why: "The namespace belongs to the conventions: a key of one's own may be given another meaning by the next version, and a misspelt one is read by nobody.",
    fix: "Use the defined key, or a namespace of your own.",
    clause: () =>
      "https://opentelemetry.io/docs/specs/semconv/general/naming/#recommendations-for-application-developers",
    weaver: { id: "missing_attribute", level: "violation" },
  },
  check(shape, context) {
    const { spec } = context;
    const reported = new Set<string>();
    for (const sent of shape.keys) {
      if (!isOwnKey(sent)) continue;
      if (spec.attribute(sent) !== undefined || spec.isCommunityName(sent)) {
        context.pass();
        continue;
      }
      // Reported by the rules that know more about them: one finding, not two.
      if (deprecatedElsewhere(spec, sent) !== undefined || spec.metricNames.has(sent)) continue;
      const key = withoutIndices(sent);
      if (reported.has(key)) continue;
      reported.add(key);
      const elsewhere = knownElsewhere(spec, key);
      const near =
        elsewhere === undefined && reported.size <= MOST_SUGGESTIONS ? closest(key, definedKeys(spec)) : undefined;
      context.fail({
        level: "improvement",
        attribute: key,
        expected: `a key of ${spec.id}${near === undefined ? "" : ` (the closest is ${near})`}`,
        actual: elsewhere ?? `${key}, which no version defines`,
        fix:
          elsewhere !== undefined
            ? `Check against a version that has ${key}, or do not send it to readers of ${spec.id}.`
            : near !== undefined
              ? `If ${near} is meant, send that; otherwise use a namespace of your own.`
              : "Use a namespace of your own instead of gen_ai or mcp.",
        context: { key, ...(near === undefined ? {} : { closest: near }), ...versionContext(spec, key) },
      });
    }
  },
};

function definedKeys(spec: Spec): string[] {
  return Object.keys(spec.registry.attributes).filter(isOwnKey);
}

/** `gen_ai.prompt.variable.<name>` is one definition with many keys. */
function historyKey(key: string): string {
  return key.startsWith("gen_ai.prompt.variable.") ? "gen_ai.prompt.variable" : key;
}

function knownElsewhere(spec: Spec, key: string): string | undefined {
  const history = spec.attributeHistory(historyKey(key));
  if (history === undefined) return undefined;
  return spec.order.compare(history.first, spec.id) > 0
    ? `${key}, which came with ${history.first}, later than ${spec.id}`
    : `${key}, which only ${history.first} to ${history.last} define`;
}

function versionContext(spec: Spec, key: string): { knownSince?: string } {
  const history = spec.attributeHistory(historyKey(key));
  return history === undefined ? {} : { knownSince: history.first };
}

/** Indexed keys (`gen_ai.prompt.0.content`) are one finding, not one for each index. */
function withoutIndices(key: string): string {
  return key.replace(/\.\d+(?=\.|$)/g, ".{n}");
}
