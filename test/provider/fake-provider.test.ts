import { connect } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { Ajv2020, type AnySchemaObject } from "ajv/dist/2020.js";
import { readFileSync } from "node:fs";
import type { FakeProviderOptions } from "../../src/provider/fake-provider.ts";
import { FAULT_HEADER } from "../../src/provider/fake-provider.ts";
import { parseFault } from "../../src/provider/read-fault.ts";
import { observe, type Observed } from "./calls.ts";

let observed: Observed;
afterEach(() => observed.stop());

async function open(options: FakeProviderOptions = {}): Promise<void> {
  observed = await observe(options);
}

function post(path: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return fetch(`${observed.gemini}${path}`, { method: "POST", body: text, headers });
}

const chatBody = { model: "gpt-4o", messages: [{ role: "user", content: "Hello?" }] };

function chat(content = "Hello?", more: object = {}, headers: Record<string, string> = {}): Promise<Response> {
  return post("/v1/chat/completions", { model: "gpt-4o", messages: [{ role: "user", content }], ...more }, headers);
}

async function statuses(requests: readonly Promise<Response>[]): Promise<number[]> {
  const responses = await Promise.all(requests);
  return Promise.all(responses.map(async (response) => (await response.text(), response.status)));
}

describe("replies", () => {
  test("depend on the request, on how often it came before, and on the seed", async () => {
    const runs: string[][] = [];
    for (const seed of [1, 1, 2]) {
      await open({ seed });
      const texts: string[] = [];
      for (const content of ["a", "a", "b"]) texts.push(await (await chat(content)).text());
      runs.push(texts);
      await observed.stop();
    }
    const [one = [], again, other = []] = runs;
    expect(again).toEqual(one);
    expect(new Set([...one, ...other]).size).toBe(6);
  });

  test("name the request in the provider's own header", async () => {
    await open();
    expect((await chat()).headers.get("x-request-id")).toMatch(/^req_[0-9a-f]{32}$/);
  });

  test("of a script depend on the turns so far, not on what else is asked", async () => {
    await open({
      script: {
        conversations: [
          {
            when: { userText: "first" },
            turns: [{ text: "one" }, { text: "two", model: "gpt-x", finishReason: "content_filter" }],
          },
          { when: { api: "anthropic.messages" }, turns: [{ text: "by Anthropic" }] },
          { when: { model: "gpt-4o" }, turns: [{ text: "else" }] },
        ],
      },
    });
    const ask = async (...contents: string[]): Promise<unknown> => {
      const messages = contents.map((content, index) => ({ role: index % 2 === 0 ? "user" : "assistant", content }));
      const reply = (await (await post("/v1/chat/completions", { model: "gpt-4o", messages })).json()) as {
        model: string;
        choices: { message: { content: string }; finish_reason: string }[];
      };
      return [reply.choices[0]?.message.content, reply.choices[0]?.finish_reason, reply.model];
    };
    expect(await ask("the first")).toEqual(["one", "stop", "gpt-4o-2026-01-01"]);
    expect(await ask("another")).toEqual(["else", "stop", "gpt-4o-2026-01-01"]);
    expect(await ask("the first", "one", "and the first again")).toEqual(["two", "content_filter", "gpt-x"]);
    expect(await ask("the first")).toEqual(["one", "stop", "gpt-4o-2026-01-01"]);
    const answer = await ask("the first", "one", "first", "two", "first");
    expect(answer).toEqual(["This is the made-up answer of a fake provider.", "stop", "gpt-4o-2026-01-01"]);
  });

  test("of Gemini come as one array without alt=sse", async () => {
    await open();
    const body = { contents: [{ parts: [{ text: "Hello?" }] }] };
    const response = await post("/v1beta/models/gemini-2.5-flash:streamGenerateContent", body);
    const chunks = (await response.json()) as { candidates: { finishReason?: string }[] }[];
    expect(chunks.at(-1)?.candidates[0]?.finishReason).toBe("STOP");
    const [call] = await observed.calls(1);
    expect(call).toMatchObject({ request: { stream: true }, response: { finishReasons: ["STOP"] } });
  });
});

