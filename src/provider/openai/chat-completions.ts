import type { CallResponse } from "../../ledger/ledger.ts";
import { textAndTokens } from "../message-text.ts";
import type {
  AnswerContext,
  Asked,
  Choice,
  ModelApi,
  ReadCall,
  RequestFacts,
  Tool,
  Turn,
  Usage,
} from "../model-api.ts";
import { eventStream, jsonReply, type Piece, type Reply } from "../reply.ts";
import { BadRequest, isObject, present, RequestFields } from "../request-fields.ts";
import { words } from "../words.ts";
import { CREATED, datedModel, openAiHeaders } from "./openai-headers.ts";
import { refuseAsOpenAi } from "./refuse.ts";

/** POST /v1/chat/completions. https://platform.openai.com/docs/api-reference/chat */
export const chatCompletions: ModelApi = {
  api: "openai.chat_completions",
  operation: "chat",
  provider: "openai",
  read,
  facts: (body) => ({
    model: isObject(body) && typeof body["model"] === "string" ? body["model"] : "",
    stream: isObject(body) && body["stream"] === true,
  }),
  refuse: refuseAsOpenAi,
};

const MAX_CHOICES = 128;

function read(body: RequestFields): ReadCall {
  const messages = body.objects("messages");
  const facts = present<RequestFacts>({
    model: body.required("model"),
    stream: body.boolean("stream") ?? false,
    choiceCount: body.integer("n", 1, MAX_CHOICES),
    maxTokens: body.integer("max_completion_tokens", 1) ?? body.integer("max_tokens", 1),
    temperature: body.number("temperature"),
    topP: body.number("top_p"),
    frequencyPenalty: body.number("frequency_penalty"),
    presencePenalty: body.number("presence_penalty"),
    seed: body.number("seed"),
    stopSequences: body.strings("stop"),
    outputType: outputType(body),
  });
  if (messages.length === 0) throw new BadRequest("Missing required parameter: 'messages'.", "messages");
  const read = messages.map((message) => ({
    role: message.required("role"),
    ...textAndTokens(message.any("content")),
  }));
  const last = read.findLast((message) => message.role === "user");
  const asked: Asked = {
    facts,
    userText: last?.text,
    inputTokens: read.reduce((sum, message) => sum + message.tokens, 0),
    turn: read.filter((message) => message.role === "assistant").length,
    tools: read.at(-1)?.role === "tool" ? [] : callableTools(body),
    parallel: body.boolean("parallel_tool_calls") ?? false,
    ...schemaOf(body),
  };
  const includeUsage = body.object("stream_options")?.boolean("include_usage") ?? false;
  const serviceTier = body.string("service_tier") ?? "default";
  return {
    facts,
    userText: asked.userText,
    inputTokens: asked.inputTokens,
    answer: (context) => answer(asked, context, serviceTier, includeUsage),
  };
}

function outputType(body: RequestFields): string | undefined {
  const type = body.object("response_format")?.string("type");
  if (type === undefined) return undefined;
  return type.startsWith("json") ? "json" : "text";
}

function schemaOf(body: RequestFields): { schema?: unknown } {
  const schema = body.object("response_format")?.object("json_schema")?.any("schema");
  return schema === undefined ? {} : { schema };
}

/** The tools of the request, as far as its tool_choice lets them be called: the one it names, or none. */
function callableTools(body: RequestFields): Tool[] {
  const tools = body.objects("tools").flatMap((tool) => {
    const definition = tool.object("function");
    return definition === undefined
      ? []
      : [{ name: definition.required("name"), schema: definition.any("parameters") ?? {} }];
  });
  const choice = body.any("tool_choice");
  if (choice === "none") return [];
  const named = isObject(choice) && isObject(choice["function"]) ? choice["function"]["name"] : undefined;
  return named === undefined ? tools : tools.filter((tool) => tool.name === named);
}

