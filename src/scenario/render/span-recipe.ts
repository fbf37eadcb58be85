import type { NameRule } from "../../semconv/overlay.ts";
import type { Spec, SpanType } from "../../semconv/spec.ts";
import type { CallOperation, Operation } from "../plan/planned-trace.ts";
import type { ProviderName } from "../scenario.ts";
import {
  agentKnowledge,
  callKnowledge,
  embedKnowledge,
  mcpKnowledge,
  plainKnowledge,
  planKnowledge,
  requestKnowledge,
  retrieveKnowledge,
  toolKnowledge,
  toolName,
  workflowKnowledge,
  type Getter,
  type Knowledge,
} from "./attributes.ts";
import { text } from "./values.ts";

export type KindName = "INTERNAL" | "SERVER" | "CLIENT";

/** How spans of one kind of operation are written in one version. */
export interface SpanRecipe {
  readonly kind: KindName;
  readonly attributes: readonly (readonly [key: string, get: Getter])[];
  /** The version's rule for the name; without one, the plain name is it. */
  readonly name: NameRule | undefined;
  /** Upstream's id of its type; undefined for a plain span. */
  readonly type: string | undefined;
}

/** What a version may have for an operation: the first that it does have is taken. */
interface Choice {
  readonly type: string;
  /** gen_ai.operation.name; undefined where the type is told by something else. */
  readonly operation: string | undefined;
}

/** Operations of one key are written alike. */
export function recipeKey(operation: Operation): string {
  switch (operation.kind) {
    case "chat":
    case "stream":
    case "embed":
      return `${operation.kind} ${operation.provider.name}`;
    case "agent":
      return `agent ${operation.remote} ${operation.usage.provider.name}`;
    case "request":
    case "mcp":
      return `${operation.kind} ${operation.side}`;
    default:
      return operation.kind;
  }
}

export function spanRecipe(spec: Spec, operation: Operation): SpanRecipe {
  const provider = providerOf(operation);
  const chosen = choices(operation).find((choice) => isThere(spec, choice));
  if (chosen === undefined) return plain(operation);
  const base = spec.types.get(chosen.type)!;
  const value = provider === undefined ? undefined : providerValue(spec, provider);
  const type = (value === undefined ? undefined : spec.providerType(chosen.type, value)) ?? base;
  const knowledge: Knowledge = {
    ...knowledgeOf(operation),
    ...operationKnowledge(spec, chosen),
    ...(value === undefined ? {} : { [spec.providerKey]: () => text(value) }),
  };
  // A provider's own table need not list the key that tells that it applies; its page says that the key must be there.
  const told = value === undefined || type.provider === undefined || type.uses.has(spec.providerKey);
  const provided = told ? [] : [[spec.providerKey, knowledge[spec.providerKey]!] as const];
  const beside = KEYS_OF_ALL.filter((key) => knowledge[key] !== undefined && !type.uses.has(key));
  return {
    kind: kindBy(base, operation),
    attributes: [
      ...provided,
      ...beside.map((key) => [key, knowledge[key]!] as const),
      ...attributesOf(spec, type, knowledge),
    ],
    name: type.name,
    type: type.span.id,
  };
}

/**
 * What belongs on a span also where its table leaves it out: the operation, which stands in the prose above the table of tools until 1.36,
 * and why it failed, which 1.26 has for any operation (general/recording-errors.md).
 */
const KEYS_OF_ALL = ["gen_ai.operation.name", "error.type"];

function choices(operation: Operation): readonly Choice[] {
  switch (operation.kind) {
    case "chat":
    case "stream":
      return callChoices(operation);
    case "embed":
      return ["embeddings", "inference"].map((type) => ({ type, operation: "embeddings" }));
    case "agent":
      return (operation.remote ? ["invoke_agent.client"] : ["invoke_agent.internal", "invoke_agent.client"]).map(
        (type) => ({
          type,
          operation: "invoke_agent",
        }),
      );
    case "workflow":
      return [{ type: "invoke_workflow", operation: "invoke_workflow" }];
    case "plan":
      return [{ type: "plan", operation: "plan" }];
    case "tool":
    case "transfer":
      return [{ type: "execute_tool", operation: "execute_tool" }];
    case "retrieve":
      return [{ type: "retrieval", operation: "retrieval" }];
    case "mcp":
      return [{ type: `mcp.${operation.side}`, operation: undefined }];
    case "request":
    case "rerank":
    case "human":
      return [];
  }
}

