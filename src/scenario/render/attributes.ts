import type { AttributeValue } from "../../otlp/value.ts";
import type {
  AgentOperation,
  CallOperation,
  McpOperation,
  Operation,
  PlannedSpan,
  RetrieveOperation,
} from "../plan/planned-trace.ts";
import type { ContentMode } from "../scenario.ts";
import {
  captured,
  documents,
  inputMessages,
  instructions,
  outputMessages,
  toolArguments,
  toolResult,
} from "./content.ts";
import { hex } from "./ids.ts";
import { bool, double, int, text, texts } from "./values.ts";

/** What all spans of a trace have in common. */
export interface TraceFacts {
  /** Names the run among all. */
  readonly run: string;
  readonly services: readonly string[];
  readonly content: ContentMode;
}

/** Gives an attribute's value where the span has one. */
export type Getter = (span: PlannedSpan, trace: TraceFacts) => AttributeValue | undefined;

/** What is known of a span, by every name that any version has for it; a version takes those that its table lists. */
export interface Knowledge {
  readonly [key: string]: Getter;
}

const SERVICE_PORT = 8080;
const MCP_PROTOCOL = "2025-06-18";
const EMBEDDING_DIMENSIONS = 1536;

const whole = (get: (call: CallOperation) => AttributeValue): Getter =>
  call((found) => (found.reply === "whole" ? get(found) : undefined));
const begun = (get: (call: CallOperation) => AttributeValue): Getter =>
  call((found) => (found.reply === "none" ? undefined : get(found)));

function call(get: (operation: CallOperation, trace: TraceFacts) => AttributeValue | undefined): Getter {
  return (span, trace) => get(span.operation as CallOperation, trace);
}

function agent(get: (operation: AgentOperation, trace: TraceFacts) => AttributeValue | undefined): Getter {
  return (span, trace) => get(span.operation as AgentOperation, trace);
}

function retrieve(get: (operation: RetrieveOperation, trace: TraceFacts) => AttributeValue | undefined): Getter {
  return (span, trace) => get(span.operation as RetrieveOperation, trace);
}

function mcp(get: (operation: McpOperation, trace: TraceFacts) => AttributeValue | undefined): Getter {
  return (span, trace) => get(span.operation as McpOperation, trace);
}

const conversation: Getter = (_, trace) => text(`conv_${trace.run}`);
const errorType: Getter = ({ failure }) => (failure === undefined ? undefined : text(failure.type));

/** A call of a model. The operation's and the provider's names are the version's: see span-recipe.ts. */
export const callKnowledge: Knowledge = {
  "error.type": errorType,
  "gen_ai.conversation.id": conversation,
  "gen_ai.request.model": call(({ model }) => text(model.name)),
  "gen_ai.request.stream": call(({ kind }) => (kind === "stream" ? bool(true) : undefined)),
  "gen_ai.response.id": begun((found) => text(responseId(found))),
  "gen_ai.response.model": begun(({ model }) => text(model.name)),
  "gen_ai.response.time_to_first_chunk": call(({ firstChunk }) =>
    firstChunk === undefined ? undefined : double(firstChunk / 1e6),
  ),
  "gen_ai.response.finish_reasons": whole(({ finish }) => texts([finish])),
  "gen_ai.usage.input_tokens": whole(({ input }) => int(input)),
  "gen_ai.usage.output_tokens": whole(({ output }) => int(output)),
  "gen_ai.usage.prompt_tokens": whole(({ input }) => int(input)),
  "gen_ai.usage.completion_tokens": whole(({ output }) => int(output)),
  "openai.api.type": () => text("chat_completions"),
  "openai.response.system_fingerprint": whole(({ model }) => text(fingerprint(model.name))),
  "gen_ai.openai.response.system_fingerprint": whole(({ model }) => text(fingerprint(model.name))),
  "server.address": call(({ provider }) => text(provider.address)),
  "server.port": call(({ provider }) => int(provider.port)),
  "gen_ai.system_instructions": (_, { content }) => captured(content, instructions),
  "gen_ai.input.messages": call((found, { content }) => captured(content, () => inputMessages(found))),
  "gen_ai.output.messages": call((found, { content }) =>
    found.reply === "whole" ? captured(content, () => outputMessages(found)) : undefined,
  ),
};

