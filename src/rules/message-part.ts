import { beyond, contentKeys, failAt, isToolPayload, judgeOf } from "./message-content.ts";
import type { SpanRule } from "./rule.ts";

/** The conventions' schema takes any part with a `type`; here a part of a known type must have that type's fields. */
export const messagePart: SpanRule = {
  scope: "span",
  meta: {
    id: "message-part",
    title: "Message parts and tools of a known type have the fields of that type",
    levels: ["violation"],
    why: "A misspelt or incomplete part passes the conventions' own schema as a custom one, and its content is then read by nobody.",
    fix: "Write the part with all fields of its type, or use a type of your own.",
    clause: (spec) => spec.docUrl("gen-ai-spans.md"),
    weaver: null,
  },
  appliesTo: (shape, spec) => contentKeys(shape, spec).some((key) => !isToolPayload(key)),
  check(span, context) {
    for (const key of contentKeys(span, context.spec)) {
      if (isToolPayload(key)) continue;
      const judge = judgeOf(context.spec, key);
      const content = span.content(key);
      if (judge === undefined || content.kind !== "json") continue;
      const strict = judge.strict(content.value);
      if (strict.length === 0) {
        context.pass();
        continue;
      }
      const errors = beyond(strict, judge.lenient(content.value));
      if (errors.length === 0) context.notApplicable();
      failAt(
        context,
        key,
        errors,
        "the strict schema (each part by its known type)",
        `Give each part of ${key} the fields of its type, or correct its type.`,
      );
    }
  },
};