describe("bad requests", () => {
  test.each([
    ["/v1/chat/completions", "{oops", "", { error: { type: "invalid_request_error", code: null } }],
    ["/v1/chat/completions", "[1]", "", { error: { type: "invalid_request_error" } }],
    ["/v1/chat/completions", { messages: [] }, "", { error: { param: "model" } }],
    ["/v1/chat/completions", { ...chatBody, stream: "yes" }, "gpt-4o", { error: { param: "stream" } }],
    ["/v1/chat/completions", { ...chatBody, n: 1000 }, "gpt-4o", { error: { param: "n" } }],
    ["/v1/chat/completions", { model: "gpt-4o", messages: ["hi"] }, "gpt-4o", { error: { param: "messages[0]" } }],
    [
      "/v1/chat/completions",
      { ...chatBody, tools: [{ function: {} }] },
      "gpt-4o",
      { error: { param: "tools[0].function.name" } },
    ],
    ["/v1/responses", { model: "gpt-4o" }, "gpt-4o", { error: { param: "input" } }],
    ["/v1/embeddings", { model: "e", input: [] }, "e", { error: { param: "input" } }],
    ["/v1/embeddings", { model: "e", input: "x", dimensions: 0 }, "e", { error: { param: "dimensions" } }],
    [
      "/v1/messages",
      { model: "claude", messages: [{ role: "user", content: "x" }] },
      "claude",
      { type: "error", error: { type: "invalid_request_error" } },
    ],
    ["/v1/messages", { max_tokens: 5 }, "", { type: "error", error: { type: "invalid_request_error" } }],
    ["/v1beta/models/gemini:generateContent", {}, "gemini", { error: { code: 400, status: "INVALID_ARGUMENT" } }],
  ])("%s with %j is a call that was refused", async (path, body, model, error) => {
    await open();
    const response = await post(path, body);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject(error);
    const [call] = await observed.calls(1);
    expect(call).toMatchObject({ request: { model }, outcome: { kind: "error", status: 400 } });
    expect(call).not.toHaveProperty("response");
  });

  test("a fault's header that cannot be read is told", async () => {
    await open();
    const response = await chat("Hello?", {}, { [FAULT_HEADER]: "sttus=429" });
    expect(response.status).toBe(400);
    expect(await response.text()).toContain("x-testkit-fault: expected one of status");
  });

  test("a body of more than 32 MB is refused in the provider's shape, and the next request is answered", async () => {
    await open();
    const response = await post("/v1/messages", "x".repeat(33 << 20));
    expect([response.status, await response.json()]).toMatchObject([413, { error: { type: "request_too_large" } }]);
    expect((await chat()).status).toBe(200);
    const [refused] = await observed.calls(2);
    expect(refused?.outcome).toEqual({ kind: "error", status: 413, errorType: "request_too_large" });
  });

  test("a client that leaves before its body is whole has abandoned the call", async () => {
    await open();
    const socket = connect(Number(new URL(observed.gemini).port), "127.0.0.1");
    socket.write("POST /v1/chat/completions HTTP/1.1\r\nhost: api.test\r\ncontent-length: 100\r\n\r\n{");
    setTimeout(() => socket.destroy(), 50);
    const [call] = await observed.calls(1);
    expect(call).toMatchObject({ server: { address: "api.test", port: 80 }, outcome: { kind: "abandoned" } });
  });
});

