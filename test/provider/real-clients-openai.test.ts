import { OpenAI as OpenAI6 } from "openai";
import { OpenAI as OpenAI7 } from "openai-7";
import { afterEach, describe, expect, test } from "vitest";
import type { LedgerCall } from "../../src/ledger/ledger.ts";
import type { FakeProviderOptions } from "../../src/provider/fake-provider.ts";
import { FAULT_HEADER } from "../../src/provider/fake-provider.ts";
import { parseFault } from "../../src/provider/read-fault.ts";
import { observe, type Observed, type Transport } from "./calls.ts";
import { failure } from "./failure.ts";

// The two majors have the same methods; what is used of them here has the same types but for details.
const clients = [
  ["openai 6", OpenAI6],
  ["openai 7", OpenAI7 as unknown as typeof OpenAI6],
] as const;
const cases = clients.flatMap(([name, Client]) =>
  (["HTTP", "msw"] as const).map((transport): [string, Transport, typeof OpenAI6] => [name, transport, Client]),
);

const messages = [{ role: "user" as const, content: "How is the weather in Paris?" }];
const weather = {
  type: "object",
  properties: { city: { type: "string" }, days: { type: "integer", minimum: 1 } },
  required: ["city", "days"],
  additionalProperties: false,
};
const tools = [{ type: "function" as const, function: { name: "get_weather", parameters: weather } }];

