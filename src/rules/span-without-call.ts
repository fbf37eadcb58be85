import type { LoneSpanRule } from "./rule.ts";

/** A span of a model call that the provider never got. */
export const spanWithoutCall: LoneSpanRule = {
  scope: "lone-span",
  meta: {
    id: "span-without-call",
    title: "Each span of a model call has its call",
    levels: ["violation", "information"],
    why: "A span of a call that never happened adds tokens and cost that nobody was billed for; a cache's answer is such a span.",
    fix: "Make the span where the request is sent; if the client went elsewhere, point it at the provider that keeps the ledger.",
    clause: (spec) => spec.docUrl("gen-ai-spans.md"),
    weaver: null,
  },
  check({ callMayExist }, context) {
    const report = {
      expected: "a call to the model for each inference or embeddings span",
      fix: "Check what made the span: a cache that answered, a client that ignores the base URL, or a span that was made anew when it was handed on.",
    };
    if (callMayExist === undefined) {
      context.fail({ ...report, level: "violation", actual: "a span that no call in the ledger belongs to" });
    } else {
      context.cannotTell({ ...report, level: "information", actual: `a span without its call; ${callMayExist}` });
    }
  },
};
