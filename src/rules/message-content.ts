import type { Spec } from "../semconv/spec.ts";
import type { ContentError } from "../semconv/explain-refusal.ts";
import { messageJudge, type MessageJudge } from "../semconv/message-judge.ts";
import type { RuleContext, ShapeSubject } from "./rule.ts";

/** The attributes of a shape whose content a schema of this version judges. */
export function contentKeys(shape: ShapeSubject, spec: Spec): string[] {
  return shape.keys.filter((key) => judgeOf(spec, key) !== undefined);
}

const judges = new WeakMap<Spec, Map<string, MessageJudge | undefined>>();

export function judgeOf(spec: Spec, key: string): MessageJudge | undefined {
  let known = judges.get(spec);
  if (known === undefined) {
    known = new Map();
    // Only defined keys carry a schema, so the map is as bounded as the registry.
    for (const [name, { messageSchema }] of Object.entries(spec.registry.attributes)) {
      if (messageSchema !== undefined) known.set(name, messageJudge(spec.id, messageSchema));
    }
    judges.set(spec, known);
  }
  return known.get(key);
}

/** What a tool was given and what it gave back may be plain text; the conventions only expect objects there. */
export function isToolPayload(key: string): boolean {
  return key === "gen_ai.tool.call.arguments" || key === "gen_ai.tool.call.result";
}

/** Reports places in content. */
export function failAt(
  context: RuleContext,
  key: string,
  errors: readonly ContentError[],
  schema: string,
  fix: string,
): void {
  for (const error of errors) {
    context.fail({
      level: "violation",
      attribute: key,
      path: error.path,
      expected: `${error.expected} by ${schema} of ${context.spec.id}`,
      actual: error.actual,
      fix,
      clause: context.spec.attributeUrl(key),
    });
  }
}

/** Errors of the strict schema that say more than the lenient one already said: not at, above or below the same place. */
export function beyond(strict: readonly ContentError[], lenient: readonly ContentError[]): readonly ContentError[] {
  return strict.filter((error) => !lenient.some((other) => touches(error.path, other.path)));
}

function touches(a: string, b: string): boolean {
  return a === b || a.startsWith(`${b}/`) || b.startsWith(`${a}/`);
}
