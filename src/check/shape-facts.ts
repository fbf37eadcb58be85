import type { SpanView } from "../otlp/view.ts";
import type { ShapeSubject, SpanKind, SpanStatus } from "../rules/rule.ts";
import type { ShapeFacts } from "./profile.ts";
import { vendorStreamingKeys } from "./relevant-keys.ts";
import type { Shape } from "./shapes.ts";

const kinds: readonly SpanKind[] = ["UNSPECIFIED", "INTERNAL", "SERVER", "CLIENT", "PRODUCER", "CONSUMER"];
const statuses: readonly SpanStatus[] = ["UNSET", "OK", "ERROR"];

/** The few values of a span that, with its shape, decide every shape rule; `id` is the same for the same values. */
export interface TypingValues {
  readonly id: string;
  readonly operation: string | undefined;
  readonly system: string | undefined;
  readonly provider: string | undefined;
  readonly method: string | undefined;
  readonly streaming: ShapeSubject["streaming"];
}

export function typingValues(span: SpanView, shape: Shape): TypingValues {
  const operation = stringOf(span, shape, "gen_ai.operation.name");
  const system = stringOf(span, shape, "gen_ai.system");
  const provider = stringOf(span, shape, "gen_ai.provider.name");
  const method = stringOf(span, shape, "mcp.method.name");
  const streaming = streamingOf(span, shape);
  const id = `${span.kind} ${span.statusCode} ${streaming}\0${operation ?? ""}\0${system ?? ""}\0${provider ?? ""}\0${method ?? ""}`;
  return { id, operation, system, provider, method, streaming };
}

export function shapeFacts(span: SpanView, shape: Shape, values: TypingValues): ShapeFacts {
  return {
    keys: [...shape.types.keys()],
    has: (key) => shape.types.has(key),
    typeOf: (key) => shape.types.get(key),
    kind: kinds[span.kind] ?? "UNSPECIFIED",
    status: statuses[span.statusCode] ?? "UNSET",
    operation: values.operation,
    method: values.method,
    streaming: values.streaming,
    providers: { "gen_ai.system": values.system, "gen_ai.provider.name": values.provider },
  };
}

function stringOf(span: SpanView, shape: Shape, key: string): string | undefined {
  if (shape.types.get(key) !== "string") return undefined;
  const value = span.attribute(key);
  return value?.type === "string" && value.value !== "" ? value.value : undefined;
}

function streamingOf(span: SpanView, shape: Shape): ShapeSubject["streaming"] {
  const own = shape.types.has("gen_ai.request.stream") ? span.attribute("gen_ai.request.stream") : undefined;
  if (own?.type === "bool") return own.value ? "yes" : "no";
  if (shape.types.has("gen_ai.response.time_to_first_chunk")) return "yes";
  for (const key of vendorStreamingKeys) {
    if (!shape.types.has(key)) continue;
    const value = span.attribute(key);
    if (value?.type === "bool") return value.value ? "yes" : "no";
  }
  return "not-said";
}
