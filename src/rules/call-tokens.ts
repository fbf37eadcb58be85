import { instead, judgeAspect, wrongNumber } from "./call-comparison.ts";
import type { CallRule } from "./rule.ts";

/** Input, output and cached tokens. Whether the cached ones are part of the input is left open: where that explains the number, it is no finding. */
export const callTokens: CallRule = {
  scope: "call",
  meta: {
    id: "call-tokens",
    title: "A span's token counts are the ones that the reply told",
    levels: ["violation"],
    why: "Tokens are what is billed.",
    fix: "Copy the counts from the reply's usage; of a stream, from its last event.",
    clause: (spec) => spec.attributeUrl("gen_ai.usage.input_tokens"),
    weaver: null,
  },
  check(call, context) {
    judgeAspect(call, context, "tokens", (comparison) => ({
      expected: "the number of tokens that the reply told",
      actual: wrongNumber(comparison.said, comparison.happened),
      fix: `Copy ${comparison.key} from the reply's usage.`,
      value: instead(comparison),
      context: { said: Number(comparison.said), happened: Number(comparison.happened) },
    }));
  },
};
