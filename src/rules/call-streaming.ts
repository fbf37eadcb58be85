import { judgeAspect } from "./call-comparison.ts";
import type { CallRule } from "./rule.ts";

/** Whether the reply was asked for as a stream, for versions that have an attribute of it. */
export const callStreaming: CallRule = {
  scope: "call",
  meta: {
    id: "call-streaming",
    title: "A span says rightly whether its call was streamed",
    levels: ["violation"],
    why: "Times to the first chunk are read only of streamed calls, and durations mean another thing there.",
    fix: "Set gen_ai.request.stream from the request's stream parameter.",
    clause: (spec) => spec.attributeUrl("gen_ai.request.stream"),
    weaver: null,
  },
  check(call, context) {
    judgeAspect(call, context, "streaming", ({ said, happened }) => ({
      expected: `${happened}, as the request asked`,
      actual: said,
      fix: "Set gen_ai.request.stream from the request's stream parameter.",
    }));
  },
};
