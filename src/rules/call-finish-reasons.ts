import { judgeAspect } from "./call-comparison.ts";
import type { CallRule } from "./rule.ts";

/** The reasons of all choices; the provider's spelling and the one of message content are both right. */
export const callFinishReasons: CallRule = {
  scope: "call",
  meta: {
    id: "call-finish-reasons",
    title: "A span's finish reasons are the ones of the reply, one for each choice",
    levels: ["violation"],
    why: "A reply that was cut off at its token limit looks complete when the reason is wrong or missing.",
    fix: "Copy the finish reason of every choice; of a stream, from the chunk that brings it.",
    clause: (spec) => spec.attributeUrl("gen_ai.response.finish_reasons"),
    weaver: null,
  },
  check(call, context) {
    judgeAspect(call, context, "finish-reasons", ({ said, happened }) => ({
      expected: `a reason for each choice: ${happened}`,
      actual: said,
      fix: "Copy the finish reason of every choice of the reply.",
      value: said,
    }));
  },
};
