import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";

/**
 * A small OpenAI-compatible HTTP endpoint on the loopback: `POST /v1/chat/completions` (plain, tools, n, streaming) and
 * `POST /v1/embeddings`. Replies depend on the request and on how many came before, nothing else: no clock, no randomness.
 *
 * - A request with `tools` and no answer of a tool yet is answered with one call of the first tool; otherwise with text.
 * - The header `x-testkit-status: 429` makes the endpoint refuse with that status, in the provider's error shape.
 * - A token is four characters, begun ones counted; usage adds up.
 */
export interface OpenAiEndpoint {
  /** What a client takes as its base URL, such as `http://127.0.0.1:40123/v1`. */
  readonly baseUrl: string;
  close(): Promise<void>;
}

/** The header by which a request asks to be refused with a status of its choice. */
export const statusHeader = "x-testkit-status";

interface ChatMessage {
  readonly role: string;
  readonly content?: unknown;
}

interface Tool {
  readonly function: { readonly name: string };
}

interface ChatRequest {
  readonly model: string;
  readonly messages: readonly ChatMessage[];
  readonly n?: number;
  readonly stream?: boolean;
  readonly stream_options?: { readonly include_usage?: boolean };
  readonly tools?: readonly Tool[];
  readonly service_tier?: string;
}

interface EmbeddingsRequest {
  readonly model: string;
  readonly input: string | readonly string[];
  readonly dimensions?: number;
  readonly encoding_format?: "float" | "base64";
}

interface Choice {
  readonly text: string | null;
  readonly toolCall: { readonly id: string; readonly name: string; readonly arguments: string } | null;
}

const created = 1_760_000_000;
const fingerprint = "fp_testkit";

export async function startOpenAiEndpoint(): Promise<OpenAiEndpoint> {
  let calls = 0;
  const server = createServer((request, response) => {
    calls += 1;
    answer(request, response, calls).catch((error: unknown) => {
      response.destroy(error instanceof Error ? error : new Error(String(error)));
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the endpoint listens on no TCP port");
  return {
    baseUrl: `http://127.0.0.1:${address.port}/v1`,
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error ? reject(error) : resolve()));
        server.closeAllConnections();
      }),
  };
}

async function answer(request: IncomingMessage, response: ServerResponse, call: number): Promise<void> {
  const body = await readBody(request);
  const route = `${request.method} ${request.url}`;
  const status = Number(request.headers[statusHeader] ?? 200);
  if (status !== 200) return sendError(response, status, "The fake endpoint was asked to refuse this request.");
  if (route === "POST /v1/chat/completions") return answerChat(JSON.parse(body) as ChatRequest, response, call);
  if (route === "POST /v1/embeddings")
    return sendJson(response, 200, embeddings(JSON.parse(body) as EmbeddingsRequest));
  return sendError(response, 404, `Unknown route ${route}; this endpoint has /v1/chat/completions and /v1/embeddings.`);
}

async function readBody(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString("utf8");
}

async function answerChat(request: ChatRequest, response: ServerResponse, call: number): Promise<void> {
  const choices = Array.from({ length: request.n ?? 1 }, (_, index) => choose(request, call, index));
  const head = {
    id: `chatcmpl-${String(call).padStart(4, "0")}`,
    created,
    model: `${request.model}-2026-01-01`,
    service_tier: request.service_tier ?? "default",
    system_fingerprint: fingerprint,
  };
  const usage = chatUsage(request, choices);
  if (request.stream === true) return stream(request, response, head, choices, usage);
  sendJson(response, 200, {
    ...head,
    object: "chat.completion",
    choices: choices.map((choice, index) => ({
      index,
      message: {
        role: "assistant",
        content: choice.text,
        refusal: null,
        ...(choice.toolCall === null ? {} : { tool_calls: [wireToolCall(choice.toolCall)] }),
      },
      logprobs: null,
      finish_reason: finishReason(choice),
    })),
    usage,
  });
}

function choose(request: ChatRequest, call: number, index: number): Choice {
  const tool = request.tools?.[0];
  if (tool !== undefined && !request.messages.some((message) => message.role === "tool")) {
    return {
      text: null,
      toolCall: { id: `call_${call}_${index}`, name: tool.function.name, arguments: '{"city":"Paris"}' },
    };
  }
  return {
    text: index === 0 ? "It is sunny in Paris." : `It is sunny in Paris, said in way ${index + 1}.`,
    toolCall: null,
  };
}

