import { describe, expect, test } from "vitest";

import { listVersions } from "../../src/semconv/load.ts";
import { Spec } from "../../src/semconv/spec.ts";
import { typeSpan } from "../../src/semconv/typing.ts";

const specs = new Map<string, Spec>();

function specOf(version: string): Spec {
  const known = specs.get(version) ?? new Spec(version);
  specs.set(version, known);
  return known;
}

interface Facts {
  readonly kind?: string;
  readonly operation?: string;
  readonly provider?: string;
  readonly method?: string;
  readonly keys?: readonly string[];
}

function label(version: string, { kind = "CLIENT", operation, provider, method, keys = [] }: Facts): string {
  const spec = specOf(version);
  const has = (key: string): boolean => keys.includes(key);
  return typeSpan(spec, { has, kind, operation, provider, method }).label;
}

describe("the operation name decides", () => {
  test.each([
    ["1.26.0", "chat", "CLIENT", "gen_ai.request"],
    ["1.28.0", "chat", "CLIENT", "trace.gen_ai.client"],
    ["1.29.0", "text_completion", "CLIENT", "gen_ai.client"],
    ["1.36.0", "chat", "CLIENT", "gen_ai.inference.client"],
    ["1.38.0", "generate_content", "INTERNAL", "gen_ai.inference.client"],
    ["genai-2026-08-03", "chat", "CLIENT", "gen_ai.inference.client"],
    ["genai-2026-10-preview", "chat", "CLIENT", "gen_ai.client.inference"],
    // Embeddings were inference spans before they had a span of their own.
    ["1.32.0", "embeddings", "CLIENT", "gen_ai.client"],
    ["1.33.0", "embeddings", "CLIENT", "gen_ai.embeddings.client"],
    ["genai-2026-08-03", "embeddings", "INTERNAL", "gen_ai.embeddings.client"],
    ["1.39.0", "retrieval", "CLIENT", "untyped"],
    ["1.40.0", "retrieval", "CLIENT", "gen_ai.retrieval.client"],
    ["1.30.0", "create_agent", "CLIENT", "untyped"],
    ["1.31.0", "create_agent", "CLIENT", "gen_ai.create_agent.client"],
    ["1.31.0", "execute_tool", "INTERNAL", "gen_ai.execute_tool.internal"],
    ["1.36.0", "invoke_agent", "INTERNAL", "gen_ai.invoke_agent.client"],
    ["1.41.1", "invoke_agent", "CLIENT", "gen_ai.invoke_agent.client"],
    ["1.41.1", "invoke_agent", "INTERNAL", "gen_ai.invoke_agent.internal"],
    ["1.41.1", "invoke_agent", "SERVER", "ambiguous"],
    ["1.40.0", "invoke_workflow", "INTERNAL", "untyped"],
    ["1.41.1", "invoke_workflow", "INTERNAL", "gen_ai.invoke_workflow.internal"],
    ["genai-2026-05-04", "plan", "INTERNAL", "untyped"],
    ["genai-2026-05-19", "plan", "INTERNAL", "gen_ai.plan.internal"],
    ["genai-2026-05-04", "search_memory", "CLIENT", "untyped"],
    ["genai-2026-05-19", "search_memory", "CLIENT", "gen_ai.memory.client"],
    ["genai-2026-06-25", "fetch_response", "CLIENT", "untyped"],
    ["genai-2026-08-03", "fetch_response", "CLIENT", "gen_ai.fetch_response.client"],
    // A misspelt operation still shows what is meant; one of one's own shows nothing.
    ["1.41.1", "Execute-Tool", "INTERNAL", "gen_ai.execute_tool.internal"],
    ["1.41.1", "rerank", "CLIENT", "untyped"],
  ])("%s: %s of kind %s is %s", (version, operation, kind, expected) => {
    expect(label(version, { operation, kind })).toBe(expected);
  });
});

describe("the provider chooses its own table", () => {
  test.each([
    ["1.27.0", "openai", "trace.gen_ai.client"],
    ["1.28.0", "openai", "trace.gen_ai.openai.client"],
    ["1.36.0", "openai", "gen_ai.openai.inference.client"],
    ["genai-2026-08-03", "openai", "openai.inference.client"],
    ["genai-2026-10-preview", "openai", "openai.gen_ai.client.inference"],
    ["1.31.0", "az.ai.inference", "gen_ai.az.ai.inference.client"],
    ["1.36.0", "azure.ai.inference", "gen_ai.azure.ai.inference.client"],
    ["1.41.1", "azure.ai.inference", "azure.ai.inference.client"],
    ["1.41.1", "aws.bedrock", "aws.bedrock.client"],
    ["1.36.0", "anthropic", "gen_ai.inference.client"],
    ["1.41.1", "anthropic", "anthropic.inference.client"],
    // Azure's OpenAI service has no table of its own, nor has a misspelt provider.
    ["1.41.1", "azure.ai.openai", "gen_ai.inference.client"],
    ["1.41.1", "OpenAI", "gen_ai.inference.client"],
  ])("%s: %s has %s", (version, provider, expected) => {
    expect(label(version, { operation: "chat", provider })).toBe(expected);
  });

  test("but only of the types it refines", () => {
    expect(label("1.41.1", { operation: "embeddings", provider: "openai" })).toBe("gen_ai.embeddings.client");
    expect(label("genai-2026-08-03", { operation: "fetch_response", provider: "openai" })).toBe(
      specOf("genai-2026-08-03").providerType("fetch_response", "openai")?.span.id,
    );
  });
});

