import { Anthropic } from "@anthropic-ai/sdk";
import { afterEach, describe, expect, test } from "vitest";
import type { LedgerCall } from "../../src/ledger/ledger.ts";
import type { FakeProviderOptions } from "../../src/provider/fake-provider.ts";
import { FAULT_HEADER } from "../../src/provider/fake-provider.ts";
import { observe, type Observed } from "./calls.ts";
import { failure } from "./failure.ts";

const request = {
  model: "claude-opus-4-8",
  max_tokens: 100,
  messages: [{ role: "user" as const, content: "How is the weather in Paris?" }],
};
const tools = [
  {
    name: "get_weather",
    input_schema: { type: "object" as const, properties: { city: { type: "string" } }, required: ["city"] },
  },
];

describe.each(["HTTP", "msw"] as const)("@anthropic-ai/sdk by %s", (transport) => {
  let observed: Observed;
  afterEach(() => observed.stop());

  async function open(options: FakeProviderOptions = {}, maxRetries = 0): Promise<Anthropic> {
    observed = await observe(options, transport);
    return new Anthropic({ baseURL: observed.anthropic, apiKey: "none", maxRetries, logLevel: "off" });
  }

  async function onlyCall(): Promise<LedgerCall> {
    const [call] = await observed.calls(1);
    if (call === undefined) throw new Error("no call");
    return call;
  }

  test("a message is what the ledger says", async () => {
    const client = await open();
    // Sampling parameters have gone from the client's types, not from what it sends.
    const sampling = { temperature: 0.5, top_k: 5 };
    const reply = await client.messages.create({
      ...request,
      ...sampling,
      system: "Be short.",
      stop_sequences: ["END"],
    });
    expect(reply.content).toMatchObject([{ type: "text", text: "This is the made-up answer of a fake provider." }]);
    expect(await onlyCall()).toMatchObject({
      api: "anthropic.messages",
      operation: "chat",
      provider: "anthropic",
      server: observed.server ?? { address: "api.anthropic.com", port: 443 },
      request: {
        ...{ model: "claude-opus-4-8", maxTokens: 100, temperature: 0.5, topK: 5, stopSequences: ["END"] },
        ...{ stream: false, retry: 0 },
      },
      outcome: { kind: "answered", status: 200 },
      response: {
        id: reply.id,
        model: reply.model,
        finishReasons: [reply.stop_reason],
        inputTokens: reply.usage.input_tokens,
        outputTokens: reply.usage.output_tokens,
      },
    });
    expect(JSON.stringify(observed.lines)).not.toMatch(/Paris|Be short/);
  });

  test("tokens from a cache and to a cache are beside the input tokens on the wire, and within them in the ledger", async () => {
    const usage = { inputTokens: 100, cachedInputTokens: 60, cacheCreationInputTokens: 30, outputTokens: 5 };
    const client = await open({ script: { conversations: [{ turns: [{ text: "Hello.", usage }] }] } });
    const reply = await client.messages.create(request);
    expect(reply.usage).toMatchObject({
      ...{ input_tokens: 10, cache_read_input_tokens: 60, cache_creation_input_tokens: 30, output_tokens: 5 },
    });
    expect((await onlyCall()).response).toMatchObject(usage);
  });

  test("a stream, of text and of a call", async () => {
    const client = await open();
    const whole = await client.messages.stream(request).finalMessage();
    expect(whole.content).toMatchObject([{ type: "text", text: "This is the made-up answer of a fake provider." }]);
    const called = await client.messages.stream({ ...request, tools }).finalMessage();
    expect(called).toMatchObject({
      stop_reason: "tool_use",
      content: [{ type: "tool_use", name: "get_weather", input: { city: "example" } }],
    });
    const [first, second] = await observed.calls(2);
    expect(first).toMatchObject({
      request: { stream: true },
      outcome: { kind: "answered", status: 200 },
      response: {
        id: whole.id,
        model: whole.model,
        finishReasons: ["end_turn"],
        inputTokens: whole.usage.input_tokens,
        outputTokens: whole.usage.output_tokens,
      },
    });
    expect(second?.response?.finishReasons).toEqual(["tool_use"]);
  });

  test("a loop of tools", async () => {
    const client = await open();
    const first = await client.messages.create({ ...request, tools });
    const [block] = first.content;
    if (block?.type !== "tool_use") throw new Error("no call of a tool");
    const second = await client.messages.create({
      ...request,
      tools,
      messages: [
        ...request.messages,
        { role: "assistant", content: first.content },
        { role: "user", content: [{ type: "tool_result", tool_use_id: block.id, content: "sunny" }] },
      ],
    });
    expect(second.stop_reason).toBe("end_turn");
    const [one, two] = await observed.calls(2);
    expect(one?.request.userTextDigest).toBe(two?.request.userTextDigest);
  });

  test("JSON that satisfies the schema, and a tool that must be called", async () => {
    const client = await open();
    const [tool] = tools;
    const format = { type: "json_schema" as const, schema: tool?.input_schema ?? {} };
    const json = await client.messages.create({ ...request, output_config: { format } });
    expect(json.content).toMatchObject([{ type: "text", text: '{"city":"example"}' }]);
    const two = [{ name: "first", input_schema: { type: "object" as const } }, ...tools];
    const forced = await client.messages.create({
      ...request,
      tools: two,
      tool_choice: { type: "tool", name: "get_weather" },
    });
    expect(forced.content).toMatchObject([{ type: "tool_use", name: "get_weather" }]);
    const none = await client.messages.create({ ...request, tools: two, tool_choice: { type: "none" } });
    expect(none.content).toMatchObject([{ type: "text" }]);
    const [first] = await observed.calls(3);
    expect(first?.request.outputType).toBe("json");
  });

  test("text is cut at a stop sequence and at the most tokens", async () => {
    const client = await open();
    const stopped = await client.messages.create({ ...request, stop_sequences: [" answer"] });
    expect(stopped).toMatchObject({
      stop_reason: "stop_sequence",
      stop_sequence: " answer",
      content: [{ text: "This is the made-up" }],
    });
    const short = await client.messages.create({ ...request, max_tokens: 2 });
    expect(short).toMatchObject({ stop_reason: "max_tokens", content: [{ text: "This is " }] });
    const calls = await observed.calls(2);
    expect(calls.map((call) => call.response?.finishReasons)).toEqual([["stop_sequence"], ["max_tokens"]]);
  });

  test("a stream that is left early has told its id and input tokens", async () => {
    const client = await open();
    const stream = await client.messages.create({ ...request, stream: true });
    let inputTokens: number | undefined;
    for await (const event of stream) {
      if (event.type === "message_start") inputTokens = event.message.usage.input_tokens;
      break;
    }
    const call = await onlyCall();
    expect(call.outcome).toEqual({ kind: "abandoned", status: 200 });
    expect(call.response).toMatchObject({ model: "claude-opus-4-8", inputTokens });
    expect(call.response).not.toHaveProperty("outputTokens");
    expect(call.response).not.toHaveProperty("finishReasons");
  });

  test("a refusal with Retry-After is retried by the client, and each attempt is a call", async () => {
    const client = await open(
      { faults: [{ calls: [{ first: 1, last: 1 }], status: 529, retryAfterSeconds: 0.05 }] },
      1,
    );
    const reply = await client.messages.create(request);
    const [refused, answered] = await observed.calls(2);
    expect(refused).toMatchObject({
      request: { retry: 0 },
      outcome: { kind: "error", status: 529, errorType: "overloaded_error" },
    });
    expect(answered).toMatchObject({ request: { retry: 1 }, response: { id: reply.id } });
  });

  test.each([
    [400, "invalid_request_error"],
    [401, "authentication_error"],
    [429, "rate_limit_error"],
    [500, "api_error"],
    [529, "overloaded_error"],
  ])("an error of status %d reaches the client in the provider's shape", async (status, errorType) => {
    const client = await open();
    const error = await failure(client.messages.create(request, { headers: { [FAULT_HEADER]: `status=${status}` } }));
    expect(error).toMatchObject({ status, type: errorType });
    expect(error).toHaveProperty("requestID", expect.stringMatching(/^req_/));
    expect((await onlyCall()).outcome).toEqual({ kind: "error", status, errorType });
  });

  test("a stream that breaks, and one with an event that is no JSON", async () => {
    const client = await open({ faults: [{ calls: [{ first: 1, last: 1 }], cut: 4 }, { malformed: 4 }] });
    for (let call = 1; call <= 2; call += 1) {
      const stream = await client.messages.create({ ...request, stream: true });
      const consumed = (async () => {
        for await (const _event of stream);
      })();
      expect(await failure(consumed)).toBeInstanceOf(Error);
    }
    const [cut, malformed] = await observed.calls(2);
    expect(cut?.outcome).toEqual({ kind: "cut", status: 200 });
    expect(malformed?.outcome).toEqual({ kind: "malformed", status: 200 });
  });

  test("a client that gives up on a reply that never comes has abandoned it", async () => {
    const client = await open({ faults: [{ timeout: true }] });
    expect(await failure(client.messages.create(request, { timeout: 50 }))).toBeInstanceOf(
      Anthropic.APIConnectionTimeoutError,
    );
    expect((await onlyCall()).outcome).toEqual({ kind: "abandoned" });
  });
});
