import { judgeAspect } from "./call-comparison.ts";
import type { CallRule } from "./rule.ts";

/** The model that was asked, and the one that answered. */
export const callModel: CallRule = {
  scope: "call",
  meta: {
    id: "call-model",
    title: "A span names the model that was asked and the one that answered",
    levels: ["violation"],
    why: "Cost is computed by model, and a provider may answer with another one than was asked.",
    fix: "Take gen_ai.request.model from the request and gen_ai.response.model from the reply.",
    clause: (spec) => spec.attributeUrl("gen_ai.request.model"),
    weaver: null,
  },
  check(call, context) {
    judgeAspect(call, context, "model", ({ key, said, happened }) => ({
      expected: key === "gen_ai.request.model" ? `${happened}, which was asked for` : `${happened}, which answered`,
      actual: `"${said}"`,
      fix: `Take ${key} from the ${key === "gen_ai.request.model" ? "request" : "reply"}.`,
      value: said,
    }));
  },
};
