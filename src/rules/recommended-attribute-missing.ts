import type { AttributeUse } from "../semconv/registry.ts";
import type { RuleContext, ShapeRule, ShapeSubject } from "./rule.ts";
import { isModelCall } from "./type-tables.ts";

/** What an abandoned stream, or one without usage in its last chunk, never tells its client. */
const toldAtTheEnd = new Set([
  "gen_ai.response.finish_reasons",
  "gen_ai.usage.input_tokens",
  "gen_ai.usage.output_tokens",
  "gen_ai.usage.prompt_tokens",
  "gen_ai.usage.completion_tokens",
]);

/** What the reply to an embeddings call has none of. Up to 1.32 such calls have the table of inference (gen-ai-spans.md). */
const notOfEmbeddings = new Set([
  "gen_ai.response.finish_reasons",
  "gen_ai.response.id",
  "gen_ai.usage.output_tokens",
  "gen_ai.usage.completion_tokens",
]);

/**
 * Absent recommended attributes. Advice only where the instrumentation must have known the value: an answered call has finish
 * reasons, id, model and tokens. After a failure nothing of the reply is expected.
 */
export const recommendedAttributeMissing: ShapeRule = {
  scope: "shape",
  meta: {
    id: "recommended-attribute-missing",
    title: "What an answered call tells is on its span",
    levels: ["improvement", "information"],
    why: "Cost and quality are read from these attributes; the reply had them, so leaving them out loses them for good.",
    fix: "Copy them from the reply before the span ends.",
    clause: (spec) => spec.docUrl("gen-ai-spans.md"),
    weaver: { id: "recommended_attribute_not_present", level: "improvement" },
  },
  check(shape, context) {
    const [type, second] = shape.typing.candidates;
    if (type === undefined) return context.notApplicable();
    const failed = shape.status === "ERROR" || shape.has("error.type");
    const answered = shape.typing.candidates.every(isModelCall) && shape.keys.some(isOfReply);
    for (const use of type.span.attributes) {
      if (use.level !== "recommended") continue;
      if (
        second !== undefined &&
        !shape.typing.candidates.every((other) => other.uses.get(use.key)?.level === "recommended")
      )
        continue;
      if (shape.has(use.key)) context.pass();
      else judge(shape, context, use, failed, answered, type.clause);
    }
  },
};

function judge(
  shape: ShapeSubject,
  context: RuleContext,
  use: AttributeUse,
  failed: boolean,
  answered: boolean,
  clause: string,
): void {
  const { spec } = context;
  if (failed && isOfReply(use.key)) return context.notApplicable();
  if (isEmbeddings(shape) && notOfEmbeddings.has(use.key)) return context.notApplicable();
  if (spec.overlay.neverExpected.keys.some((start) => use.key.startsWith(start)) || use.condition !== undefined) {
    return context.cannotTell();
  }
  const knownAfterAnswer = spec.overlay.knownAfterAnswer.keys.includes(use.key);
  const mustBeKnown = knownAfterAnswer && answered && !(shape.streaming === "yes" && toldAtTheEnd.has(use.key));
  const report = {
    attribute: use.key,
    expected: `${use.key}, recommended by the table of ${spec.id}`,
    fix: `Set ${use.key} where it is known.`,
    clause,
  };
  if (mustBeKnown) {
    context.fail({
      ...report,
      level: "improvement",
      actual: "absent, although other attributes show that the call was answered",
    });
  } else if (knownAfterAnswer) {
    context.cannotTell({
      ...report,
      level: "information",
      actual: answered
        ? "absent; a stream left early or without usage never tells it"
        : "absent; nothing on the span shows a model's complete answer",
    });
  } else {
    context.cannotTell({ ...report, level: "information", actual: "absent; perhaps it was not available" });
  }
}

function isEmbeddings(shape: ShapeSubject): boolean {
  return shape.operation === undefined
    ? shape.has("gen_ai.request.encoding_formats")
    : shape.operation === "embeddings";
}

function isOfReply(key: string): boolean {
  return (
    key.startsWith("gen_ai.response.") ||
    key.startsWith("gen_ai.usage.") ||
    key === "gen_ai.output.messages" ||
    /^(gen_ai\.)?openai\.response\./.test(key)
  );
}
