import { Anthropic } from "@anthropic-ai/sdk";
import { GoogleGenAI } from "@google/genai";
import { OpenAI as OpenAI6 } from "openai";
import { OpenAI as OpenAI7 } from "openai-7";
import { afterEach, expect, test, vi } from "vitest";
import { clientEnvironment } from "../../src/provider/client-environment.ts";
import { observe, type Observed } from "./calls.ts";

let observed: Observed;
afterEach(async () => {
  vi.unstubAllEnvs();
  await observed.stop();
});

const content = "Hello?";

test.each<[client: string, api: string, call: () => Promise<unknown>]>([
  ["openai 6", "openai.responses", () => new OpenAI6().responses.create({ model: "m", input: content })],
  ["openai 7", "openai.responses", () => new OpenAI7().responses.create({ model: "m", input: content })],
  [
    "@anthropic-ai/sdk",
    "anthropic.messages",
    () => new Anthropic().messages.create({ model: "m", max_tokens: 9, messages: [{ role: "user", content }] }),
  ],
  [
    "@google/genai",
    "gemini.generate_content",
    () => new GoogleGenAI({}).models.generateContent({ model: "m", contents: content }),
  ],
])("%s reads nothing but the environment", async (_client, api, call) => {
  observed = await observe();
  for (const [name, value] of Object.entries(clientEnvironment(observed.anthropic))) vi.stubEnv(name, value);
  await call();
  expect(await observed.calls(1)).toMatchObject([{ api, outcome: { kind: "answered" } }]);
});
