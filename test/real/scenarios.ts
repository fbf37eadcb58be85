import type { Tracer } from "@opentelemetry/api";
import type { OpenAI } from "openai";

import { FAULT_HEADER } from "../../src/provider/fake-provider.ts";
import { scenarioModels } from "./scenario-models.ts";

/**
 * What every real client does, each scenario under a root span of its own.
 *
 * Runs all scenarios in order with an instrumented client; resolves when the last is done. Rejects when a scenario does not
 * go as meant (a missing reply, a call that should be refused and is not).
 */
export async function runScenarios(client: OpenAI, tracer: Tracer): Promise<void> {
  const run = async (name: keyof typeof scenarioModels, scenario: (model: string) => Promise<void>): Promise<void> => {
    await tracer.startActiveSpan(`scenario ${name}`, async (span) => {
      try {
        await scenario(scenarioModels[name]);
      } finally {
        span.end();
      }
    });
  };

  await run("plain chat", async (model) => {
    const reply = await client.chat.completions.create({
      model,
      temperature: 0.2,
      top_p: 1,
      max_completion_tokens: 100,
      seed: 7,
      stop: ["END"],
      service_tier: "default",
      messages: [
        { role: "system", content: "Answer in one sentence." },
        { role: "user", content: "How is the weather in Paris?" },
      ],
    });
    expectText(reply.choices[0]?.message.content);
  });

  await run("two choices", async (model) => {
    const reply = await client.chat.completions.create({
      model,
      n: 2,
      messages: [{ role: "user", content: "How is the weather in Paris?" }],
    });
    expectText(reply.choices[1]?.message.content);
  });

  await run("tool loop", async (model) => {
    const tools: OpenAI.ChatCompletionFunctionTool[] = [
      {
        type: "function",
        function: {
          name: "get_weather",
          description: "The weather of a city.",
          parameters: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
        },
      },
    ];
    const messages: OpenAI.ChatCompletionMessageParam[] = [{ role: "user", content: "How is the weather in Paris?" }];
    const first = await client.chat.completions.create({ model, tools, messages });
    const message = first.choices[0]?.message;
    const call = message?.tool_calls?.[0];
    if (message === undefined || call?.type !== "function") throw new Error("the first reply asks for no tool");
    const { city } = JSON.parse(call.function.arguments) as { city: string };
    messages.push(message, { role: "tool", tool_call_id: call.id, content: `sunny in ${city}` });
    const second = await client.chat.completions.create({ model, tools, messages });
    expectText(second.choices[0]?.message.content);
  });

  await run("streaming", async (model) => {
    const stream = await client.chat.completions.create({
      model,
      stream: true,
      stream_options: { include_usage: true },
      messages: [{ role: "user", content: "How is the weather in Paris?" }],
    });
    let text = "";
    for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? "";
    expectText(text);
  });

  await run("stream left early", async (model) => {
    const stream = await client.chat.completions.create({
      model,
      stream: true,
      messages: [{ role: "user", content: "How is the weather in Paris?" }],
    });
    for await (const chunk of stream) {
      if (chunk.choices.length === 0) throw new Error("the first chunk has no choice");
      break;
    }
  });

  await run("rate limited", async (model) => {
    const refused = await client.chat.completions
      .create(
        { model, messages: [{ role: "user", content: "How is the weather in Paris?" }] },
        { maxRetries: 0, headers: { [FAULT_HEADER]: "status=429 retry-after=1" } },
      )
      .then(
        () => undefined,
        (error: unknown) => error,
      );
    if (!(refused instanceof Error && "status" in refused && refused.status === 429)) {
      throw new Error("the provider did not answer 429", { cause: refused });
    }
  });

  await run("embeddings", async (model) => {
    const reply = await client.embeddings.create({
      model,
      encoding_format: "float",
      dimensions: 8,
      input: ["sunny in Paris", "rain in Oslo"],
    });
    if (reply.data[1]?.embedding.length !== 8) throw new Error("the second embedding does not have 8 numbers");
  });
}

function expectText(text: string | null | undefined): void {
  if (text === null || text === undefined || text === "") throw new Error("the reply has no text");
}