function finishReason(choice: Choice): string {
  return choice.toolCall === null ? "stop" : "tool_calls";
}

function wireToolCall(call: NonNullable<Choice["toolCall"]>): object {
  return { id: call.id, type: "function", function: { name: call.name, arguments: call.arguments } };
}

function chatUsage(request: ChatRequest, choices: readonly Choice[]): object {
  const prompt = request.messages.reduce((sum, message) => sum + tokens(textOf(message.content)), 0);
  const completion = choices.reduce((sum, choice) => sum + tokens(choice.text ?? choice.toolCall?.arguments ?? ""), 0);
  return {
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: prompt + completion,
    prompt_tokens_details: { cached_tokens: 0, audio_tokens: 0 },
    completion_tokens_details: { reasoning_tokens: 0, audio_tokens: 0 },
  };
}

function textOf(content: unknown): string {
  return typeof content === "string" ? content : JSON.stringify(content ?? "");
}

function tokens(text: string): number {
  return Math.ceil(text.length / 4);
}

/** Server-sent events: the role, one delta a word, the finish reason, the usage when asked for, `[DONE]`. */
async function stream(
  request: ChatRequest,
  response: ServerResponse,
  head: object,
  choices: readonly Choice[],
  usage: object,
): Promise<void> {
  const askedForUsage = request.stream_options?.include_usage === true;
  const chunk = (index: number, delta: object, reason: string | null): object => ({
    ...head,
    object: "chat.completion.chunk",
    choices: [{ index, delta, logprobs: null, finish_reason: reason }],
    ...(askedForUsage ? { usage: null } : {}),
  });
  const chunks = choices.flatMap((choice, index) => [
    chunk(index, { role: "assistant", content: choice.toolCall === null ? "" : null }, null),
    ...(choice.toolCall === null
      ? (choice.text ?? "").split(/(?<= )/).map((word) => chunk(index, { content: word }, null))
      : [chunk(index, { tool_calls: [{ index: 0, ...wireToolCall(choice.toolCall) }] }, null)]),
    chunk(index, {}, finishReason(choice)),
  ]);
  if (askedForUsage) chunks.push({ ...head, object: "chat.completion.chunk", choices: [], usage });

  response.writeHead(200, { "content-type": "text/event-stream; charset=utf-8" });
  for (const event of [...chunks.map((each) => JSON.stringify(each)), "[DONE]"]) {
    // A client that left early closes the connection; what it no longer reads is not written.
    if (response.destroyed) return;
    response.write(`data: ${event}\n\n`);
    // Each event in a write of its own, so that a client can leave between two of them.
    await new Promise((resolve) => setImmediate(resolve));
  }
  response.end();
}

function embeddings(request: EmbeddingsRequest): object {
  const inputs = typeof request.input === "string" ? [request.input] : request.input;
  const length = request.dimensions ?? 8;
  const prompt = inputs.reduce((sum, input) => sum + tokens(input), 0);
  return {
    object: "list",
    data: inputs.map((input, index) => {
      const vector = Array.from({ length }, (_, axis) => (tokens(input) + axis) / (length + tokens(input)));
      return { object: "embedding", index, embedding: request.encoding_format === "base64" ? base64(vector) : vector };
    }),
    model: request.model,
    usage: { prompt_tokens: prompt, total_tokens: prompt },
  };
}

function base64(vector: readonly number[]): string {
  return Buffer.from(Float32Array.from(vector).buffer).toString("base64");
}

function sendJson(response: ServerResponse, status: number, body: object, headers: Record<string, string> = {}): void {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(text),
    "x-request-id": "req_testkit",
    ...headers,
  });
  response.end(text);
}

function sendError(response: ServerResponse, status: number, message: string): void {
  const [type, code] =
    status === 429
      ? ["requests", "rate_limit_exceeded"]
      : [status >= 500 ? "server_error" : "invalid_request_error", null];
  const headers: Record<string, string> = status === 429 ? { "retry-after": "1" } : {};
  sendJson(response, status, { error: { message, type, param: null, code } }, headers);
}