/** A call that makes embeddings: its reply has neither id nor finish reasons. */
export const embedKnowledge: Knowledge = {
  "error.type": errorType,
  "gen_ai.request.model": callKnowledge["gen_ai.request.model"]!,
  "gen_ai.request.encoding_formats": () => texts(["float"]),
  "gen_ai.embeddings.dimension.count": () => int(EMBEDDING_DIMENSIONS),
  "gen_ai.response.model": callKnowledge["gen_ai.response.model"]!,
  "gen_ai.usage.input_tokens": callKnowledge["gen_ai.usage.input_tokens"]!,
  "server.address": callKnowledge["server.address"]!,
  "server.port": callKnowledge["server.port"]!,
};

export const agentKnowledge: Knowledge = {
  "error.type": errorType,
  "gen_ai.agent.name": agent(({ agent: found }) => text(found.name)),
  "gen_ai.agent.description": agent(({ agent: found }) => optional(found.description)),
  "gen_ai.conversation.id": conversation,
  "gen_ai.request.model": agent(({ usage }) => text(usage.model.name)),
  "gen_ai.response.finish_reasons": answered(({ finish }) => texts([finish])),
  "gen_ai.response.id": answered((last) => text(responseId(last))),
  "gen_ai.response.model": answered(({ model }) => text(model.name)),
  "gen_ai.usage.input_tokens": agent(({ usage }) => int(usage.input)),
  "gen_ai.usage.output_tokens": agent(({ usage }) => int(usage.output)),
  "server.address": agent(({ remote, agent: found }, { services }) =>
    remote ? text(services[found.service]!) : undefined,
  ),
  "server.port": agent(({ remote }) => (remote ? int(SERVICE_PORT) : undefined)),
  "gen_ai.system_instructions": (_, { content }) => captured(content, instructions),
  "gen_ai.input.messages": answeredContent(inputMessages),
  "gen_ai.output.messages": answeredContent(outputMessages),
};

function answered(get: (last: CallOperation) => AttributeValue): Getter {
  return agent(({ usage }) => (usage.last === undefined ? undefined : get(usage.last)));
}

function answeredContent(content: (last: CallOperation) => unknown): Getter {
  return agent(({ usage: { last } }, trace) =>
    last === undefined ? undefined : captured(trace.content, () => content(last)),
  );
}

export const workflowKnowledge: Knowledge = {
  "error.type": errorType,
  "gen_ai.conversation.id": conversation,
  "gen_ai.workflow.name": ({ operation }) => (operation.kind === "workflow" ? text(operation.name) : undefined),
};

export const planKnowledge: Knowledge = {
  "error.type": errorType,
  "gen_ai.agent.name": ({ operation }) => (operation.kind === "plan" ? text(operation.agent.name) : undefined),
};

export const toolKnowledge: Knowledge = {
  "error.type": errorType,
  "gen_ai.conversation.id": conversation,
  "gen_ai.agent.name": ({ operation }) =>
    operation.kind === "tool"
      ? optional(operation.agent?.name)
      : operation.kind === "transfer"
        ? text(operation.from.name)
        : undefined,
  "gen_ai.tool.name": ({ operation }) => text(toolName(operation)),
  "gen_ai.tool.description": ({ operation }) =>
    operation.kind === "tool" ? optional(operation.tool.description) : undefined,
  "gen_ai.tool.type": () => text("function"),
  "gen_ai.tool.call.id": ({ ordinal }, { run }) => text(`call_${run}${hex(ordinal)}`),
  "gen_ai.tool.call.arguments": ({ operation }, { content }) =>
    captured(content, () => toolArguments(toolName(operation))),
  "gen_ai.tool.call.result": ({ failure }, { content }) =>
    failure === undefined ? captured(content, toolResult) : undefined,
};

export function toolName(operation: Operation): string {
  if (operation.kind === "tool") return operation.tool.name;
  return operation.kind === "transfer" ? `transfer_to_${operation.to.name}` : "";
}

