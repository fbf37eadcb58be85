import { ApiError, GoogleGenAI, Type, type GenerateContentResponse } from "@google/genai";
import { afterEach, describe, expect, test } from "vitest";
import type { LedgerCall } from "../../src/ledger/ledger.ts";
import type { FakeProviderOptions } from "../../src/provider/fake-provider.ts";
import { observe, type Observed } from "./calls.ts";
import { failure } from "./failure.ts";

const request = { model: "gemini-2.5-flash", contents: "How is the weather in Paris?" };
const functionDeclarations = [
  {
    name: "get_weather",
    parameters: { type: Type.OBJECT, properties: { city: { type: Type.STRING } }, required: ["city"] },
  },
];

describe.each(["HTTP", "msw"] as const)("@google/genai by %s", (transport) => {
  let observed: Observed;
  afterEach(() => observed.stop());

  async function open(options: FakeProviderOptions = {}, http: object = {}): Promise<GoogleGenAI> {
    observed = await observe(options, transport);
    return new GoogleGenAI({ apiKey: "none", vertexai: false, httpOptions: { baseUrl: observed.gemini, ...http } });
  }

  async function onlyCall(): Promise<LedgerCall> {
    const [call] = await observed.calls(1);
    if (call === undefined) throw new Error("no call");
    return call;
  }

  test.each(["v1beta", "v1"])("generateContent of %s: the reply is what the ledger says", async (apiVersion) => {
    const client = await open({}, { apiVersion });
    const reply = await client.models.generateContent({
      ...request,
      config: {
        temperature: 0.5,
        topK: 5,
        topP: 0.9,
        maxOutputTokens: 100,
        candidateCount: 2,
        seed: 4,
        stopSequences: ["END"],
      },
    });
    expect(reply.text).toBe("This is the made-up answer of a fake provider.");
    expect(await onlyCall()).toMatchObject({
      api: "gemini.generate_content",
      operation: "generate_content",
      provider: "gcp.gemini",
      server: observed.server ?? { address: "generativelanguage.googleapis.com", port: 443 },
      request: {
        ...{ model: "gemini-2.5-flash", stream: false, temperature: 0.5, topK: 5, topP: 0.9, maxTokens: 100, seed: 4 },
        ...{ choiceCount: 2, stopSequences: ["END"] },
      },
      outcome: { kind: "answered", status: 200 },
      response: {
        id: reply.responseId,
        model: reply.modelVersion,
        finishReasons: reply.candidates?.map((candidate) => candidate.finishReason),
        inputTokens: reply.usageMetadata?.promptTokenCount,
        outputTokens: reply.usageMetadata?.candidatesTokenCount,
      },
    });
    expect(JSON.stringify(observed.lines)).not.toContain("Paris");
  });

  test("thoughts are beside the candidates' tokens on the wire, and within the output tokens in the ledger", async () => {
    const usage = { inputTokens: 50, cachedInputTokens: 20, outputTokens: 30, reasoningTokens: 22 };
    const client = await open({ script: { conversations: [{ turns: [{ text: "Hello.", usage }] }] } });
    const reply = await client.models.generateContent(request);
    expect(reply.usageMetadata).toMatchObject({
      ...{
        promptTokenCount: 50,
        cachedContentTokenCount: 20,
        candidatesTokenCount: 8,
        thoughtsTokenCount: 22,
        totalTokenCount: 80,
      },
    });
    expect((await onlyCall()).response).toMatchObject({
      inputTokens: 50,
      cachedInputTokens: 20,
      outputTokens: 30,
      reasoningOutputTokens: 22,
    });
  });

  test("a stream tells its usage and its finish reason at the end", async () => {
    const client = await open();
    let text = "";
    let last: GenerateContentResponse | undefined;
    for await (const chunk of await client.models.generateContentStream(request)) {
      text += chunk.text ?? "";
      last = chunk;
    }
    expect(text).toBe("This is the made-up answer of a fake provider.");
    expect(await onlyCall()).toMatchObject({
      request: { stream: true },
      outcome: { kind: "answered", status: 200 },
      response: {
        id: last?.responseId,
        finishReasons: ["STOP"],
        inputTokens: last?.usageMetadata?.promptTokenCount,
        outputTokens: last?.usageMetadata?.candidatesTokenCount,
      },
    });
  });

  test("a loop of tools, whose types are in capitals", async () => {
    const client = await open();
    const config = { tools: [{ functionDeclarations }] };
    const first = await client.models.generateContent({ ...request, config });
    const [called] = first.functionCalls ?? [];
    expect(called).toMatchObject({ name: "get_weather", args: { city: "example" } });
    const second = await client.models.generateContent({
      model: request.model,
      config,
      contents: [
        { role: "user", parts: [{ text: request.contents }] },
        { role: "model", parts: [{ functionCall: { name: "get_weather", args: { city: "example" } } }] },
        { role: "user", parts: [{ functionResponse: { name: "get_weather", response: { sky: "sunny" } } }] },
      ],
    });
    expect(second.text).toBe("This is the made-up answer of a fake provider.");
    await observed.calls(2);
  });

  test("JSON that satisfies the schema, in either dialect", async () => {
    const client = await open();
    const config = { responseMimeType: "application/json" };
    const capitals = { type: Type.OBJECT, properties: { days: { type: Type.INTEGER } }, required: ["days"] };
    const small = { type: "object", properties: { days: { type: "integer" } }, required: ["days"] };
    const one = await client.models.generateContent({ ...request, config: { ...config, responseSchema: capitals } });
    const two = await client.models.generateContent({ ...request, config: { ...config, responseJsonSchema: small } });
    expect([one.text, two.text]).toEqual(['{"days":1}', '{"days":1}']);
    const calls = await observed.calls(2);
    expect(calls.map((call) => call.request.outputType)).toEqual(["json", "json"]);
  });

  test.each([
    [429, "RESOURCE_EXHAUSTED"],
    [500, "INTERNAL"],
    [503, "UNAVAILABLE"],
    [400, "INVALID_ARGUMENT"],
  ])("an error of status %d reaches the client in the provider's shape", async (status, errorType) => {
    const client = await open({ faults: [{ status, retryAfterSeconds: 3 }] });
    const error = await failure(client.models.generateContent(request));
    expect(error).toBeInstanceOf(ApiError);
    const told = JSON.parse((error as ApiError).message) as {
      error: { code: number; status: string; details: unknown };
    };
    expect(told.error).toMatchObject({ code: status, status: errorType });
    expect(told.error.details).toEqual([{ "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay: "3s" }]);
    expect((await onlyCall()).outcome).toEqual({ kind: "error", status, errorType });
  });

  test("the client's own retry makes a call each", async () => {
    const retryOptions = { attempts: 2, initialDelay: 0.01 };
    const client = await open({ faults: [{ calls: [{ first: 1, last: 1 }], status: 429 }] }, { retryOptions });
    const reply = await client.models.generateContent(request);
    const [refused, answered] = await observed.calls(2);
    expect(refused?.outcome).toMatchObject({ kind: "error", status: 429 });
    expect(answered?.response?.id).toBe(reply.responseId);
  });

  test("a stream that breaks, and one with an event that is no JSON", async () => {
    const client = await open({ faults: [{ calls: [{ first: 1, last: 1 }], cut: 2 }, { malformed: 3 }] });
    const chunks: unknown[] = [];
    for (let call = 1; call <= 2; call += 1) {
      const stream = await client.models.generateContentStream(request);
      const consumed = (async () => {
        for await (const chunk of stream) chunks.push(chunk);
      })();
      expect(await failure(consumed)).toBeInstanceOf(Error);
    }
    expect(chunks).toHaveLength(4);
    const [cut, malformed] = await observed.calls(2);
    expect(cut?.outcome).toEqual({ kind: "cut", status: 200 });
    expect(malformed?.outcome).toEqual({ kind: "malformed", status: 200 });
    expect(cut?.response).not.toHaveProperty("finishReasons");
  });

  test("a stream that is aborted is abandoned", async () => {
    const client = await open({ faults: [{ tokenMs: 50 }] });
    const abort = new AbortController();
    const stream = await client.models.generateContentStream({ ...request, config: { abortSignal: abort.signal } });
    const consumed = (async () => {
      for await (const _chunk of stream) abort.abort();
    })();
    expect(await failure(consumed)).toBeInstanceOf(Error);
    expect((await onlyCall()).outcome).toEqual({ kind: "abandoned", status: 200 });
  });

  test("a client that gives up on a reply that never comes has abandoned it", async () => {
    const client = await open({ faults: [{ timeout: true }] }, { timeout: 50 });
    expect(await failure(client.models.generateContent(request))).toBeInstanceOf(Error);
    expect((await onlyCall()).outcome).toEqual({ kind: "abandoned" });
  });
});
