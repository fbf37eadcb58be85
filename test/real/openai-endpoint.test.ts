import { OpenAI, RateLimitError } from "openai";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { startOpenAiEndpoint, statusHeader } from "./openai-endpoint.ts";
import type { OpenAiEndpoint } from "./openai-endpoint.ts";

const weather: OpenAI.ChatCompletionMessageParam = { role: "user", content: "How is the weather in Paris?" };
const getWeather: OpenAI.ChatCompletionFunctionTool = { type: "function", function: { name: "get_weather" } };

describe("the fake endpoint, asked by the official client", () => {
  let endpoint: OpenAiEndpoint;
  let client: OpenAI;

  beforeAll(async () => {
    endpoint = await startOpenAiEndpoint();
    client = new OpenAI({ apiKey: "unused", baseURL: endpoint.baseUrl, maxRetries: 0 });
  });
  afterAll(() => endpoint.close());

  test("answers with as many choices as asked for, and usage that adds up", async () => {
    const reply = await client.chat.completions.create({ model: "m", n: 3, messages: [weather] });
    expect(reply.choices.map((choice) => choice.index)).toEqual([0, 1, 2]);
    expect(new Set(reply.choices.map((choice) => choice.message.content)).size).toBe(3);
    expect(reply.usage?.prompt_tokens).toBe(7);
    expect(reply.usage?.total_tokens).toBe(7 + (reply.usage?.completion_tokens ?? 0));
    expect(reply.system_fingerprint).toBe("fp_testkit");
    expect(reply.service_tier).toBe("default");
  });

  test("asks for a tool first and answers once the tool has", async () => {
    const first = await client.chat.completions.create({ model: "m", tools: [getWeather], messages: [weather] });
    expect(first.choices[0]?.finish_reason).toBe("tool_calls");
    const message = first.choices[0]?.message;
    if (message === undefined) throw new Error("no choice");
    const call = message.tool_calls?.[0];
    expect(call).toMatchObject({ type: "function", function: { name: "get_weather", arguments: '{"city":"Paris"}' } });
    const second = await client.chat.completions.create({
      model: "m",
      tools: [getWeather],
      messages: [weather, message, { role: "tool", tool_call_id: call?.id ?? "", content: "sunny" }],
    });
    expect(second.choices[0]?.finish_reason).toBe("stop");
    expect(second.choices[0]?.message.content).toBe("It is sunny in Paris.");
  });

  test.each([true, false])("streams the whole text, with usage when asked for (%s)", async (include_usage) => {
    const stream = await client.chat.completions.create({
      model: "m",
      stream: true,
      messages: [weather],
      ...(include_usage ? { stream_options: { include_usage } } : {}),
    });
    const chunks = await collect(stream);
    expect(chunks.map((chunk) => chunk.choices[0]?.delta.content ?? "").join("")).toBe("It is sunny in Paris.");
    expect(chunks.flatMap((chunk) => chunk.choices[0]?.finish_reason ?? [])).toEqual(["stop"]);
    expect(chunks.filter((chunk) => chunk.usage).map((chunk) => chunk.usage?.total_tokens)).toEqual(
      include_usage ? [13] : [],
    );
  });

  test("streams a tool call", async () => {
    const stream = await client.chat.completions.create({
      model: "m",
      stream: true,
      tools: [getWeather],
      messages: [weather],
    });
    const chunks = await collect(stream);
    const calls = chunks.flatMap((chunk) => chunk.choices[0]?.delta.tool_calls ?? []);
    expect(calls).toMatchObject([{ index: 0, function: { name: "get_weather", arguments: '{"city":"Paris"}' } }]);
    expect(chunks.at(-1)?.choices[0]?.finish_reason).toBe("tool_calls");
  });

  test("keeps answering after a client left a stream early", async () => {
    const stream = await client.chat.completions.create({ model: "m", stream: true, messages: [weather] });
    for await (const chunk of stream) {
      expect(chunk.choices[0]?.delta.role).toBe("assistant");
      break;
    }
    const reply = await client.chat.completions.create({ model: "m", messages: [weather] });
    expect(reply.choices[0]?.message.content).toBe("It is sunny in Paris.");
  });

  test("refuses with the status that a request asks for, with Retry-After on 429", async () => {
    const refused = client.chat.completions.create(
      { model: "m", messages: [weather] },
      { headers: { [statusHeader]: "429" } },
    );
    const error: unknown = await refused.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(RateLimitError);
    expect(error).toMatchObject({ status: 429, code: "rate_limit_exceeded" });
    expect((error as RateLimitError).headers?.get("retry-after")).toBe("1");
  });

  test.each(["float", "base64", undefined] as const)(
    "gives the same vectors whatever the encoding (%s)",
    async (encoding) => {
      const reply = await client.embeddings.create({
        model: "e",
        input: ["sunny in Paris", "rain in Oslo"],
        dimensions: 4,
        ...(encoding === undefined ? {} : { encoding_format: encoding }),
      });
      expect(reply.usage).toEqual({ prompt_tokens: 7, total_tokens: 7 });
      const second: unknown = reply.data[1]?.embedding;
      const numbers = typeof second === "string" ? floats(second) : (second as number[]);
      expect(numbers.map((each) => Math.round(each * 1000))).toEqual([429, 571, 714, 857]);
    },
  );

  test("names an unknown route and the ones it has", async () => {
    await expect(client.models.list()).rejects.toThrow(/404 Unknown route GET \/v1\/models.*\/v1\/chat\/completions/);
  });

  test("gives equal replies to equal requests in equal order", async () => {
    const ask = async (): Promise<unknown> => {
      const fresh = await startOpenAiEndpoint();
      try {
        const asking = new OpenAI({ apiKey: "unused", baseURL: fresh.baseUrl });
        return [
          await asking.chat.completions.create({ model: "m", messages: [weather] }),
          await asking.chat.completions.create({ model: "m", messages: [weather] }),
        ];
      } finally {
        await fresh.close();
      }
    };
    expect(await ask()).toEqual(await ask());
  });
});

async function collect<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const each of stream) all.push(each);
  return all;
}

function floats(base64: string): number[] {
  const bytes = Buffer.from(base64, "base64");
  return Array.from({ length: bytes.length / 4 }, (_, index) => bytes.readFloatLE(index * 4));
}
