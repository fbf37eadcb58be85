import type { CallResponse } from "../../ledger/ledger.ts";
import type { ProviderRequest } from "../exchange.ts";
import { textAndTokens } from "../message-text.ts";
import type { AnswerContext, Asked, Choice, ModelApi, ReadCall, RequestFacts, Tool, Usage } from "../model-api.ts";
import { eventStream, jsonReply, type Piece, type Reply } from "../reply.ts";
import { BadRequest, isObject, present, RequestFields } from "../request-fields.ts";
import { words } from "../words.ts";
import { refuseAsGemini } from "./refuse.ts";

/** POST /v1beta/models/<model>:generateContent and :streamGenerateContent. https://ai.google.dev/api/generate-content */
export const generateContent: ModelApi = {
  api: "gemini.generate_content",
  operation: "generate_content",
  provider: "gcp.gemini",
  read,
  facts: (_body, request) => ({ model: modelOf(request), stream: isStream(request) }),
  refuse: refuseAsGemini,
};

const route = /^\/v1(?:alpha|beta)?\/models\/([^/:]+):(generateContent|streamGenerateContent)$/;

export function isGenerateContent(path: string): boolean {
  return route.test(path);
}

function modelOf({ path }: ProviderRequest): string {
  const model = route.exec(path)?.[1] ?? "";
  try {
    return decodeURIComponent(model);
  } catch {
    return model;
  }
}

function isStream({ path }: ProviderRequest): boolean {
  return route.exec(path)?.[2] === "streamGenerateContent";
}

function read(body: RequestFields, request: ProviderRequest): ReadCall {
  const config = body.object("generationConfig") ?? RequestFields.of({});
  const facts = present<RequestFacts>({
    model: modelOf(request),
    stream: isStream(request),
    choiceCount: config.integer("candidateCount", 1, 8),
    maxTokens: config.integer("maxOutputTokens", 1),
    temperature: config.number("temperature"),
    topP: config.number("topP"),
    topK: config.number("topK"),
    frequencyPenalty: config.number("frequencyPenalty"),
    presencePenalty: config.number("presencePenalty"),
    seed: config.number("seed"),
    stopSequences: config.strings("stopSequences"),
    outputType: outputType(config.string("responseMimeType")),
  });
  const said = body.objects("contents").map((content) => {
    const parts = content.list("parts") ?? [];
    return {
      role: content.string("role") ?? "user",
      hasResult: parts.some((part) => isObject(part) && part["functionResponse"] !== undefined),
      ...textAndTokens(parts),
    };
  });
  if (said.length === 0) throw new BadRequest("contents is not specified", "contents");
  const system = textAndTokens(body.object("systemInstruction")?.list("parts"));
  const schema = config.any("responseJsonSchema") ?? config.any("responseSchema");
  const asked: Asked = {
    facts,
    userText: said.findLast(({ role, text }) => role === "user" && text !== undefined)?.text,
    inputTokens: said.reduce((sum, content) => sum + content.tokens, system.tokens),
    turn: said.filter(({ role }) => role === "model").length,
    tools: said.at(-1)?.hasResult === true ? [] : callableTools(body),
    parallel: false,
    ...(schema !== undefined && { schema }),
  };
  return {
    facts,
    userText: asked.userText,
    inputTokens: asked.inputTokens,
    answer: (context) => answer(asked, context, request.query.get("alt") === "sse"),
  };
}

function outputType(mimeType: string | undefined): string | undefined {
  if (mimeType === undefined) return undefined;
  return mimeType === "application/json" ? "json" : "text";
}

function callableTools(body: RequestFields): Tool[] {
  const tools = body.objects("tools").flatMap((tool) =>
    tool.objects("functionDeclarations").map((declaration) => ({
      name: declaration.required("name"),
      schema: declaration.any("parametersJsonSchema") ?? declaration.any("parameters") ?? {},
    })),
  );
  const config = body.object("toolConfig")?.object("functionCallingConfig");
  if (config?.string("mode") === "NONE") return [];
  const allowed = config?.strings("allowedFunctionNames");
  return allowed === undefined ? tools : tools.filter(({ name }) => allowed.includes(name));
}

