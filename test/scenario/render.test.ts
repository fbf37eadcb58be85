import { describe, expect, test } from "vitest";
import { builtInScenarios } from "../../src/scenario/built-in.ts";
import type { Program } from "../../src/scenario/plan/program.ts";
import { planTrace, planTraces } from "../../src/scenario/plan/plan.ts";
import { responseId } from "../../src/scenario/render/attributes.ts";
import { spanIdOf, traceIdOf } from "../../src/scenario/render/ids.ts";
import { otlpRequest } from "../../src/scenario/render/otlp-request.ts";
import { Renderer, type RenderedSpan } from "../../src/scenario/render/render-trace.ts";
import { Spec } from "../../src/semconv/spec.ts";
import type { SpanView } from "../../src/otlp/view.ts";
import { builtInProgram, programOf, smallScenario, spansOf } from "./load.ts";

function rendered(name: string, version: string, traces = 20): RenderedSpan[] {
  return renderedBy(builtInProgram(name), version, traces);
}

function renderedBy(program: Program, version: string, traces: number): RenderedSpan[] {
  const renderer = new Renderer(new Spec(version), program, 3);
  return [...planTraces(program, 3, traces)].flatMap((trace) => renderer.render(trace));
}

function value(span: RenderedSpan | undefined, key: string): unknown {
  const found = span?.attributes.find((attribute) => attribute.key === key)?.value;
  return found === undefined || found.type === "empty" ? undefined : found.value;
}

const named = (spans: readonly RenderedSpan[], name: string): RenderedSpan[] =>
  spans.filter((span) => span.name === name);
const genaiKeys = (span: RenderedSpan): string[] =>
  span.attributes.map(({ key }) => key).filter((key) => /^(gen_ai|mcp|openai)\./.test(key));

describe("ids", () => {
  test("are never the same, and never zero", () => {
    const traces = new Set<string>();
    const spans = new Set<string>();
    for (let seed = 0; seed < 3; seed++) {
      for (let k = 0; k < 2000; k++) {
        for (let part = 0; part < 5; part++) {
          traces.add(traceIdOf(seed, k, part));
          spans.add(spanIdOf(seed, k, part));
        }
      }
    }
    expect([traces.size, spans.size]).toEqual([30_000, 30_000]);
    for (const id of traces) expect(id).toMatch(/^(?!0{32})[0-9a-f]{32}$/);
    for (const id of spans) expect(id).toMatch(/^(?!0{16})[0-9a-f]{16}$/);
  });

  test("of two scenarios differ though their seeds do not: of traces, of spans, of replies", () => {
    const almostTheSame = ["10", "11"].map((limit) =>
      programOf(smallScenario("[{ chat: { model: gpt-4o } }]", `cancel: { share: 0%, after: ${limit}s }`)),
    );
    const spans = [...almostTheSame, builtInProgram("rag/query"), builtInProgram("chat/streaming")].flatMap((program) =>
      renderedBy(program, "1.41.1", 20),
    );
    const roots = spans.filter(({ parentSpanId }) => parentSpanId === "");
    const replies = spans.map((span) => value(span, "gen_ai.response.id")).filter((id) => id !== undefined);
    expect(replies.length).toBeGreaterThanOrEqual(80);
    for (const ids of [roots.map(({ traceId }) => traceId), spans.map(({ spanId }) => spanId), replies]) {
      expect(new Set(ids).size).toBe(ids.length);
    }
  });

  test("of traces are even in what samplers read of them, the right-hand 56 bits", () => {
    const taken = Array.from({ length: 10_000 }, (_, k) => Number.parseInt(traceIdOf(1, k, 0).slice(-8), 16) / 2 ** 32);
    expect(Math.abs(taken.filter((part) => part < 0.1).length - 1000)).toBeLessThan(4 * 30);
  });
});