describe("without an operation name, keys decide", () => {
  test.each([
    [["gen_ai.system", "gen_ai.request.model"], "CLIENT", "gen_ai.inference.client"],
    [["gen_ai.response.model", "gen_ai.usage.input_tokens"], "CLIENT", "gen_ai.inference.client"],
    [["gen_ai.response.model", "gen_ai.response.finish_reasons"], "INTERNAL", "gen_ai.inference.client"],
    // A framework's own span with the sum of its calls.
    [["gen_ai.response.model", "gen_ai.usage.input_tokens"], "INTERNAL", "untyped"],
    // A service that notes which model it is about to call.
    [["gen_ai.provider.name", "gen_ai.request.model"], "SERVER", "untyped"],
    [["gen_ai.provider.name", "gen_ai.request.model"], "CONSUMER", "untyped"],
    [["gen_ai.request.model"], "CLIENT", "untyped"],
    [["gen_ai.system"], "CLIENT", "untyped"],
    [["gen_ai.usage.input_tokens"], "CLIENT", "untyped"],
    [["gen_ai.conversation.id"], "CLIENT", "untyped"],
    [["gen_ai.agent.name"], "INTERNAL", "untyped"],
    [["gen_ai.workflow.name"], "INTERNAL", "untyped"],
    [["gen_ai.tool.call.id"], "INTERNAL", "gen_ai.execute_tool.internal"],
    [["gen_ai.tool.name"], "INTERNAL", "untyped"],
    [["gen_ai.embeddings.dimension.count", "gen_ai.request.model"], "CLIENT", "gen_ai.embeddings.client"],
    [
      ["gen_ai.request.encoding_formats", "gen_ai.request.model", "gen_ai.provider.name"],
      "CLIENT",
      "gen_ai.embeddings.client",
    ],
    [["gen_ai.retrieval.query.text"], "CLIENT", "gen_ai.retrieval.client"],
    [["gen_ai.request.model", "gen_ai.usage.output_tokens", "gen_ai.agent.name"], "CLIENT", "ambiguous"],
    [["gen_ai.request.model", "gen_ai.response.id", "gen_ai.agent.name"], "INTERNAL", "ambiguous"],
    [[], "CLIENT", "untyped"],
  ] as const)("%j of kind %s", (keys, kind, expected) => {
    expect(label("1.41.1", { keys, kind })).toBe(expected);
  });

  test("the keys of a fetched response stand on an inference span too", () => {
    const keys = ["gen_ai.response.status", "gen_ai.response.id", "gen_ai.response.model"];
    expect(label("genai-2026-08-03", { keys })).toBe("ambiguous");
    expect(label("genai-2026-08-03", { keys: ["gen_ai.response.status"] })).toBe("gen_ai.fetch_response.client");
  });

  test("and an ambiguous span keeps the types it may be", () => {
    const keys = ["gen_ai.request.model", "gen_ai.usage.output_tokens", "gen_ai.agent.name"];
    const typing = typeSpan(specOf("1.41.1"), {
      has: (key) => keys.includes(key),
      kind: "CLIENT",
      operation: undefined,
      provider: "openai",
      method: undefined,
    });
    expect(typing.candidates.map(({ span }) => span.id)).toEqual([
      "openai.inference.client",
      "gen_ai.invoke_agent.client",
    ]);
  });
});

describe("the MCP method decides before anything else", () => {
  test.each([
    ["1.38.0", "CLIENT", undefined, "untyped"],
    ["1.39.0", "CLIENT", undefined, "mcp.client"],
    ["1.41.1", "SERVER", undefined, "mcp.server"],
    ["1.41.1", "CLIENT", "execute_tool", "mcp.client"],
    ["1.41.1", "INTERNAL", "execute_tool", "gen_ai.execute_tool.internal"],
    ["1.41.1", "INTERNAL", undefined, "ambiguous"],
  ])("%s, %s, operation %s: %s", (version, kind, operation, expected) => {
    expect(label(version, { kind, method: "tools/call", ...(operation === undefined ? {} : { operation }) })).toBe(
      expected,
    );
  });
});

test("every span of every version is the table of a type, but for those that no telemetry can be told to be", () => {
  const left = listVersions().flatMap(({ id }) => {
    const spec = specOf(id);
    const reachable = new Set([...spec.types.values()].map(({ span }) => span.id));
    for (const { refines, values } of spec.overlay.providers) {
      for (const value of values) reachable.add(spec.providerType(refines, value)?.span.id ?? "");
    }
    return spec.registry.spans.flatMap(({ id: span }) => (reachable.has(span) ? [] : [`${id} ${span}`]));
  });
  expect(left).toEqual([
    // Common to two tables, and a span only by the grammar of 1.28.
    "1.28.0 trace.gen_ai.client.common",
    // Refinements of tool executions that only a harness knows to have run.
    "genai-2026-10-preview gen_ai.execute_tool.command.internal",
    "genai-2026-10-preview gen_ai.execute_tool.load_skill.internal",
    "genai-2026-10-preview gen_ai.execute_tool.read_skill_resource.internal",
  ]);
});
