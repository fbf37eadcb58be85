import { closest } from "../semconv/closest.ts";
import type { Spec } from "../semconv/spec.ts";
import { deprecatedElsewhere } from "./deprecated-attribute.ts";
import { isOwnKey } from "./namespaces.ts";
import type { ShapeRule } from "./rule.ts";
import { suggestOnce } from "./suggest.ts";

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
      const listed = elsewhere === undefined ? replacementOfList(spec, key) : undefined;
      const near =
        elsewhere === undefined && listed === undefined
          ? suggestOnce(spec, key, () => closestKey(spec, key))
          : undefined;
      context.fail({
        level: "improvement",
        attribute: key,
        expected: `a key of ${spec.id}${near === undefined ? "" : ` (the closest is ${near.key}${cameWith(near)})`}`,
        actual: elsewhere ?? `${key}, which no version defines as an attribute`,
        fix:
          elsewhere !== undefined
            ? `Check against a version that has ${key}, or do not send it to readers of ${spec.id}.`
            : listed !== undefined
              ? `Send ${listed.key}${cameWith(listed)}: one attribute that holds the whole list.`
              : near !== undefined
                ? `If ${near.key} is meant, send that; otherwise use a namespace of your own.`
                : "Use a namespace of your own instead of gen_ai or mcp.",
        context: {
          key,
          ...(listed === undefined ? {} : { replacedBy: [listed.key] }),
          ...(near === undefined ? {} : { closest: near.key }),
          ...(near?.since === undefined ? {} : { closestSince: near.since }),
          ...versionContext(spec, key),
        },
      });
    }
  },
};

/** A key to send instead. */
interface Suggestion {
  readonly key: string;
  /** The version that brought it, when the pin does not have it. */
  readonly since?: string;
}

function suggestion(spec: Spec, key: string): Suggestion {
  const since = spec.attribute(key) === undefined ? spec.attributeHistory(key)?.first : undefined;
  return since === undefined ? { key } : { key, since };
}

function cameWith({ since }: Suggestion): string {
  return since === undefined ? "" : `, which came with ${since}`;
}

/** What stands for the attribute that an indexed key (`gen_ai.prompt.{n}.content`) spreads over many. */
function replacementOfList(spec: Spec, key: string): Suggestion | undefined {
  const index = key.indexOf(".{n}");
  const instead = index < 0 ? undefined : spec.attributeHistory(key.slice(0, index))?.replacedBy?.[0];
  return instead === undefined ? undefined : suggestion(spec, instead);
}

/** The live key nearest to a misspelt one, of the pin or else of a later version. What all keys of a namespace share is not likeness. */
function closestKey(spec: Spec, key: string): Suggestion | undefined {
  const namespace = key.slice(0, key.indexOf(".") + 1);
  const nearest = (candidates: readonly string[]): Suggestion | undefined => {
    const ends = candidates.filter((name) => name.startsWith(namespace)).map((name) => name.slice(namespace.length));
    const end = closest(key.slice(namespace.length), ends);
    return end === undefined ? undefined : suggestion(spec, namespace + end);
  };
  const { attributes } = spec.registry;
  return (
    nearest(Object.keys(attributes).filter((name) => attributes[name]?.deprecated === undefined)) ??
    nearest(Object.keys(spec.history.attributes).filter((name) => isLaterAndLive(spec, name)))
  );
}

function isLaterAndLive(spec: Spec, key: string): boolean {
  const history = spec.attributeHistory(key);
  if (history === undefined || history.deprecatedIn !== undefined) return false;
  return spec.order.compare(history.first, spec.id) > 0 && (spec.preview || !history.first.endsWith("-preview"));
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