function answer(asked: Asked, context: AnswerContext, asEvents: boolean): Reply {
  const turn = context.compose(asked);
  const modelVersion = turn.model ?? asked.facts.model;
  const responseId = context.id("response", 22);
  const told = { id: responseId, model: modelVersion };
  const finishReasons = turn.choices.map(finishReason);
  const usageMetadata = wireUsage(turn.usage, turn.usage.outputTokens);
  const toldAll = { ...told, finishReasons, ...toldInput(turn.usage), ...toldOutput(turn.usage) };
  if (!asked.facts.stream) {
    const candidates = turn.choices.map((choice, index) => ({
      content: { parts: partsOf(choice), role: "model" },
      finishReason: finishReason(choice),
      index,
    }));
    return jsonReply(200, {}, { candidates, usageMetadata, modelVersion, responseId }, toldAll);
  }
  const documents: { readonly body: object; readonly tells: CallResponse }[] = [];
  const send = (candidate: object, usage: object, tells: CallResponse): void => {
    documents.push({ body: { candidates: [candidate], usageMetadata: usage, modelVersion, responseId }, tells });
  };
  const ended: string[] = [];
  turn.choices.forEach((choice, index) => {
    const parts = streamedParts(choice);
    parts.forEach((part, at) => {
      const content = { parts: [part], role: "model" };
      if (at < parts.length - 1)
        return send({ content, index }, wireUsage(turn.usage, 0), { ...told, ...toldInput(turn.usage) });
      ended.push(finishReason(choice));
      const last = index === turn.choices.length - 1;
      const tells = last ? toldAll : { ...told, ...toldInput(turn.usage), finishReasons: [...ended] };
      send(
        { content, finishReason: finishReason(choice), index },
        last ? usageMetadata : wireUsage(turn.usage, 0),
        tells,
      );
    });
  });
  return asEvents ? eventStream({}, documents.map(asEvent)) : arrayStream(documents);
}

function asEvent({ body, tells }: { readonly body: object; readonly tells: CallResponse }): Piece {
  return { text: `data: ${JSON.stringify(body)}\r\n\r\n`, tells };
}

/** Without `alt=sse` a stream is one JSON array that comes element by element. */
function arrayStream(documents: readonly { readonly body: object; readonly tells: CallResponse }[]): Reply {
  const pieces = documents.map(({ body, tells }, index) => ({
    text: `${index === 0 ? "[" : ",\r\n"}${JSON.stringify(body)}`,
    tells,
  }));
  const headers = { "content-type": "application/json; charset=UTF-8" };
  return { status: 200, headers, streamed: true, pieces: [...pieces, { text: "]" }] };
}

function partsOf(choice: Choice): object[] {
  const text = choice.text === undefined ? [] : [{ text: choice.text }];
  return [...text, ...choice.toolCalls.map(({ name, arguments: args }) => ({ functionCall: { name, args } }))];
}

/** At least one, so that the reply can end. */
function streamedParts(choice: Choice): object[] {
  const parts = [
    ...words(choice.text ?? "").map((text) => ({ text })),
    ...choice.toolCalls.map(({ name, arguments: args }) => ({ functionCall: { name, args } })),
  ];
  return parts.length === 0 ? [{ text: "" }] : parts;
}

const finishReasons: ReadonlyMap<string, string> = new Map([
  ["stop", "STOP"],
  ["stop_sequence", "STOP"],
  ["tool_calls", "STOP"],
  ["length", "MAX_TOKENS"],
]);

function finishReason({ finish }: Choice): string {
  return finishReasons.get(finish) ?? finish;
}

/** @param outputTokens what was said so far, thoughts included */
function wireUsage(usage: Usage, outputTokens: number): object {
  const thoughts = usage.reasoningTokens;
  return {
    promptTokenCount: usage.inputTokens,
    ...(outputTokens > 0 && { candidatesTokenCount: outputTokens - thoughts }),
    totalTokenCount: usage.inputTokens + outputTokens,
    promptTokensDetails: [{ modality: "TEXT", tokenCount: usage.inputTokens }],
    ...(usage.cachedInputTokens > 0 && { cachedContentTokenCount: usage.cachedInputTokens }),
    ...(outputTokens > 0 && thoughts > 0 && { thoughtsTokenCount: thoughts }),
  };
}

function toldInput(usage: Usage): CallResponse {
  return {
    inputTokens: usage.inputTokens,
    ...(usage.cachedInputTokens > 0 && { cachedInputTokens: usage.cachedInputTokens }),
  };
}

function toldOutput(usage: Usage): CallResponse {
  return {
    outputTokens: usage.outputTokens,
    ...(usage.reasoningTokens > 0 && { reasoningOutputTokens: usage.reasoningTokens }),
  };
}
