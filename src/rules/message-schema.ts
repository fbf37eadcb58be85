import { contentKeys, failAt, isToolPayload, judgeOf } from "./message-content.ts";
import type { SpanRule } from "./rule.ts";

export const messageSchema: SpanRule = {
  scope: "span",
  meta: {
    id: "message-schema",
    title: "Message content is JSON that the conventions' own schema accepts",
    levels: ["violation", "information"],
    why: "Evaluation and replay tools parse these attributes; content of another form is lost to them.",
    fix: "Write the content in the form of the schema; check that no attribute length limit cuts it.",
    clause: (spec) => spec.docUrl("gen-ai-spans.md"),
    weaver: null,
  },
  appliesTo: (shape, spec) => contentKeys(shape, spec).length > 0,
  check(span, context) {
    for (const key of contentKeys(span, context.spec)) {
      const judge = judgeOf(context.spec, key);
      if (judge === undefined) continue;
      const content = span.content(key);
      const clause = context.spec.attributeUrl(key);
      if (content.kind === "not-json") {
        const report = {
          attribute: key,
          expected: `${key} as JSON`,
          actual: `text that is not JSON (${content.why})`,
          clause,
        };
        if (isToolPayload(key)) {
          context.cannotTell({
            ...report,
            level: "information",
            fix: "Send an object where the tool has one; plain text may be all there is.",
          });
        } else {
          context.fail({
            ...report,
            level: "violation",
            fix: "Serialise with JSON, and raise OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT if it cuts the text.",
          });
        }
        continue;
      }
      if (content.kind === "too-large") {
        context.cannotTell({
          level: "information",
          attribute: key,
          expected: `${key} of a size that can be judged`,
          actual: content.why,
          fix: "Send less in one attribute, or upload the content and send a reference to it.",
          clause,
        });
        continue;
      }
      const errors = judge.lenient(content.value);
      if (errors.length === 0) context.pass();
      else if (key === "gen_ai.tool.call.result" || (isToolPayload(key) && content.from === "string")) {
        context.cannotTell({
          level: "information",
          attribute: key,
          expected: `an object by the conventions' schema of ${context.spec.id}`,
          actual: "JSON that is no object; a tool may take and give plain text or a list",
          fix: "Send an object where the tool has one.",
          clause,
        });
      } else
        failAt(
          context,
          key,
          errors,
          "the conventions' own (lenient) schema",
          `Write ${key} in the form that the conventions' schema gives it.`,
        );
    }
  },
};
