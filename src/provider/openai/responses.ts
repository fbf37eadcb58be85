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
import { countTokens } from "../tokens.ts";
import { words } from "../words.ts";
import { CREATED, datedModel, openAiHeaders } from "./openai-headers.ts";
import { refuseAsOpenAi } from "./refuse.ts";

/** POST /v1/responses. https://platform.openai.com/docs/api-reference/responses */
export const responses: ModelApi = {
  api: "openai.responses",
  operation: "chat",
  provider: "openai",
  read,
  facts: (body) => ({
    model: isObject(body) && typeof body["model"] === "string" ? body["model"] : "",
    stream: isObject(body) && body["stream"] === true,
  }),
  refuse: refuseAsOpenAi,
};

function read(body: RequestFields): ReadCall {
  const format = body.object("text")?.object("format");
  const facts = present<RequestFacts>({
    model: body.required("model"),
    stream: body.boolean("stream") ?? false,
    maxTokens: body.integer("max_output_tokens", 1),
    temperature: body.number("temperature"),
    topP: body.number("top_p"),
    outputType: outputType(format?.string("type")),
  });
  const items = readInput(body);
  const schema = format?.any("schema");
  const instructions = body.string("instructions") ?? "";
  const previous = body.string("previous_response_id");
  const asked: Asked = {
    facts,
    userText: items.findLast(({ kind }) => kind === "user")?.text,
    inputTokens: items.reduce((sum, item) => sum + item.tokens, countTokens(instructions)),
    turn: turnsBefore(previous) + turnsIn(items),
    tools: items.at(-1)?.kind === "result" ? [] : callableTools(body),
    parallel: body.boolean("parallel_tool_calls") ?? false,
    ...(schema !== undefined && { schema }),
  };
  const echoed = {
    instructions: body.any("instructions") ?? null,
    max_output_tokens: facts.maxTokens ?? null,
    metadata: body.any("metadata") ?? {},
    parallel_tool_calls: body.boolean("parallel_tool_calls") ?? true,
    previous_response_id: previous ?? null,
    reasoning: { effort: null, summary: null },
    service_tier: "default",
    store: body.boolean("store") ?? true,
    temperature: facts.temperature ?? 1,
    text: body.any("text") ?? { format: { type: "text" } },
    tool_choice: body.any("tool_choice") ?? "auto",
    tools: body.any("tools") ?? [],
    top_p: facts.topP ?? 1,
    truncation: "disabled",
    user: null,
  };
  return {
    facts,
    userText: asked.userText,
    inputTokens: asked.inputTokens,
    answer: (context) => answer(asked, echoed, context),
  };
}

interface Item {
  readonly kind: "user" | "assistant" | "result" | "other";
  readonly text: string | undefined;
  readonly tokens: number;
}

function readInput(body: RequestFields): Item[] {
  const input = body.any("input");
  if (typeof input === "string") return [{ kind: "user", ...textAndTokens(input) }];
  if (!Array.isArray(input) || input.length === 0) {
    throw new BadRequest("Missing required parameter: 'input'.", "input");
  }
  return body.objects("input").map((item): Item => {
    const type = item.string("type") ?? "message";
    if (type === "function_call_output") return { kind: "result", ...textAndTokens(item.any("output")) };
    if (type === "function_call") return { kind: "assistant", ...textAndTokens(item.any("arguments")) };
    if (type !== "message") return { kind: type === "reasoning" ? "assistant" : "other", text: undefined, tokens: 0 };
    const role = item.required("role");
    return { kind: role === "user" || role === "assistant" ? role : "other", ...textAndTokens(item.any("content")) };
  });
}

/** What the assistant says at once (several calls, say) is one turn. */
function turnsIn(items: readonly Item[]): number {
  return items.filter(({ kind }, index) => kind === "assistant" && items[index - 1]?.kind !== "assistant").length;
}

/** The id of a response ends with the number of turns so far, as two hexadecimal digits: the conversation needs no memory here. */
function turnsBefore(previousId: string | undefined): number {
  return previousId === undefined
    ? 0
    : Number.parseInt(/^resp_[0-9a-f]{46}([0-9a-f]{2})$/.exec(previousId)?.[1] ?? "0", 16);
}

function callableTools(body: RequestFields): Tool[] {
  const tools = body
    .objects("tools")
    .filter((tool) => tool.string("type") === "function")
    .map((tool) => ({ name: tool.required("name"), schema: tool.any("parameters") ?? {} }));
  const choice = body.any("tool_choice");
  if (choice === "none") return [];
  const named = isObject(choice) && choice["type"] === "function" ? choice["name"] : undefined;
  return named === undefined ? tools : tools.filter((tool) => tool.name === named);
}

function outputType(type: string | undefined): string | undefined {
  if (type === undefined) return undefined;
  return type.startsWith("json") ? "json" : "text";
}

