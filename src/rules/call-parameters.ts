import { instead, judgeAspect } from "./call-comparison.ts";
import type { CallRule } from "./rule.ts";

/** Parameters of the request, where the span states one that the request had, too. */
export const callParameters: CallRule = {
  scope: "call",
  meta: {
    id: "call-parameters",
    title: "A span's request parameters are the ones that were sent",
    levels: ["violation"],
    why: "Changes of quality are explained by them.",
    fix: "Copy the parameters from the request that is sent, not from defaults.",
    clause: (spec) => spec.attributeUrl("gen_ai.request.temperature"),
    weaver: null,
  },
  check(call, context) {
    judgeAspect(call, context, "parameters", (comparison) => ({
      expected: "the value that the request had",
      actual: "another value",
      fix: `Copy ${comparison.key} from the request.`,
      value: instead(comparison),
    }));
  },
};
