import { OpenAI } from "openai";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { observe, type Observed } from "./calls.ts";

let observed: Observed;
let client: OpenAI;
beforeEach(async () => {
  observed = await observe();
  client = new OpenAI({ baseURL: `${observed.provider.url}/v1`, apiKey: "none", maxRetries: 0 });
});
afterEach(() => observed.provider.stop());

const messages = [{ role: "user" as const, content: "How is the weather in Paris?" }];

describe("chat completions", () => {
  test("a plain reply is what the ledger says", async () => {
    const reply = await client.chat.completions.create(
      { model: "gpt-4o", messages, temperature: 0.5, max_completion_tokens: 50 },
      { headers: { traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", baggage: "a=b" } },
    );
    const [call] = await observed.calls(1);
    expect(call).toMatchObject({
      call: 1,
      api: "openai.chat_completions",
      operation: "chat",
      provider: "openai",
      server: { address: "127.0.0.1", port: observed.provider.port },
      request: { model: "gpt-4o", stream: false, temperature: 0.5, maxTokens: 50, retry: 0 },
      outcome: { kind: "answered", status: 200 },
      response: {
        id: reply.id,
        model: reply.model,
        finishReasons: [reply.choices[0]?.finish_reason],
        inputTokens: reply.usage?.prompt_tokens,
        outputTokens: reply.usage?.completion_tokens,
      },
      context: { traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", baggage: "a=b" },
    });
    expect(JSON.stringify(observed.lines)).not.toContain("Paris");
  });

  test("a stream tells its usage only when asked for", async () => {
    for (const include_usage of [true, false]) {
      const stream = await client.chat.completions.create({
        model: "gpt-4o",
        messages,
        stream: true,
        stream_options: { include_usage },
      });
      let text = "";
      for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? "";
      expect(text).toBe("This is the made-up answer of a fake provider.");
    }
    const [withUsage, without] = await observed.calls(2);
    expect(withUsage?.response).toMatchObject({ finishReasons: ["stop"], inputTokens: 7, outputTokens: 12 });
    expect(without?.response).toMatchObject({ finishReasons: ["stop"] });
    expect(without?.response).not.toHaveProperty("outputTokens");
  });

  test("a stream that is left early has told its id, but not how it ends", async () => {
    const stream = await client.chat.completions.create({ model: "gpt-4o", messages, stream: true });
    let id: string | undefined;
    for await (const chunk of stream) {
      id = chunk.id;
      break;
    }
    const [call] = await observed.calls(1);
    expect(call?.outcome).toEqual({ kind: "abandoned", status: 200 });
    expect(call?.response).toEqual({ id, model: "gpt-4o-2026-01-01" });
  });
});