export const retrieveKnowledge: Knowledge = {
  "error.type": errorType,
  "gen_ai.data_source.id": retrieve(({ source }) => text(source)),
  "gen_ai.request.top_k": retrieve(({ top }) => double(top)),
  "gen_ai.retrieval.top_k": retrieve(({ top }) => int(top)),
  "gen_ai.retrieval.query.text": (_, { content }) => (content === "none" ? undefined : text("order refund")),
  "gen_ai.retrieval.documents": ({ operation, failure }, { content }) =>
    operation.kind === "retrieve" && failure === undefined
      ? captured(content, () => documents(operation.found))
      : undefined,
  "server.address": retrieve(({ source }) => text(source)),
  "server.port": () => int(SERVICE_PORT),
};

const mcpTool = (get: (name: string) => AttributeValue): Getter =>
  mcp(({ method, target }) => (method === "tools/call" && target !== undefined ? get(target) : undefined));

export const mcpKnowledge: Knowledge = {
  "error.type": errorType,
  "gen_ai.operation.name": mcpTool(() => text("execute_tool")),
  "gen_ai.tool.name": mcpTool(text),
  "gen_ai.prompt.name": mcp(({ method, target }) => (method === "prompts/get" ? optional(target) : undefined)),
  "mcp.resource.uri": mcp(({ method, target }) => (method === "resources/read" ? optional(target) : undefined)),
  "mcp.method.name": mcp(({ method }) => text(method)),
  "mcp.protocol.version": () => text(MCP_PROTOCOL),
  "mcp.session.id": mcp(({ session }, { run }) => text(`session-${run}${hex(session)}`)),
  "jsonrpc.request.id": mcp(({ id }) => text(String(id))),
  "network.transport": () => text("tcp"),
  "network.protocol.name": () => text("http"),
  "network.protocol.version": () => text("1.1"),
  "server.address": ({ operation, children }, { services }) =>
    operation.kind === "mcp" && operation.side === "client"
      ? optional(services[children[0]?.service ?? -1])
      : undefined,
  "server.port": ({ operation, children }) =>
    operation.kind === "mcp" && operation.side === "client" && children.length > 0 ? int(SERVICE_PORT) : undefined,
  "gen_ai.tool.call.arguments": (span, { content }) =>
    mcpToolContent(span, () => captured(content, () => toolArguments("mcp"))),
  "gen_ai.tool.call.result": (span, { content }) =>
    mcpToolContent(span, () => (span.failure === undefined ? captured(content, toolResult) : undefined)),
};

function mcpToolContent({ operation }: PlannedSpan, get: () => AttributeValue | undefined): AttributeValue | undefined {
  return operation.kind === "mcp" && operation.method === "tools/call" ? get() : undefined;
}

/** HTTP between services; the conventions of gen_ai say nothing of it. */
export const requestKnowledge: Knowledge = {
  "error.type": errorType,
  "http.request.method": ({ operation }) => (operation.kind === "request" ? text(operation.method) : undefined),
  "http.route": ({ operation }) =>
    operation.kind === "request" && operation.side === "server" ? text(operation.route) : undefined,
  "server.address": ({ operation }, { services }) =>
    operation.kind === "request" ? optional(services[operation.to]) : undefined,
  "server.port": () => int(SERVICE_PORT),
  "url.path": ({ operation }) =>
    operation.kind === "request" && operation.side === "server" ? text(operation.route) : undefined,
};

/** A step that the version has no type for. */
export const plainKnowledge: Knowledge = { "error.type": errorType };

function optional(value: string | undefined): AttributeValue | undefined {
  return value === undefined ? undefined : text(value);
}

/** A reply's id, in its provider's form. */
export function responseId(call: CallOperation): string {
  const prefixes = { openai: "chatcmpl-", anthropic: "msg_", "gcp.gemini": "" };
  return prefixes[call.provider.name] + replyName(call);
}

/** What stands behind the provider's prefix. The draws alone, 32 bits fine, would come twice in a hundred thousand calls. */
export function replyName({ kind, run, id }: CallOperation): string {
  return `${kind === "stream" ? "s" : "c"}${hex(run)}${hex(id)}`;
}

function fingerprint(model: string): string {
  let hash = 0;
  for (let index = 0; index < model.length; index++) hash = (Math.imul(hash, 31) + model.charCodeAt(index)) | 0;
  return `fp_${hex(hash)}`;
}
