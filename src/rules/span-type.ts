import type { ShapeRule } from "./rule.ts";

/** Says where the type of a span could not be told, so that a silent "nothing found" is not taken for a pass. */
export const spanType: ShapeRule = {
  scope: "shape",
  meta: {
    id: "span-type",
    title: "Each gen_ai span shows which operation it describes",
    levels: ["information"],
    why: "What a span must carry depends on its operation; where two fit, only what both ask for can be judged.",
    fix: "Set gen_ai.operation.name (or mcp.method.name) and the span kind.",
    clause: (spec) => spec.docUrl("gen-ai-spans.md"),
    weaver: null,
  },
  check(shape, context) {
    const { candidates } = shape.typing;
    if (candidates.length === 0) return context.notApplicable();
    if (candidates.length === 1) return context.pass();
    const ids = candidates.map((type) => type.span.id);
    context.cannotTell({
      level: "information",
      expected: "a span that fits one operation",
      actual: `it fits ${ids.join(" and ")}, so only what they have in common was judged`,
      fix: "Set gen_ai.operation.name and the span kind that belongs to it.",
      context: { candidates: ids },
    });
  },
};
