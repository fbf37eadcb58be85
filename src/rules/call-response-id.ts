import { judgeAspect } from "./call-comparison.ts";
import type { CallRule } from "./rule.ts";

/** The id that the provider gave its reply. */
export const callResponseId: CallRule = {
  scope: "call",
  meta: {
    id: "call-response-id",
    title: "A span's response id is the one of the reply",
    levels: ["violation"],
    why: "With it a span is found in the provider's logs and bills, and the same call in two services is told from two calls.",
    fix: "Copy gen_ai.response.id from the reply; an id of the framework's own is not it.",
    clause: (spec) => spec.attributeUrl("gen_ai.response.id"),
    weaver: null,
  },
  check(call, context) {
    judgeAspect(call, context, "response-id", ({ said }) => ({
      expected: "the id that the reply has",
      actual: "another id",
      fix: "Copy gen_ai.response.id from the reply.",
      value: said,
    }));
  },
};