function answer(asked: Asked, echoed: object, context: AnswerContext): Reply {
  const turn = context.compose(asked);
  const [choice = { toolCalls: [], finish: "stop" }] = turn.choices;
  const head = {
    id: `resp_${context.id("response", 46)}${((asked.turn + 1) % 256).toString(16).padStart(2, "0")}`,
    object: "response",
    created_at: CREATED,
    error: null,
    model: turn.model ?? datedModel(asked.facts.model),
    ...echoed,
  };
  const items = outputItems(choice, context);
  const incomplete = choice.finish !== "stop" && choice.finish !== "tool_calls";
  const whole = {
    ...head,
    status: incomplete ? "incomplete" : "completed",
    incomplete_details: incomplete ? { reason: incompleteReason(choice.finish) } : null,
    output: items,
    usage: wireUsage(turn.usage),
  };
  const headers = openAiHeaders(context.requestId);
  const told = { id: head.id, model: head.model };
  if (!asked.facts.stream) return jsonReply(200, headers, whole, { ...told, ...toldUsage(turn) });
  const begun = { ...head, status: "in_progress", incomplete_details: null, output: [], usage: null };
  return eventStream(headers, events(begun, whole, items, told, toldUsage(turn)));
}

function incompleteReason(finish: string): string {
  return finish === "length" ? "max_output_tokens" : finish;
}

type OutputItem =
  | {
      readonly id: string;
      readonly type: "message";
      readonly status: string;
      readonly role: "assistant";
      readonly content: readonly {
        readonly type: "output_text";
        readonly text: string;
        readonly annotations: readonly [];
        readonly logprobs: readonly [];
      }[];
    }
  | {
      readonly id: string;
      readonly type: "function_call";
      readonly status: string;
      readonly call_id: string;
      readonly name: string;
      readonly arguments: string;
    };

function outputItems(choice: Choice, context: AnswerContext): OutputItem[] {
  const status = choice.finish === "length" ? "incomplete" : "completed";
  const calls = choice.toolCalls.map((call, index): OutputItem => ({
    id: `fc_${context.id(`item ${index}`, 48)}`,
    type: "function_call",
    status: "completed",
    call_id: `call_${context.id(`tool ${index}`, 24)}`,
    name: call.name,
    arguments: JSON.stringify(call.arguments),
  }));
  if (choice.text === undefined) return calls;
  const part = { type: "output_text" as const, text: choice.text, annotations: [] as const, logprobs: [] as const };
  return [
    { id: `msg_${context.id("message", 48)}`, type: "message", status, role: "assistant", content: [part] },
    ...calls,
  ];
}

function events(
  begun: object,
  whole: { readonly status: string },
  items: readonly OutputItem[],
  told: CallResponse,
  usage: CallResponse,
): Piece[] {
  const pieces: Piece[] = [];
  const send = (type: string, fields: object, tells: CallResponse = told): void => {
    const data = { type, sequence_number: pieces.length, ...fields };
    pieces.push({ text: `event: ${type}\ndata: ${JSON.stringify(data)}\n\n`, tells });
  };
  send("response.created", { response: begun });
  send("response.in_progress", { response: begun });
  items.forEach((item, output_index) => {
    if (item.type === "message") sendMessage(item, output_index, send);
    else sendFunctionCall(item, output_index, send);
  });
  send(`response.${whole.status}`, { response: whole }, { ...told, ...usage });
  return pieces;
}

type Send = (type: string, fields: object) => void;

function sendMessage(item: OutputItem & { type: "message" }, output_index: number, send: Send): void {
  const item_id = item.id;
  send("response.output_item.added", { output_index, item: { ...item, status: "in_progress", content: [] } });
  item.content.forEach((part, content_index) => {
    const at = { item_id, output_index, content_index };
    send("response.content_part.added", { ...at, part: { ...part, text: "" } });
    for (const delta of words(part.text)) send("response.output_text.delta", { ...at, delta, logprobs: [] });
    send("response.output_text.done", { ...at, text: part.text, logprobs: [] });
    send("response.content_part.done", { ...at, part });
  });
  send("response.output_item.done", { output_index, item });
}

function sendFunctionCall(item: OutputItem & { type: "function_call" }, output_index: number, send: Send): void {
  const at = { item_id: item.id, output_index };
  send("response.output_item.added", { output_index, item: { ...item, status: "in_progress", arguments: "" } });
  send("response.function_call_arguments.delta", { ...at, delta: item.arguments });
  send("response.function_call_arguments.done", { ...at, name: item.name, arguments: item.arguments });
  send("response.output_item.done", { output_index, item });
}

function wireUsage(usage: Usage): object {
  return {
    input_tokens: usage.inputTokens,
    input_tokens_details: {
      cached_tokens: usage.cachedInputTokens,
      cache_write_tokens: usage.cacheCreationInputTokens,
    },
    output_tokens: usage.outputTokens,
    output_tokens_details: { reasoning_tokens: usage.reasoningTokens },
    total_tokens: usage.inputTokens + usage.outputTokens,
  };
}

function toldUsage({ usage }: Turn): CallResponse {
  return {
    inputTokens: usage.inputTokens,
    cachedInputTokens: usage.cachedInputTokens,
    cacheCreationInputTokens: usage.cacheCreationInputTokens,
    outputTokens: usage.outputTokens,
    reasoningOutputTokens: usage.reasoningTokens,
  };
}