describe("a rendered trace", () => {
  test.each(builtInScenarios())("of %s has parents before children, each in the trace of its parent", (name) => {
    const seen = new Map<string, RenderedSpan>();
    for (const span of rendered(name, "1.41.1")) {
      expect(seen.has(span.spanId)).toBe(false);
      seen.set(span.spanId, span);
      if (span.parentSpanId !== "") expect(seen.get(span.parentSpanId)?.traceId).toBe(span.traceId);
      if (span.link !== undefined) expect(seen.get(span.link.spanId)?.traceId).toBe(span.link.traceId);
    }
  });

  test("begins anew where a hop loses the context, and only there", () => {
    const spans = rendered("multi-agent/remote", "1.41.1", 1);
    const roots = spans.filter((span) => span.parentSpanId === "");
    expect(roots.map(({ name }) => name)).toEqual(["POST /trips", "POST /tools/book"]);
    expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(2);
    expect(
      spans
        .filter((span) => span.remoteParent)
        .map(({ name }) => name)
        .toSorted(),
    ).toEqual(["POST /agents/forecaster", "POST /agents/forecaster", "POST /agents/traveller"]);
  });

  test("has no gen_ai keys on a step that the version has no type for", () => {
    const types = (version: string): (string | undefined)[] =>
      rendered("rag/query", version, 1).map(({ type }) => type);
    expect(types("1.41.1")).toEqual([
      undefined,
      "gen_ai.embeddings.client",
      "gen_ai.retrieval.client",
      undefined,
      "openai.inference.client",
    ]);
    expect(types("1.36.0").slice(2)).toEqual([undefined, undefined, "gen_ai.openai.inference.client"]);
    expect(types("1.26.0")).toEqual([undefined, undefined, undefined, undefined, "gen_ai.request"]);
    for (const version of ["1.26.0", "1.32.0", "1.38.0", "genai-2026-08-03"]) {
      for (const name of builtInScenarios()) {
        for (const span of rendered(name, version, 2)) if (span.type === undefined) expect(genaiKeys(span)).toEqual([]);
      }
    }
  });

  test("names the provider as the version does", () => {
    const provider = (version: string): unknown => {
      const [span] = rendered("multi-agent/remote", version, 1).filter(({ name }) => name.endsWith("gemini-2.0-flash"));
      return value(span, "gen_ai.system") ?? value(span, "gen_ai.provider.name");
    };
    expect(["1.30.0", "1.33.0", "1.37.0"].map(provider)).toEqual(["gemini", "gcp.gemini", "gcp.gemini"]);
  });

  test("calls Gemini's operation by its name where the version has it", () => {
    const names = (version: string): number =>
      named(rendered("multi-agent/remote", version, 1), "generate_content gemini-2.0-flash").length;
    expect(["1.32.0", "1.33.0"].map(names)).toEqual([0, 2]);
  });

  test("tells of a failed call its error, and nothing of a reply", () => {
    const [failed] = rendered("retry-storm/429", "1.41.1", 400).filter((span) => span.failed);
    expect(value(failed, "error.type")).toBe("429");
    expect(failed?.attributes.filter(({ key }) => /\.(response|usage|output)\./.test(key))).toEqual([]);
  });

  test("tells of a stream that broke off what had come", () => {
    const program = programOf(
      smallScenario("[{ stream: { model: gpt-4o } }]", "cancel: { share: 100%, after: 500ms }").replace(
        "latency: 1s,",
        "latency: 1s, firstChunk: 100ms,",
      ),
    );
    const [trace] = planTraces(program, 1, 1);
    const [, call] = new Renderer(new Spec("1.41.1"), program, 1).render(trace!);
    expect(value(call, "error.type")).toBe("cancelled");
    expect(value(call, "gen_ai.response.model")).toBe("gpt-4o");
    expect(value(call, "gen_ai.response.time_to_first_chunk")).toBe(0.1);
    expect(value(call, "gen_ai.usage.output_tokens")).toBeUndefined();
  });

  test("captures messages only where it is asked to, in the way it is asked to", () => {
    const inputs = (content: string, version: string): unknown => {
      const program = programOf(smallScenario("[{ chat: { model: gpt-4o } }]", `content: ${content}`));
      const [trace] = planTraces(program, 1, 1);
      const [, call] = new Renderer(new Spec(version), program, 1).render(trace!);
      return call?.attributes.find(({ key }) => key === "gen_ai.input.messages")?.valueType;
    };
    expect([
      inputs("none", "1.41.1"),
      inputs("text", "1.41.1"),
      inputs("structured", "1.41.1"),
      inputs("text", "1.36.0"),
    ]).toEqual([undefined, "string", "kvlist[]", undefined]);
  });

  test("adds an agent's own calls up", () => {
    const program = programOf(
      smallScenario(
        "[{ agent: boss }]",
        `agents:
  boss: { service: shop, model: gpt-4o, steps: [{ chat: {} }, { agent: worker }, { chat: {} }] }
  worker: { service: billing, model: gpt-4o, steps: [{ chat: { input: 7 } }] }`,
      ),
    );
    const [trace] = planTraces(program, 1, 1);
    const spans = new Renderer(new Spec("1.41.1"), program, 1).render(trace!);
    expect(named(spans, "invoke_agent boss").map((span) => value(span, "gen_ai.usage.input_tokens"))).toEqual([200n]);
    expect(
      named(spans, "invoke_agent worker").map((span) => [span.kind, value(span, "gen_ai.usage.input_tokens")]),
    ).toEqual([
      ["CLIENT", 7n],
      ["INTERNAL", 7n],
    ]);
  });

  test("gives each reply an id of its own, also where two traces draw alike", () => {
    const program = builtInProgram("multi-agent/supervisor");
    const calls = [16_992, 19_792].flatMap((k) =>
      spansOf(planTrace(program, 1, k)).flatMap(({ operation }) => (operation.kind === "chat" ? [operation] : [])),
    );
    expect(new Set(calls.map(({ id }) => id)).size).toBeLessThan(calls.length);
    expect(new Set(calls.map(responseId)).size).toBe(calls.length);
  });

  test("tells the operation of a tool and the error of a call also where no table lists them", () => {
    const [tool] = named(rendered("multi-agent/triage", "1.36.0", 1), "execute_tool find_invoice");
    expect(value(tool, "gen_ai.operation.name")).toBe("execute_tool");
    const [failed] = rendered("retry-storm/429", "1.26.0", 400).filter(({ failed, type }) => failed && type);
    expect([value(failed, "error.type"), value(failed, "gen_ai.operation.name")]).toEqual(["429", undefined]);
  });

  test("gives an agent in the caller's process the kind of the only table there is, until it has one of its own", () => {
    const kinds = (version: string): unknown[] =>
      rendered("multi-agent/handoff", version, 1)
        .filter(({ name }) => name.endsWith(" receptionist"))
        .map(({ kind, type }) => [kind, type]);
    expect(kinds("1.32.0")).toEqual([["INTERNAL", undefined]]);
    expect(kinds("1.33.0")).toEqual([["CLIENT", "gen_ai.invoke_agent.client"]]);
    expect(kinds("1.40.0")).toEqual([["CLIENT", "gen_ai.invoke_agent.client"]]);
    expect(kinds("1.41.1")).toEqual([["INTERNAL", "gen_ai.invoke_agent.internal"]]);
  });

  test("spells a finish reason as the provider does, and in a message as the conventions do", () => {
    const program = programOf(smallScenario("[{ chat: { model: gpt-4o, finish: tool_calls } }]", "content: text"));
    const [trace] = planTraces(program, 1, 1);
    const [, call] = new Renderer(new Spec("1.41.1"), program, 1).render(trace!);
    expect(value(call, "gen_ai.response.finish_reasons")).toEqual([{ type: "string", value: "tool_calls" }]);
    expect(JSON.parse(String(value(call, "gen_ai.output.messages")))).toMatchObject([{ finish_reason: "tool_call" }]);
  });

  test("uses the id of an MCP request once, and a session for one client and one server", () => {
    const program = programOf(
      smallScenario(
        "[{ mcp: { server: files } }, { agent: near }, { agent: far }]",
        `mcpServers: { files: { service: tools, duration: 1ms } }
agents:
  near: { service: shop, model: gpt-4o, steps: [{ mcp: { server: files, tool: read } }, { mcp: { server: files } }] }
  far: { service: billing, model: gpt-4o, steps: [{ mcp: { server: files } }] }`,
      ).replace("[shop, billing]", "[shop, billing, tools]"),
    );
    const [trace] = planTraces(program, 1, 1);
    const told = new Renderer(new Spec("1.41.1"), program, 1)
      .render(trace!)
      .filter(({ type }) => type === "mcp.client")
      .map((span) => [value(span, "jsonrpc.request.id"), value(span, "mcp.session.id")]);
    expect(told.map(([id]) => id)).toEqual(["1", "2", "3", "4"]);
    const [first, second, third, far] = told.map(([, session]) => session);
    expect([second, third]).toEqual([first, first]);
    expect(far).not.toBe(first);
  });
});

