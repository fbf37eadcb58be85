import type { CallResponse } from "../../ledger/ledger.ts";
import { textAndTokens } from "../message-text.ts";
import type { AnswerContext, Asked, Choice, ModelApi, ReadCall, RequestFacts, Tool, Usage } from "../model-api.ts";
import { eventStream, jsonReply, type Piece, type Reply } from "../reply.ts";
import { BadRequest, isObject, present, RequestFields } from "../request-fields.ts";
import { words } from "../words.ts";
import { refuseAsAnthropic } from "./refuse.ts";

/** POST /v1/messages. https://docs.anthropic.com/en/api/messages */
export const messages: ModelApi = {
  api: "anthropic.messages",
  operation: "chat",
  provider: "anthropic",
  read,
  facts: (body) => ({
    model: isObject(body) && typeof body["model"] === "string" ? body["model"] : "",
    stream: isObject(body) && body["stream"] === true,
  }),
  refuse: refuseAsAnthropic,
};

function read(body: RequestFields): ReadCall {
  const format = body.object("output_config")?.object("format");
  const facts = present<RequestFacts>({
    model: body.required("model"),
    stream: body.boolean("stream") ?? false,
    maxTokens: body.integer("max_tokens", 1),
    temperature: body.number("temperature"),
    topP: body.number("top_p"),
    topK: body.number("top_k"),
    stopSequences: body.strings("stop_sequences"),
    outputType: format === undefined ? undefined : "json",
  });
  if (facts.maxTokens === undefined) throw new BadRequest("Field required", "max_tokens");
  const said = body.objects("messages").map((message) => ({
    role: message.required("role"),
    hasResult: blocks(message).some((block) => isObject(block) && block["type"] === "tool_result"),
    ...textAndTokens(message.any("content")),
  }));
  if (said.length === 0) throw new BadRequest("at least one message is required", "messages");
  const system = textAndTokens(body.any("system"));
  const schema = format?.any("schema");
  const asked: Asked = {
    facts,
    userText: said.findLast(({ role, text }) => role === "user" && text !== undefined)?.text,
    inputTokens: said.reduce((sum, message) => sum + message.tokens, system.tokens),
    turn: said.filter(({ role }) => role === "assistant").length,
    tools: said.at(-1)?.hasResult === true ? [] : callableTools(body),
    parallel: body.object("tool_choice")?.boolean("disable_parallel_tool_use") === false,
    ...(schema !== undefined && { schema }),
  };
  return {
    facts,
    userText: asked.userText,
    inputTokens: asked.inputTokens,
    answer: (context) => answer(asked, context),
  };
}

function blocks(message: RequestFields): readonly unknown[] {
  const content = message.any("content");
  return Array.isArray(content) ? content : [];
}

function callableTools(body: RequestFields): Tool[] {
  // Tools that the provider itself runs have no schema of their own.
  const tools = body
    .objects("tools")
    .filter((tool) => tool.any("input_schema") !== undefined)
    .map((tool) => ({ name: tool.required("name"), schema: tool.any("input_schema") }));
  const choice = body.object("tool_choice");
  if (choice?.string("type") === "none") return [];
  const named = choice?.string("name");
  return named === undefined ? tools : tools.filter((tool) => tool.name === named);
}

function answer(asked: Asked, context: AnswerContext): Reply {
  const turn = context.compose(asked);
  const [choice = { toolCalls: [], finish: "stop" }] = turn.choices;
  const head = {
    id: `msg_${context.id("message", 24)}`,
    type: "message",
    role: "assistant",
    model: turn.model ?? asked.facts.model,
    container: null,
  };
  const stop_reason = stopReasons.get(choice.finish) ?? choice.finish;
  const stop_sequence = choice.stopSequence ?? null;
  const headers = { "request-id": `req_${context.requestId.slice(0, 24)}` };
  const told = { id: head.id, model: head.model, ...toldInput(turn.usage) };
  const end = { finishReasons: [stop_reason], outputTokens: turn.usage.outputTokens };
  const content = contentOf(choice, context);
  if (!asked.facts.stream) {
    const body = { ...head, content, stop_reason, stop_sequence, usage: wireUsage(turn.usage) };
    return jsonReply(200, headers, body, { ...told, ...end });
  }
  const start = {
    ...head,
    content: [],
    stop_reason: null,
    stop_sequence: null,
    usage: { ...wireUsage(turn.usage), output_tokens: 1 },
  };
  return eventStream(headers, [
    event("message_start", { message: start }, told),
    ...content.flatMap((block, index) => blockEvents(block, index)),
    event(
      "message_delta",
      { delta: { stop_reason, stop_sequence }, usage: { output_tokens: turn.usage.outputTokens } },
      end,
    ),
    event("message_stop", {}),
  ]);
}

const stopReasons: ReadonlyMap<string, string> = new Map([
  ["stop", "end_turn"],
  ["length", "max_tokens"],
  ["tool_calls", "tool_use"],
]);

type Block =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "tool_use"; readonly id: string; readonly name: string; readonly input: unknown };

function contentOf(choice: Choice, context: AnswerContext): Block[] {
  const text: Block[] = choice.text === undefined ? [] : [{ type: "text", text: choice.text }];
  const calls = choice.toolCalls.map((call, index): Block => ({
    type: "tool_use",
    id: `toolu_${context.id(`tool ${index}`, 24)}`,
    name: call.name,
    input: call.arguments,
  }));
  return [...text, ...calls];
}

function blockEvents(block: Block, index: number): Piece[] {
  const empty = block.type === "text" ? { ...block, text: "" } : { ...block, input: {} };
  const deltas =
    block.type === "text"
      ? words(block.text).map((text) => ({ type: "text_delta", text }))
      : ["", JSON.stringify(block.input)].map((partial_json) => ({ type: "input_json_delta", partial_json }));
  return [
    event("content_block_start", { index, content_block: empty }),
    ...(index === 0 ? [event("ping", {})] : []),
    ...deltas.map((delta) => event("content_block_delta", { index, delta })),
    event("content_block_stop", { index }),
  ];
}

function event(type: string, fields: object, tells?: CallResponse): Piece {
  const text = `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`;
  return { text, ...(tells !== undefined && { tells }) };
}

/** input_tokens leaves out what was read from a cache or written to it. */
function wireUsage(usage: Usage): object {
  const { inputTokens, cachedInputTokens, cacheCreationInputTokens, outputTokens } = usage;
  return {
    input_tokens: Math.max(0, inputTokens - cachedInputTokens - cacheCreationInputTokens),
    cache_creation_input_tokens: cacheCreationInputTokens,
    cache_read_input_tokens: cachedInputTokens,
    cache_creation: { ephemeral_5m_input_tokens: cacheCreationInputTokens, ephemeral_1h_input_tokens: 0 },
    output_tokens: outputTokens,
    service_tier: "standard",
  };
}

function toldInput(usage: Usage): CallResponse {
  return {
    inputTokens: usage.inputTokens,
    cachedInputTokens: usage.cachedInputTokens,
    cacheCreationInputTokens: usage.cacheCreationInputTokens,
  };
}