describe("routes", () => {
  test.each([
    ["POST", "/v1/moderations?key=secret", {}, { error: { type: "invalid_request_error", code: "unknown_url" } }],
    ["GET", "/v1/chat/completions", {}, { error: { type: "invalid_request_error" } }],
    ["POST", "/v1/messages/batches", {}, { type: "error", error: { type: "not_found_error" } }],
    ["POST", "/v1/files", { "anthropic-version": "2023-06-01" }, { type: "error", error: { type: "not_found_error" } }],
    ["POST", "/chat/completions", {}, { error: { message: expect.stringContaining("must end with /v1") } }],
    ["POST", "/v1/v1/messages", {}, { error: { message: expect.stringContaining("must not end with /v1") } }],
    ["POST", "/v1beta/models/gemini:embedContent", {}, { error: { code: 404, status: "NOT_FOUND" } }],
  ])("%s %s is unknown, in the provider's own shape", async (method, path, headers, error) => {
    await open();
    const response = await fetch(`${observed.gemini}${path}`, { method, headers: headers as Record<string, string> });
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject(error);
    expect(observed.unknownRoutes()).toMatchObject([{ method, path: path.split("?")[0] }]);
    expect(JSON.stringify(observed.lines)).not.toContain("secret");
  });

  test.each([
    ["//", "//"],
    ["//v1/messages", "//v1/messages"],
    ["*", "/*"],
    ["http://[", "/http://["],
    ["http://other.test/v1/moderations", "/v1/moderations"],
  ])("a request for %s is answered, and listed as %s", async (target, path) => {
    await open();
    const socket = connect(Number(new URL(observed.gemini).port), "127.0.0.1");
    socket.write(`POST ${target} HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\nconnection: close\r\n\r\n`);
    expect((await socket.setEncoding("utf8").toArray()).join("")).toMatch(/^HTTP\/1\.1 404 /);
    expect(observed.unknownRoutes()).toMatchObject([{ path }]);
  });

  test.each([
    ["/v1/models", {}, "data"],
    ["/v1/models", { "anthropic-version": "2023-06-01" }, "first_id"],
    ["/v1beta/models", {}, "models"],
  ])("%s with %j lists models, and is nothing for a ledger", async (path, headers, key) => {
    await open();
    const response = await fetch(`${observed.gemini}${path}`, { headers: headers as Record<string, string> });
    expect(await response.json()).toHaveProperty(key);
    expect(observed.lines.map((line) => line.type)).toEqual(["ledger"]);
  });
});