describe("a request", () => {
  test("has one resource a service, and says what OTLP says of remote parents", () => {
    const program = builtInProgram("multi-agent/remote");
    const renderer = new Renderer(new Spec("1.41.1"), program, 3);
    const [trace] = planTraces(program, 3, 1);
    const request = otlpRequest(renderer.render(trace!), {
      services: program.services,
      toolVersion: "0.1.0",
      schemaUrl: "https://opentelemetry.io/schemas/1.41.1",
      startTimeUnixNano: 1_000_000_000_000n,
    });
    const services: unknown[] = [];
    request.forEachScope((resource, scope) => {
      services.push(resource.attribute("service.name"));
      expect([scope.name, scope.schemaUrl]).toEqual(["otel-genai-testkit", "https://opentelemetry.io/schemas/1.41.1"]);
    });
    expect(services).toEqual(
      ["concierge", "travel", "weather", "legacy"].map((name) => ({ type: "string", value: name })),
    );
    const flags = new Map<string, number>();
    request.forEachSpan((span: SpanView) => {
      flags.set(span.name, span.flags);
      expect(span.startTimeUnixNano).toBeGreaterThanOrEqual(1_000_000_000_000n);
      expect(span.endTimeUnixNano).toBeGreaterThanOrEqual(span.startTimeUnixNano);
    });
    expect(flags.get("POST /agents/traveller")).toBe(0x301);
    expect(flags.get("POST /tools/book")).toBe(0x101);
    expect(flags.get("chat gpt-4o")).toBe(0x101);
  });
});