function callChoices({ provider }: CallOperation): readonly Choice[] {
  const operations = provider.name === "gcp.gemini" ? ["generate_content", "chat"] : ["chat"];
  return operations.map((operation) => ({ type: "inference", operation }));
}

/** Whether a version has the type, and the operation that tells it. */
function isThere(spec: Spec, { type, operation }: Choice): boolean {
  if (!spec.types.has(type)) return false;
  const members = spec.attribute("gen_ai.operation.name")?.members;
  // Before 1.27 there is no operation name, and a chat is all that there is.
  return (
    operation === undefined ||
    (members === undefined ? operation === "chat" : members.some(({ value }) => value === operation))
  );
}

function operationKnowledge(spec: Spec, { operation }: Choice): Knowledge {
  if (operation === undefined || spec.attribute("gen_ai.operation.name") === undefined) return {};
  return { "gen_ai.operation.name": () => text(operation) };
}

/** The provider as the version spells it: its own name, or the older one that the name later replaced. */
function providerValue(spec: Spec, provider: ProviderName): string {
  const members = (spec.attribute(spec.providerKey)?.members ?? []).map(({ value }) => String(value));
  if (members.includes(provider)) return provider;
  const older = members.find((member) => spec.valueHistory(spec.providerKey, member)?.replacedBy?.includes(provider));
  return older ?? provider;
}

function attributesOf(spec: Spec, type: SpanType, knowledge: Knowledge): SpanRecipe["attributes"] {
  return type.span.attributes.flatMap(({ key, level }) => {
    const get = knowledge[key];
    if (get === undefined && level === "required") {
      throw new Error(`nothing is known of ${key}, which ${spec.id} requires of ${type.span.id}`);
    }
    return get === undefined || spec.attribute(key)?.deprecated !== undefined ? [] : [[key, get] as const];
  });
}

function plain(operation: Operation): SpanRecipe {
  const knowledge = operation.kind === "request" ? requestKnowledge : plainKnowledge;
  return { kind: kindOf(operation), attributes: Object.entries(knowledge), name: undefined, type: undefined };
}

function knowledgeOf(operation: Operation): Knowledge {
  switch (operation.kind) {
    case "chat":
    case "stream":
      return callKnowledge;
    case "embed":
      return embedKnowledge;
    case "agent":
      return agentKnowledge;
    case "workflow":
      return workflowKnowledge;
    case "plan":
      return planKnowledge;
    case "tool":
    case "transfer":
      return toolKnowledge;
    case "retrieve":
      return retrieveKnowledge;
    case "mcp":
      return mcpKnowledge;
    case "request":
      return requestKnowledge;
    case "rerank":
    case "human":
      return plainKnowledge;
  }
}

/** Until 1.40 there is one table for agents, whose kind is CLIENT; only from 1.38 on may it be another in the caller's own process. */
function kindBy({ kinds }: SpanType, operation: Operation): KindName {
  const kind = kindOf(operation);
  return operation.kind === "agent" && !kinds.has(kind) ? "CLIENT" : kind;
}

function kindOf(operation: Operation): KindName {
  switch (operation.kind) {
    case "chat":
    case "stream":
    case "embed":
    case "retrieve":
    case "rerank":
      return "CLIENT";
    case "agent":
      return operation.remote ? "CLIENT" : "INTERNAL";
    case "request":
    case "mcp":
      return operation.side === "client" ? "CLIENT" : "SERVER";
    default:
      return "INTERNAL";
  }
}

function providerOf(operation: Operation): ProviderName | undefined {
  switch (operation.kind) {
    case "chat":
    case "stream":
    case "embed":
      return operation.provider.name;
    case "agent":
      return operation.usage.provider.name;
    default:
      return undefined;
  }
}

/** What an operation is called where no version has a say. */
export function plainName(operation: Operation): string {
  switch (operation.kind) {
    case "chat":
    case "stream":
      return `chat ${operation.model.name}`;
    case "embed":
      return `embed ${operation.model.name}`;
    case "agent":
      return `agent ${operation.agent.name}`;
    case "workflow":
      return `workflow ${operation.name}`;
    case "plan":
      return `plan ${operation.agent.name}`;
    case "tool":
    case "transfer":
      return `tool ${toolName(operation)}`;
    case "retrieve":
      return `retrieve ${operation.source}`;
    case "rerank":
      return `rerank ${operation.model}`;
    case "mcp":
      return operation.target === undefined ? operation.method : `${operation.method} ${operation.target}`;
    case "human":
      return "wait for a human";
    case "request":
      return operation.side === "client" ? operation.method : `${operation.method} ${operation.route}`;
  }
}
