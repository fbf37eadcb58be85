import { describe, expect, test } from "vitest";

import type { LedgerCall } from "../../src/ledger/ledger.ts";
import type { PlainSpan } from "../check/request.ts";
import { judgeRun, violationsOf } from "./judge-run.ts";
import { callsOf, timeAt, type PlainCall } from "./ledger-of.ts";

const ID = { "gen_ai.response.id": "r1" };
const [TRACE, SPAN] = ["a".repeat(32), "b".repeat(16)];
const context = { traceparent: `00-${TRACE}-${SPAN}-01` };

function span(attributes: Record<string, unknown>, status: PlainSpan["status"] = "UNSET"): PlainSpan {
  return {
    name: "chat gpt-4o",
    kind: "CLIENT",
    traceId: TRACE,
    spanId: SPAN,
    start: timeAt(-1),
    end: timeAt(101),
    status,
    attributes: { "gen_ai.operation.name": "chat", "gen_ai.request.model": "gpt-4o", ...attributes },
  };
}

function judge(call: PlainCall, of: PlainSpan): { readonly violations: string[]; readonly cannotTell: number } {
  const summary = judgeRun(callsOf([call]), [of]);
  const { calls, spans } = summary.ledger!.cannotTell;
  return { violations: violationsOf(summary), cannotTell: calls + spans };
}

describe("token counts", () => {
  const anthropic = { inputTokens: 100, cachedInputTokens: 40, cacheCreationInputTokens: 25, outputTokens: 9 };
  const gemini = { inputTokens: 5, outputTokens: 50, reasoningOutputTokens: 20 };
  const input = "gen_ai.usage.input_tokens";
  const output = "gen_ai.usage.output_tokens";

  test.each<[string, LedgerCall["api"], LedgerCall["response"], Record<string, number>]>([
    ["all input", "anthropic.messages", anthropic, { [input]: 100 }],
    ["Anthropic's own input, beside what a cache gave and took", "anthropic.messages", anthropic, { [input]: 35 }],
    ["input without what a cache gave", "anthropic.messages", anthropic, { [input]: 60 }],
    ["input without what a cache took", "anthropic.messages", anthropic, { [input]: 75 }],
    ["Gemini's candidates without their thoughts", "gemini.generate_content", gemini, { [output]: 30 }],
  ])("of %s are right", (_, api, response, said) => {
    const call = { api, response: { ...response, id: "r1" } };
    expect(judge(call, span({ ...ID, ...said })).violations).toEqual([]);
  });

  test.each<[LedgerCall["api"], LedgerCall["response"], string, number]>([
    ["anthropic.messages", anthropic, input, 36],
    ["anthropic.messages", anthropic, "gen_ai.usage.cache_read.input_tokens", 41],
    ["anthropic.messages", anthropic, "gen_ai.usage.cache_creation.input_tokens", 26],
    ["gemini.generate_content", gemini, output, 31],
    ["openai.chat_completions", gemini, output, 30],
    ["openai.chat_completions", gemini, "gen_ai.usage.reasoning.output_tokens", 21],
  ])("of %s, %j, are wrong as %s = %i", (api, response, key, said) => {
    const call = { api, response: { ...response, id: "r1" } };
    expect(judge(call, span({ ...ID, [key]: said })).violations).toEqual([`call-tokens ${key}`]);
  });
});

describe("finish reasons", () => {
  test.each<[LedgerCall["api"], string, string]>([
    ["gemini.generate_content", "STOP", "FinishReason.STOP"],
    ["gemini.generate_content", "STOP", "FINISH_REASON_STOP"],
    ["gemini.generate_content", "STOP", "tool_call"],
    ["anthropic.messages", "end_turn", "stop"],
  ])("of %s: %s may be called %s", (api, told, said) => {
    const of = span({ ...ID, "gen_ai.response.finish_reasons": [said] });
    expect(judge({ api, response: { id: "r1", finishReasons: [told] } }, of).violations).toEqual([]);
  });

  test.each<[LedgerCall["api"], string, string]>([
    ["openai.chat_completions", "stop", "tool_calls"],
    ["openai.chat_completions", "length", "stop"],
    ["gemini.generate_content", "MAX_TOKENS", "stop"],
  ])("of %s: %s may not be called %s", (api, told, said) => {
    const of = span({ ...ID, "gen_ai.response.finish_reasons": [said] });
    const { violations } = judge({ api, response: { id: "r1", finishReasons: [told] } }, of);
    expect(violations).toEqual(["call-finish-reasons gen_ai.response.finish_reasons"]);
  });
});

describe("a vendor behind another's API", () => {
  const refused = { response: null, outcome: { kind: "error", status: 429 } } as const;
  const vendors = ["gcp.gemini", "gcp.vertex_ai", "anthropic", "deepseek", "azure.ai.openai"];

  test.each(vendors)("%s: a refused call is tied to its span by a traceparent", (vendor) => {
    const of = span({ "gen_ai.provider.name": vendor, "error.type": "429" }, "ERROR");
    expect(judge({ ...refused, context }, of)).toEqual({ violations: [], cannotTell: 0 });
  });

  test.each(["gcp.gemini", "anthropic"])("%s: by time alone it cannot be told", (vendor) => {
    const of = span({ "gen_ai.provider.name": vendor, "error.type": "429" }, "ERROR");
    expect(judge(refused, of)).toEqual({ violations: [], cannotTell: 2 });
  });

  test("a span of another provider and another model is not the call's", () => {
    const of = span({ "gen_ai.provider.name": "anthropic", "gen_ai.request.model": "claude", "server.port": 8080 });
    expect(judge({}, of).violations).toEqual(["call-without-span", "span-without-call"]);
  });
});

test("a request that could not be read asked for nothing that is known", () => {
  const call: PlainCall = { request: { model: "" }, response: null, outcome: { kind: "error", status: 413 } };
  const said = { "error.type": "413", "gen_ai.request.stream": true, "gen_ai.request.choice.count": 2 };
  expect(judge(call, span(said, "ERROR"))).toEqual({ violations: [], cannotTell: 0 });
  expect(judge({ ...call, context }, span(said, "ERROR"))).toEqual({ violations: [], cannotTell: 0 });
});

test("an operation that no version knows may be embeddings", () => {
  const call: PlainCall = { api: "openai.embeddings", response: { inputTokens: 3 } };
  const of = span({ "gen_ai.operation.name": "embedding", "gen_ai.usage.input_tokens": 3 });
  expect(judge(call, of)).toEqual({ violations: [], cannotTell: 0 });
});

test("behind something that ends TLS, the port may be the one of https", () => {
  const server = { address: "llm.test", port: 80 };
  const ports = [443, 80, 8443].map((port) =>
    judge({ server, response: { id: "r1" } }, span({ ...ID, "server.address": "llm.test", "server.port": port })),
  );
  expect(ports.map(({ violations }) => violations)).toEqual([[], [], ["call-server server.port"]]);
});
