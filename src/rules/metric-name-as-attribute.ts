import { isModelKey } from "./namespaces.ts";
import type { ShapeRule } from "./rule.ts";

export const metricNameAsAttribute: ShapeRule = {
  scope: "shape",
  meta: {
    id: "metric-name-as-attribute",
    title: "No metric's name is used as a span attribute",
    levels: ["improvement"],
    why: "A metric is recorded with a unit and buckets; as a span attribute its value is one that no metric query finds.",
    fix: "Record the metric with a histogram, and put the span's own attribute on the span.",
    clause: (spec) => spec.docUrl("gen-ai-metrics.md"),
    weaver: { id: "missing_attribute", level: "violation" },
  },
  check(shape, context) {
    const { spec } = context;
    for (const key of shape.keys) {
      if (!spec.metricNames.has(key) || spec.attribute(key) !== undefined) {
        if (isModelKey(key)) context.pass();
        continue;
      }
      context.fail({
        level: "improvement",
        attribute: key,
        expected: `${key} as a metric`,
        actual: `${key} as a span attribute`,
        fix: `Record the metric ${key}, and drop the attribute.`,
        clause: spec.docUrl(key.startsWith("mcp.") ? "mcp.md" : "gen-ai-metrics.md"),
      });
    }
  },
};
