import { instead, judgeAspect, wrongNumber } from "./call-comparison.ts";
import type { CallRule } from "./rule.ts";

/** How many choices were asked for; 1 where the request does not say. */
export const callChoiceCount: CallRule = {
  scope: "call",
  meta: {
    id: "call-choice-count",
    title: "A span's choice count is the one that was asked for",
    levels: ["violation"],
    why: "Each choice is paid for.",
    fix: "Set gen_ai.request.choice.count from the request (n, candidateCount), and leave it out when that is absent.",
    clause: (spec) => spec.attributeUrl("gen_ai.request.choice.count"),
    weaver: null,
  },
  check(call, context) {
    judgeAspect(call, context, "choice-count", (comparison) => ({
      expected: "the number of choices that the request asked for (1 when it did not say)",
      actual: wrongNumber(comparison.said, comparison.happened),
      fix: "Set gen_ai.request.choice.count from the request.",
      value: instead(comparison),
    }));
  },
};
