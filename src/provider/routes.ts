import { messages } from "./anthropic/messages.ts";
import { refuseAsAnthropic } from "./anthropic/refuse.ts";
import { digest } from "./digest.ts";
import type { ProviderRequest } from "./exchange.ts";
import { generateContent, isGenerateContent } from "./gemini/generate-content.ts";
import { refuseAsGemini } from "./gemini/refuse.ts";
import type { ModelApi, Refusal } from "./model-api.ts";
import { listModels } from "./models.ts";
import { chatCompletions } from "./openai/chat-completions.ts";
import { embeddings } from "./openai/embeddings.ts";
import { refuseAsOpenAi } from "./openai/refuse.ts";
import { responses } from "./openai/responses.ts";
import type { Reply } from "./reply.ts";

export type Route =
  | { readonly kind: "call"; readonly api: ModelApi }
  /** Known, but no call of a model: nothing that a ledger holds. */
  | { readonly kind: "other"; readonly reply: Reply }
  | { readonly kind: "unknown"; readonly reply: Reply };

type Provider = "openai" | "anthropic" | "gemini";

const apis: ReadonlyMap<string, ModelApi> = new Map([
  ["/v1/chat/completions", chatCompletions],
  ["/v1/responses", responses],
  ["/v1/embeddings", embeddings],
  ["/v1/messages", messages],
]);

const refuse: Readonly<Record<Provider, (refusal: Refusal) => Reply>> = {
  openai: refuseAsOpenAi,
  anthropic: refuseAsAnthropic,
  gemini: refuseAsGemini,
};

export function findRoute(request: ProviderRequest): Route {
  const { method, path } = request;
  const api = apis.get(path) ?? (isGenerateContent(path) ? generateContent : undefined);
  if (method === "POST" && api !== undefined) return { kind: "call", api };
  const provider = api === undefined ? spokenTo(request) : ownerOf(api);
  if (method === "GET" && /^\/v1(alpha|beta)?\/models$/.test(path))
    return { kind: "other", reply: listModels(provider) };
  // The path comes from the client and goes back to it alone, but not at any length.
  const message = `Not found: ${method} ${path.slice(0, 200)}. ${hintFor(path)}`;
  return { kind: "unknown", reply: refuse[provider]({ status: 404, message, requestId: digest(message, 32) }) };
}

/** The commonest cause is a base URL with a version too few or too many. */
function hintFor(path: string): string {
  if (apis.has(`/v1${path}`)) return "The base URL of this client must end with /v1.";
  if (path.startsWith("/v1/v1/")) return "The base URL of this client must not end with /v1.";
  if (path.startsWith("//")) return "The base URL of this client must not end with a slash.";
  return "This fake provider does not serve it.";
}

/** Whose client a request to a path that several could have comes from. */
function spokenTo(request: ProviderRequest): Provider {
  const { path } = request;
  if (request.header("anthropic-version") !== undefined || /^\/v1\/(messages|complete)\b/.test(path))
    return "anthropic";
  const google = request.header("x-goog-api-key") ?? request.header("x-goog-api-client");
  return google !== undefined || /^\/v1(alpha|beta)\/|^\/v1\/models\/[^/]+:/.test(path) ? "gemini" : "openai";
}

function ownerOf({ api }: ModelApi): Provider {
  if (api.startsWith("openai.")) return "openai";
  return api.startsWith("anthropic.") ? "anthropic" : "gemini";
}