function answer(asked: Asked, context: AnswerContext, serviceTier: string, includeUsage: boolean): Reply {
  const turn = context.compose(asked);
  const head = {
    id: `chatcmpl-${context.id("completion", 29)}`,
    created: CREATED,
    model: turn.model ?? datedModel(asked.facts.model),
    service_tier: serviceTier,
    system_fingerprint: "fp_testkit",
  };
  const headers = openAiHeaders(context.requestId);
  if (asked.facts.stream) return eventStream(headers, events(head, turn, context, includeUsage));
  const body = {
    ...head,
    object: "chat.completion",
    choices: turn.choices.map((choice, index) => ({
      index,
      message: {
        role: "assistant",
        content: choice.text ?? null,
        refusal: null,
        annotations: [],
        ...(choice.toolCalls.length > 0 && { tool_calls: wireToolCalls(choice, index, context) }),
      },
      logprobs: null,
      finish_reason: finishReason(choice),
    })),
    usage: wireUsage(turn.usage),
  };
  const finishReasons = turn.choices.map(finishReason);
  return jsonReply(200, headers, body, { id: head.id, model: head.model, finishReasons, ...toldUsage(turn.usage) });
}

/** The role, one delta a word or half of a call's arguments, the finish reason; then the usage when asked for, and `[DONE]`. */
function events(
  head: { readonly id: string; readonly model: string },
  turn: Turn,
  context: AnswerContext,
  includeUsage: boolean,
): Piece[] {
  const finishReasons: string[] = [];
  const chunk = (choices: object[], usage: object | null, tells: CallResponse = {}): Piece => ({
    text: sse({ ...head, object: "chat.completion.chunk", choices, ...(includeUsage && { usage }) }),
    tells: { id: head.id, model: head.model, ...tells },
  });
  const delta = (index: number, delta: object): Piece =>
    chunk([{ index, delta, logprobs: null, finish_reason: null }], null);
  const pieces = turn.choices.flatMap((choice, index) => {
    const reason = finishReason(choice);
    finishReasons.push(reason);
    const first = { role: "assistant", content: choice.text === undefined ? null : "", refusal: null };
    return [
      delta(index, first),
      ...words(choice.text ?? "").map((content) => delta(index, { content })),
      ...wireToolCalls(choice, index, context).flatMap((call, at) => [
        delta(index, { tool_calls: [{ index: at, ...call, function: { name: call.function.name, arguments: "" } }] }),
        ...halves(call.function.arguments).map((part) =>
          delta(index, { tool_calls: [{ index: at, function: { arguments: part } }] }),
        ),
      ]),
      chunk([{ index, delta: {}, logprobs: null, finish_reason: reason }], null, { finishReasons: [...finishReasons] }),
    ];
  });
  if (includeUsage) pieces.push(chunk([], wireUsage(turn.usage), toldUsage(turn.usage)));
  return [...pieces, { text: "data: [DONE]\n\n" }];
}

function sse(data: object): string {
  return `data: ${JSON.stringify(data)}\n\n`;
}

function halves(text: string): string[] {
  const middle = Math.ceil(text.length / 2);
  return [text.slice(0, middle), text.slice(middle)].filter((half) => half !== "");
}

interface WireToolCall {
  readonly id: string;
  readonly type: "function";
  readonly function: { readonly name: string; readonly arguments: string };
}

function wireToolCalls(choice: Choice, index: number, context: AnswerContext): WireToolCall[] {
  return choice.toolCalls.map((call, at) => ({
    id: `call_${context.id(`tool ${index}.${at}`, 24)}`,
    type: "function",
    function: { name: call.name, arguments: JSON.stringify(call.arguments) },
  }));
}

function finishReason({ finish }: Choice): string {
  return finish === "stop_sequence" ? "stop" : finish;
}

function wireUsage(usage: Usage): object {
  return {
    prompt_tokens: usage.inputTokens,
    completion_tokens: usage.outputTokens,
    total_tokens: usage.inputTokens + usage.outputTokens,
    prompt_tokens_details: { cached_tokens: usage.cachedInputTokens, audio_tokens: 0 },
    completion_tokens_details: {
      reasoning_tokens: usage.reasoningTokens,
      audio_tokens: 0,
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
    },
  };
}

function toldUsage(usage: Usage): CallResponse {
  return {
    inputTokens: usage.inputTokens,
    cachedInputTokens: usage.cachedInputTokens,
    outputTokens: usage.outputTokens,
    reasoningOutputTokens: usage.reasoningTokens,
  };
}
