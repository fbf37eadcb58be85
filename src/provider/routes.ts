import { digest } from "./digest.ts";
import type { ProviderRequest } from "./exchange.ts";
import type { ModelApi } from "./model-api.ts";
import { chatCompletions } from "./openai/chat-completions.ts";
import { refuseAsOpenAi } from "./openai/refuse.ts";
import type { Reply } from "./reply.ts";

export type Route =
  | { readonly kind: "call"; readonly api: ModelApi }
  /** Known, but no call of a model: nothing that a ledger holds. */
  | { readonly kind: "other"; readonly reply: Reply }
  | { readonly kind: "unknown"; readonly reply: Reply };

const calls: ReadonlyMap<string, ModelApi> = new Map([["/v1/chat/completions", chatCompletions]]);

export function findRoute(request: ProviderRequest): Route {
  const api = request.method === "POST" ? calls.get(request.path) : undefined;
  if (api !== undefined) return { kind: "call", api };
  const message = `Invalid URL (${request.method} ${request.path}): this fake provider does not serve it.`;
  const requestId = digest(message, 32);
  return { kind: "unknown", reply: refuseAsOpenAi({ status: 404, message, requestId }) };
}