describe.each(cases)("%s by %s", (_name, transport, Client) => {
  let observed: Observed;
  afterEach(() => observed.stop());

  async function open(options: FakeProviderOptions = {}, maxRetries = 0): Promise<OpenAI6> {
    observed = await observe(options, transport);
    return new Client({ baseURL: observed.openai, apiKey: "none", maxRetries, logLevel: "off" });
  }

  async function onlyCall(): Promise<LedgerCall> {
    const [call] = await observed.calls(1);
    if (call === undefined) throw new Error("no call");
    return call;
  }

  const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

  test("chat: the reply is what the ledger says", async () => {
    const client = await open();
    const reply = await client.chat.completions.create(
      { model: "gpt-4o", messages, temperature: 0.5, top_p: 0.9, max_completion_tokens: 50, seed: 3, stop: ["END"] },
      { headers: { traceparent, tracestate: "a=1", baggage: "tenant=blue" } },
    );
    const call = await onlyCall();
    expect(call).toMatchObject({
      api: "openai.chat_completions",
      operation: "chat",
      provider: "openai",
      server: observed.server ?? { address: "api.openai.com", port: 443 },
      request: {
        ...{
          model: "gpt-4o",
          stream: false,
          temperature: 0.5,
          topP: 0.9,
          maxTokens: 50,
          seed: 3,
          stopSequences: ["END"],
        },
        retry: 0,
      },
      outcome: { kind: "answered", status: 200 },
      response: {
        id: reply.id,
        model: reply.model,
        finishReasons: [reply.choices[0]?.finish_reason],
        inputTokens: reply.usage?.prompt_tokens,
        cachedInputTokens: reply.usage?.prompt_tokens_details?.cached_tokens,
        outputTokens: reply.usage?.completion_tokens,
      },
      context: { traceparent, tracestate: "a=1", baggage: "tenant=blue" },
    });
    expect(BigInt(call.endTimeUnixNano)).toBeGreaterThanOrEqual(BigInt(call.startTimeUnixNano));
    expect(JSON.stringify(observed.lines)).not.toContain("Paris");
  });

  test("chat: every choice that is asked for", async () => {
    const client = await open();
    const reply = await client.chat.completions.create({ model: "gpt-4o", messages, n: 3 });
    expect(new Set(reply.choices.map((choice) => choice.message.content)).size).toBe(3);
    const call = await onlyCall();
    expect(call.request.choiceCount).toBe(3);
    expect(call.response?.finishReasons).toEqual(["stop", "stop", "stop"]);
  });

  test("chat: JSON that satisfies the schema", async () => {
    const client = await open();
    const reply = await client.chat.completions.create({
      model: "gpt-4o",
      messages,
      response_format: { type: "json_schema", json_schema: { name: "weather", strict: true, schema: weather } },
    });
    expect(JSON.parse(reply.choices[0]?.message.content ?? "")).toEqual({ city: "example", days: 1 });
    expect((await onlyCall()).request.outputType).toBe("json");
  });

  test("chat: a loop of tools", async () => {
    const client = await open();
    const first = await client.chat.completions.create({ model: "gpt-4o", messages, tools });
    const message = first.choices[0]?.message;
    const [toolCall] = message?.tool_calls ?? [];
    if (message === undefined || toolCall?.type !== "function") throw new Error("no call of a tool");
    expect(toolCall.function).toEqual({ name: "get_weather", arguments: '{"city":"example","days":1}' });
    const second = await client.chat.completions.create({
      model: "gpt-4o",
      messages: [...messages, message, { role: "tool", tool_call_id: toolCall.id, content: "sunny" }],
      tools,
    });
    expect(second.choices[0]?.message.content).toBe("This is the made-up answer of a fake provider.");
    const calls = await observed.calls(2);
    expect(calls.map((call) => call.response?.finishReasons)).toEqual([["tool_calls"], ["stop"]]);
  });

  test("chat: a stream of text and its usage, and of calls of two tools", async () => {
    const client = await open();
    const stream = client.chat.completions.stream({
      model: "gpt-4o",
      messages,
      stream_options: { include_usage: true },
    });
    const whole = await stream.finalChatCompletion();
    const two = [
      ...tools,
      { type: "function" as const, function: { name: "get_time", parameters: { type: "object" } } },
    ];
    const called = await client.chat.completions
      .stream({ model: "gpt-4o", messages, tools: two, parallel_tool_calls: true })
      .finalChatCompletion();
    const [text, toolCalls] = await observed.calls(2);
    expect(text).toMatchObject({
      request: { stream: true },
      outcome: { kind: "answered", status: 200 },
      response: {
        id: whole.id,
        finishReasons: ["stop"],
        inputTokens: whole.usage?.prompt_tokens,
        outputTokens: whole.usage?.completion_tokens,
      },
    });
    expect(whole.choices[0]?.message.content).toBe("This is the made-up answer of a fake provider.");
    const functions = called.choices[0]?.message.tool_calls?.map((call) =>
      call.type === "function" ? call.function : undefined,
    );
    expect(functions?.map((called) => called?.name)).toEqual(["get_weather", "get_time"]);
    expect(functions?.map((called) => called?.arguments)).toEqual(['{"city":"example","days":1}', "{}"]);
    expect(toolCalls?.response).toEqual({ id: called.id, model: called.model, finishReasons: ["tool_calls"] });
  });

  test("chat: a stream that is left early has told its id, but not how it ends", async () => {
    const client = await open();
    const stream = await client.chat.completions.create({ model: "gpt-4o", messages, stream: true });
    let id: string | undefined;
    for await (const chunk of stream) {
      id = chunk.id;
      break;
    }
    const call = await onlyCall();
    expect(call.outcome).toEqual({ kind: "abandoned", status: 200 });
    expect(call.response).toEqual({ id, model: "gpt-4o-2026-01-01" });
  });

  test("chat: a stream that is left where it would break is abandoned, not cut", async () => {
    const client = await open({ faults: [parseFault("cut=2", "test")] });
    const stream = await client.chat.completions.create({ model: "gpt-4o", messages, stream: true });
    let chunks = 0;
    for await (const _ of stream) if (++chunks === 2) break;
    expect((await onlyCall()).outcome).toEqual({ kind: "abandoned", status: 200 });
  });

  test("responses: plain, with its input as text", async () => {
    const client = await open();
    const reply = await client.responses.create({
      model: "gpt-4o",
      input: "How is the weather?",
      max_output_tokens: 100,
    });
    expect(reply.output_text).toBe("This is the made-up answer of a fake provider.");
    expect(await onlyCall()).toMatchObject({
      api: "openai.responses",
      operation: "chat",
      request: { model: "gpt-4o", maxTokens: 100 },
      response: {
        id: reply.id,
        model: reply.model,
        inputTokens: reply.usage?.input_tokens,
        outputTokens: reply.usage?.output_tokens,
      },
    });
  });

  test("responses: a loop of tools over the id of the response before", async () => {
    const client = await open();
    const tools = [{ type: "function" as const, name: "get_weather", parameters: weather, strict: true }];
    const first = await client.responses.create({ model: "gpt-4o", input: "How is the weather?", tools });
    const [item] = first.output;
    if (item?.type !== "function_call") throw new Error("no call of a tool");
    expect(JSON.parse(item.arguments)).toEqual({ city: "example", days: 1 });
    const second = await client.responses.create({
      model: "gpt-4o",
      previous_response_id: first.id,
      input: [{ type: "function_call_output", call_id: item.call_id, output: "sunny" }],
      tools,
    });
    expect(second.output_text).toBe("This is the made-up answer of a fake provider.");
    await observed.calls(2);
  });

  test("responses: a stream, of text and of a call", async () => {
    const client = await open();
    const text = client.responses.stream({ model: "gpt-4o", input: "How is the weather?" });
    const whole = await text.finalResponse();
    expect(whole.output_text).toBe("This is the made-up answer of a fake provider.");
    const called = await client.responses
      .stream({
        model: "gpt-4o",
        input: "How is the weather?",
        tools: [{ type: "function", name: "get_weather", parameters: weather, strict: true }],
      })
      .finalResponse();
    expect(called.output[0]).toMatchObject({ type: "function_call", name: "get_weather" });
    const [first] = await observed.calls(2);
    expect(first).toMatchObject({
      request: { stream: true },
      outcome: { kind: "answered" },
      response: { id: whole.id, inputTokens: whole.usage?.input_tokens, outputTokens: whole.usage?.output_tokens },
    });
  });

  test("responses: JSON that satisfies the schema", async () => {
    const client = await open();
    const format = { type: "json_schema" as const, name: "weather", strict: true, schema: weather };
    const reply = await client.responses.create({ model: "gpt-4o", input: "How is the weather?", text: { format } });
    expect(JSON.parse(reply.output_text)).toEqual({ city: "example", days: 1 });
    expect((await onlyCall()).request.outputType).toBe("json");
  });

  test("responses: a stream that is left early has told its id and model", async () => {
    const client = await open();
    let told: object = {};
    for await (const event of await client.responses.create({ model: "gpt-4o", input: "Hello?", stream: true })) {
      if (event.type === "response.created") told = { id: event.response.id, model: event.response.model };
      if (event.type === "response.output_text.delta") break;
    }
    const call = await onlyCall();
    expect(call.outcome).toEqual({ kind: "abandoned", status: 200 });
    expect(call.response).toEqual(told);
  });

  test("responses: cut short at the most tokens", async () => {
    const client = await open();
    const reply = await client.responses.create({
      model: "gpt-4o",
      input: "How is the weather?",
      max_output_tokens: 4,
    });
    expect(reply).toMatchObject({ status: "incomplete", incomplete_details: { reason: "max_output_tokens" } });
    expect(reply.usage?.output_tokens).toBe(4);
  });

  test("embeddings: of several inputs, the client's own encoding and floats give the same", async () => {
    const client = await open();
    const input = ["sunny in Paris", "rain in Oslo"];
    const asBytes = await client.embeddings.create({ model: "text-embedding-3-small", input, dimensions: 8 });
    const asFloats = await client.embeddings.create({
      model: "text-embedding-3-small",
      input,
      dimensions: 8,
      encoding_format: "float",
    });
    expect(asFloats.data.map((item) => item.embedding.length)).toEqual([8, 8]);
    asFloats.data.forEach((item, index) => {
      item.embedding.forEach((value, axis) => expect(asBytes.data[index]?.embedding[axis]).toBeCloseTo(value, 6));
      expect(Math.hypot(...item.embedding)).toBeCloseTo(1, 5);
    });
    expect(asFloats.data[0]?.embedding).not.toEqual(asFloats.data[1]?.embedding);
    const [first, second] = await observed.calls(2);
    expect(first?.request).toMatchObject({ encodingFormat: "base64", dimensions: 8 });
    expect(second).toMatchObject({
      api: "openai.embeddings",
      operation: "embeddings",
      request: { encodingFormat: "float" },
      response: { model: "text-embedding-3-small", inputTokens: asFloats.usage.prompt_tokens },
    });
  });

  test("a refusal with Retry-After is retried by the client, and each attempt is a call", async () => {
    const client = await open(
      { faults: [{ calls: [{ first: 1, last: 1 }], status: 429, retryAfterSeconds: 0.05 }] },
      2,
    );
    const reply = await client.chat.completions.create({ model: "gpt-4o", messages });
    const [refused, answered] = await observed.calls(2);
    expect(refused).toMatchObject({
      request: { retry: 0 },
      outcome: { kind: "error", status: 429, errorType: "rate_limit_exceeded" },
    });
    expect(refused?.response).toBeUndefined();
    expect(answered).toMatchObject({ request: { retry: 1 }, response: { id: reply.id } });
    expect(answered?.request.bodyDigest).toBe(refused?.request.bodyDigest);
  });

  test.each([
    [429, "rate_limit_exceeded"],
    [500, "server_error"],
    [503, "server_error"],
    [400, "invalid_request_error"],
  ])(
    "an error of status %d that the request chose reaches the client in the provider's shape",
    async (status, errorType) => {
      const client = await open();
      const error = await failure(
        client.chat.completions.create(
          { model: "gpt-4o", messages },
          { headers: { [FAULT_HEADER]: `status=${status}` } },
        ),
      );
      expect(error).toBeInstanceOf(Client.APIError);
      const told = error as InstanceType<typeof OpenAI6.APIError>;
      expect([told.status, told.code ?? told.type]).toEqual([status, errorType]);
      expect((await onlyCall()).outcome).toEqual({ kind: "error", status, errorType });
    },
  );

  test("a stream that breaks has told what came before", async () => {
    const client = await open({ faults: [{ cut: 3 }] });
    const stream = await client.chat.completions.create({ model: "gpt-4o", messages, stream: true });
    let text = "";
    const error = await failure(
      (async () => {
        for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? "";
      })(),
    );
    expect(error).toBeInstanceOf(Error);
    expect(text).toBe("This is ");
    const call = await onlyCall();
    expect(call.outcome).toEqual({ kind: "cut", status: 200 });
    expect(call.response).not.toHaveProperty("finishReasons");
  });

  test.each([
    ["before it begins", { cut: 0 }, { kind: "cut" }],
    ["in its middle", { cut: 1 }, { kind: "cut", status: 200 }],
  ])("a reply that breaks %s is no reply", async (_when, fault, outcome) => {
    const client = await open({ faults: [fault] });
    expect(await failure(client.chat.completions.create({ model: "gpt-4o", messages }))).toBeInstanceOf(Error);
    const call = await onlyCall();
    expect(call.outcome).toEqual(outcome);
    expect(call.response).toBeUndefined();
  });

  test("malformed JSON fails in the client, as a reply and as an event", async () => {
    const client = await open({ faults: [{ malformed: 2 }] });
    expect(await failure(client.chat.completions.create({ model: "gpt-4o", messages }))).toBeInstanceOf(SyntaxError);
    const stream = await client.chat.completions.create({ model: "gpt-4o", messages, stream: true });
    const consumed = (async () => {
      for await (const _chunk of stream);
    })();
    expect(await failure(consumed)).toBeInstanceOf(Error);
    const [reply, event] = await observed.calls(2);
    expect(reply?.outcome).toEqual({ kind: "malformed", status: 200 });
    expect(reply?.response).toBeUndefined();
    expect(event?.outcome).toEqual({ kind: "malformed", status: 200 });
    expect(Object.keys(event?.response ?? {})).toEqual(["id", "model"]);
  });

  test("a client that gives up on a reply that never comes has abandoned it", async () => {
    const client = await open({ faults: [{ timeout: true }] });
    const error = await failure(client.chat.completions.create({ model: "gpt-4o", messages }, { timeout: 50 }));
    expect(error).toBeInstanceOf(Client.APIConnectionTimeoutError);
    const call = await onlyCall();
    expect(call.outcome).toEqual({ kind: "abandoned" });
    expect(call.response).toBeUndefined();
  });
});