describe("faults", () => {
  test("by rate strike the same calls of the same requests, in any order", async () => {
    const faults = [parseFault("rate=0.3 status=503", "test")];
    const contents = Array.from({ length: 100 }, (_, index) => `question ${index}`);
    await open({ faults });
    const inOrder = await statuses(contents.map((content) => chat(content)));
    await observed.stop();
    await open({ faults });
    const reversed = await statuses(contents.toReversed().map((content) => chat(content)));
    expect(reversed.toReversed()).toEqual(inOrder);
    const struck = inOrder.filter((status) => status === 503).length;
    expect(struck).toBeGreaterThan(15);
    expect(struck).toBeLessThan(45);
  });

  test("by schedule strike the calls of their API and model alone", async () => {
    await open({ faults: [parseFault("api=openai.chat_completions model=gpt-4o calls=2,4- status=500", "test")] });
    const seen: number[] = [];
    for (const model of ["gpt-4o", "other", "gpt-4o", "gpt-4o", "gpt-4o", "gpt-4o"]) {
      seen.push((await chat("Hello?", { model })).status);
      seen.push((await post("/v1/embeddings", { model, input: "x" })).status);
    }
    expect(seen.filter((_, index) => index % 2 === 1)).toEqual(Array(6).fill(200));
    expect(seen.filter((_, index) => index % 2 === 0)).toEqual([200, 200, 500, 200, 500, 500]);
  });

  test("of capacity refuse what comes while too many are under way", async () => {
    await open({ faults: [parseFault("concurrent=2", "test"), parseFault("first-token=1s", "test")] });
    const results = await statuses([chat("a"), chat("b"), chat("c"), chat("d")]);
    expect(results.toSorted()).toEqual([200, 200, 429, 429]);
    expect((await chat("e")).status).toBe(200);
  });

  test("of capacity refuse with what ran out, and when to come again", async () => {
    await open({ faults: [parseFault("requests=2/1m", "test")] });
    await statuses([chat("a"), chat("b")]);
    const refused = await chat("c");
    expect(refused.status).toBe(429);
    expect(refused.headers.get("x-ratelimit-limit-requests")).toBe("2");
    expect(refused.headers.get("x-ratelimit-remaining-requests")).toBe("0");
    const seconds = Number(refused.headers.get("retry-after"));
    expect(seconds).toBeGreaterThan(50);
    expect(seconds).toBeLessThanOrEqual(60);
  });

  test("of tokens count what the calls before used", async () => {
    await open({ faults: [parseFault("tokens=10/1m", "test")] });
    expect((await chat("a")).status).toBe(200);
    await observed.calls(1);
    const refused = await chat("b");
    expect([refused.status, await refused.json()]).toMatchObject([
      429,
      { error: { type: "tokens", code: "rate_limit_exceeded" } },
    ]);
  });

  test("a slow first token and slow tokens keep the order and the content", async () => {
    await open({ faults: [parseFault("first-token=30ms token=5ms", "test")] });
    const text = await (await chat("Hello?", { stream: true })).text();
    expect(text.match(/"content":"[^"]+"/g)).toHaveLength(9);
    const [call] = await observed.calls(1);
    const took = BigInt(call?.endTimeUnixNano ?? 0) - BigInt(call?.startTimeUnixNano ?? 0);
    expect(Number(took / 1_000_000n)).toBeGreaterThanOrEqual(30 + 9 * 5 - 10);
  });
});

describe("the ledger", () => {
  const schema = JSON.parse(
    readFileSync(new URL("../../specs/schema/ledger.schema.json", import.meta.url), "utf8"),
  ) as AnySchemaObject;
  const validate = new Ajv2020({ strict: true }).compile(schema);

  test("has lines of its schema for everything that can happen to a call", async () => {
    await open({ faults: [parseFault("api=openai.responses cut=2", "test")] });
    const stream = { stream: true };
    await statuses([
      chat(),
      chat("b", stream),
      chat("c", { ...stream, n: 2, stream_options: { include_usage: true } }),
    ]);
    await statuses([
      chat("d", {}, { [FAULT_HEADER]: "status=429 retry-after=2" }),
      chat("e", {}, { [FAULT_HEADER]: "malformed" }),
    ]);
    await (await post("/v1/responses", { model: "gpt-4o", input: "x", stream: true })).text().catch(() => "");
    await post("/v1/embeddings", { model: "e", input: [[1, 2], [3]] });
    await post("/v1/messages", { model: "claude", max_tokens: 10, messages: [{ role: "user", content: "x" }] });
    await post("/v1beta/models/gemini:generateContent", { contents: [{ parts: [{ text: "x" }] }] });
    await post("/v1/unknown", {});
    await observed.calls(9);
    await observed.stop();
    for (const line of observed.lines) expect(validate(line), JSON.stringify([line, validate.errors])).toBe(true);
    expect(observed.lines.at(-1)).toMatchObject({ type: "end", calls: 9 });
  });

  test("says of calls under way at the end that they were cut, and nothing hangs", async () => {
    await open({ faults: [parseFault("timeout", "test")] });
    const waiting = chat().catch(() => "broken");
    await expect.poll(() => statuses([post("/v1/unknown", {})])).toEqual([404]);
    await new Promise((resolve) => setTimeout(resolve, 50));
    await observed.stop();
    expect(await waiting).toBe("broken");
    expect(observed.lines.filter((line) => line.type === "call")).toMatchObject([{ outcome: { kind: "cut" } }]);
  });

  test("ends although a client does not read what it was sent", async () => {
    await open();
    const body = JSON.stringify({ model: "e", input: Array.from({ length: 500 }, () => "x"), dimensions: 4096 });
    const socket = connect(Number(new URL(observed.gemini).port), "127.0.0.1");
    socket.on("error", () => undefined);
    const begun = new Promise<void>((resolve) => {
      socket.once("data", () => resolve(void socket.pause()));
    });
    socket.write(`POST /v1/embeddings HTTP/1.1\r\nhost: x\r\ncontent-length: ${body.length}\r\n\r\n${body}`);
    // What the socket's buffers hold comes; the rest of some 20 MB cannot.
    await begun;
    await observed.stop();
    socket.destroy();
    expect(observed.lines.filter((line) => line.type === "call")).toMatchObject([
      { outcome: { kind: "cut", status: 200 } },
    ]);
  });
});
