import type { SpanType } from "../semconv/spec.ts";
import type { Report, RuleContext, ShapeRule, ShapeSubject } from "./rule.ts";
import { isModelCall } from "./type-tables.ts";

/** Azure's own table asks for the port only when it is not 443 (azure-ai-inference.md), also where it is named by another version's key. */
const leavesOutDefaultPort: ReadonlySet<string> = new Set(["az.ai.inference", "azure.ai.inference"]);

type Decision =
  | "holds"
  | "does-not-hold"
  | { readonly hint: string; readonly level: "improvement" | "information" }
  | "undecidable";

/** MCP methods whose request names a prompt or a resource (Model Context Protocol, 2025-06-18, schema of the requests). */
const promptMethods = new Set(["prompts/get"]);
const resourceMethods = new Set(["resources/read", "resources/subscribe", "resources/unsubscribe"]);

/**
 * Absent attributes that are required under a condition. A violation only where the span itself proves the condition; error.type
 * has a rule of its own.
 */
export const conditionallyRequiredAttributeMissing: ShapeRule = {
  scope: "shape",
  meta: {
    id: "conditionally-required-attribute-missing",
    title: "Every attribute whose condition the span shows to hold is there",
    levels: ["violation", "improvement", "information"],
    why: "The condition makes it required: a reader that sees the one attribute counts on the other.",
    fix: "Set the attribute whenever its condition holds.",
    clause: (spec) => spec.docUrl("gen-ai-spans.md"),
    weaver: { id: "conditionally_required_attribute_not_present", level: "information" },
  },
  check(shape, context) {
    const [type, second] = shape.typing.candidates;
    if (type === undefined) return context.notApplicable();
    for (const use of type.span.attributes) {
      if (use.level !== "conditionally_required" || use.key === "error.type") continue;
      if (
        second !== undefined &&
        !shape.typing.candidates.every((other) => other.uses.get(use.key)?.level === use.level)
      )
        continue;
      if (shape.has(use.key)) context.pass();
      else judge(shape, context, type, use.key, use.condition);
    }
  },
};

function judge(
  shape: ShapeSubject,
  context: RuleContext,
  type: SpanType,
  key: string,
  condition: string | undefined,
): void {
  const decision = decide(shape, key, condition);
  if (decision === "does-not-hold") return context.notApplicable();
  if (decision === "undecidable") return context.cannotTell();
  const report: Omit<Report, "level" | "actual"> = {
    attribute: key,
    expected: `${key}, required by ${context.spec.id} under a condition`,
    fix: `Set ${key}.`,
    clause: type.clause,
    context: { condition: condition ?? "" },
  };
  if (decision === "holds") {
    return context.fail({
      ...report,
      level: "violation",
      actual: `absent, and the condition holds: ${proof(key, condition)}`,
    });
  }
  const hinted: Report = { ...report, level: decision.level, actual: `absent; ${decision.hint}` };
  if (decision.level === "improvement") context.fail(hinted);
  else context.cannotTell(hinted);
}

function decide(shape: ShapeSubject, key: string, condition: string | undefined): Decision {
  switch (condition) {
    case "server-address-set":
      if (!shape.has("server.address")) return "does-not-hold";
      return shape.providers.some((provider) => leavesOutDefaultPort.has(provider)) ? "undecidable" : "holds";
    case "operation-on-tool":
      return shape.method === "tools/call" ? "holds" : shape.method === undefined ? "undecidable" : "does-not-hold";
    case "operation-on-prompt":
      return shape.method !== undefined && promptMethods.has(shape.method)
        ? { level: "improvement", hint: `${shape.method} is about one prompt` }
        : "undecidable";
    case "request-has-resource-uri":
      return shape.method !== undefined && resourceMethods.has(shape.method)
        ? { level: "improvement", hint: `${shape.method} takes a resource URI` }
        : "undecidable";
    case "request-streaming":
      return shape.streaming === "yes"
        ? {
            level: "information",
            hint: "other attributes of the span say that the reply was streamed, which is a hint, no proof",
          }
        : "undecidable";
    case "named-prompt-used":
      return shape.has("gen_ai.prompt.version")
        ? { level: "improvement", hint: "the span has gen_ai.prompt.version, the version of a named prompt" }
        : "undecidable";
    case "prompt-name-set":
      return shape.has("gen_ai.prompt.name")
        ? {
            level: "information",
            hint: "the span has gen_ai.prompt.name; whether that prompt has a version, it does not show",
          }
        : "does-not-hold";
    case "when-available":
      return key === "gen_ai.request.model" && shape.typing.candidates.every(isModelCall)
        ? { level: "information", hint: "the model is nearly always known to the client" }
        : "undecidable";
    default:
      return "undecidable";
  }
}

function proof(key: string, condition: string | undefined): string {
  return condition === "server-address-set"
    ? "server.address is set"
    : `the operation is a tools/call (${key} is its tool)`;
}
