import type { ResourceRule } from "./rule.ts";

export const serviceName: ResourceRule = {
  scope: "resource",
  meta: {
    id: "service-name",
    title: "The resource names its service",
    levels: ["violation", "improvement"],
    why: "Every backend groups by service.name; without it all unnamed services of a company are one.",
    fix: "Set OTEL_SERVICE_NAME or the resource attribute service.name.",
    clause: () => "https://opentelemetry.io/docs/specs/semconv/resource/service/",
    weaver: { id: "required_attribute_not_present", level: "violation" },
  },
  check({ serviceName: value }, context) {
    const report = { attribute: "service.name", fix: "Set OTEL_SERVICE_NAME (or service.name on the resource)." };
    if (value === undefined || value.type !== "string" || value.value === "") {
      return context.fail({
        ...report,
        level: "violation",
        expected: "the resource attribute service.name, a non-empty string",
        actual: value === undefined ? "absent" : value.type === "string" ? "empty" : `a value of type ${value.type}`,
      });
    }
    if (value.value === "unknown_service" || value.value.startsWith("unknown_service:")) {
      return context.fail({
        ...report,
        level: "improvement",
        expected: "a service.name of the service's own",
        actual: "the SDK's placeholder",
        value: value.value,
      });
    }
    context.pass();
  },
};
