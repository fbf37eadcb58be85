import { instead, judgeAspect } from "./call-comparison.ts";
import type { CallRule } from "./rule.ts";

/**
 * A failed call has an error on its span, one that was answered none. An attempt that the client retried with success is no error; of a stream
 * that the client left, nothing is said, and an error after a good answer may be the application's own.
 */
export const callError: CallRule = {
  scope: "call",
  meta: {
    id: "call-error",
    title: "A span has an error exactly if its call failed for the client",
    levels: ["violation"],
    why: "Error rates and alerts are computed from it; which error it was decides what to do.",
    fix: "Set error.type and status ERROR when the client raised an error in the end, with the status or the class of that error.",
    clause: () => "https://opentelemetry.io/docs/specs/semconv/general/recording-errors/",
    weaver: null,
  },
  check(call, context) {
    judgeAspect(call, context, "error", (comparison) => ({
      expected: `what became of the call: ${comparison.happened}`,
      actual: comparison.said,
      fix:
        comparison.said === "no error"
          ? "Set error.type and status ERROR when the call fails."
          : "Take error.type from the error that the client raised in the end, if it raised one.",
      value: instead(comparison),
    }));
  },
};
