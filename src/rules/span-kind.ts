import type { ShapeRule } from "./rule.ts";

export const spanKind: ShapeRule = {
  scope: "shape",
  meta: {
    id: "span-kind",
    title: "The span kind is one that the span's type allows",
    levels: ["violation", "information"],
    why: "Backends draw service maps and count calls by kind: a model call that is not CLIENT is invisible there.",
    fix: "Pass the kind when the span is started; it cannot be changed later.",
    clause: (spec) => spec.docUrl("gen-ai-spans.md"),
    weaver: null,
  },
  check(shape, context) {
    const { candidates } = shape.typing;
    const [first] = candidates;
    if (first === undefined) return context.notApplicable();
    if (candidates.some((type) => type.kinds.has(shape.kind))) return context.pass();
    // A receiver may take a kind that was not sent for INTERNAL (opentelemetry-proto, trace/v1, SpanKind).
    const read = shape.kind === "UNSPECIFIED" ? "INTERNAL" : shape.kind;
    const conditional = candidates.find((type) => type.conditionalKinds.has(read));
    const allowed = [...new Set(candidates.flatMap((type) => [...type.kinds]))].join(" or ");
    const assumed = candidates.find((type) => type.kinds.has(read));
    if (assumed !== undefined) {
      return context.cannotTell({
        level: "information",
        expected: `kind ${allowed}`,
        actual: `no kind (${shape.kind}), which a receiver may take for ${read}`,
        fix: `Start the span with kind ${allowed}.`,
        clause: assumed.clause,
      });
    }
    if (conditional !== undefined) {
      return context.cannotTell({
        level: "information",
        expected: `kind ${allowed}; ${read} only when ${conditional.conditionalKinds.get(read)}`,
        actual: `kind ${shape.kind}; a span cannot show which of the two holds`,
        fix: `Use ${allowed} unless ${conditional.conditionalKinds.get(read)}.`,
        clause: conditional.clause,
      });
    }
    context.fail({
      level: "violation",
      expected: `kind ${allowed} for the span type ${first.type}`,
      actual: `kind ${shape.kind}`,
      fix: `Start the span with kind ${allowed}.`,
      clause: first.clause,
      context: { allowed: [...new Set(candidates.flatMap((type) => [...type.kinds]))] },
    });
  },
};
