import { jsonReply, type Reply } from "./reply.ts";
import { CREATED } from "./openai/openai-headers.ts";

/** What the lists of models name; any other name is answered all the same. */
const models = {
  openai: ["gpt-4o", "gpt-4o-mini", "text-embedding-3-small"],
  anthropic: ["claude-sonnet-4-5"],
  gemini: ["gemini-2.5-flash"],
};

/** GET /v1/models (OpenAI, Anthropic) and /v1beta/models (Gemini). */
export function listModels(provider: "openai" | "anthropic" | "gemini"): Reply {
  const ids = models[provider];
  if (provider === "openai") {
    const data = ids.map((id) => ({ id, object: "model", created: CREATED, owned_by: "testkit" }));
    return jsonReply(200, {}, { object: "list", data });
  }
  if (provider === "gemini")
    return jsonReply(200, {}, { models: ids.map((id) => ({ name: `models/${id}`, displayName: id })) });
  const created_at = new Date(CREATED * 1000).toISOString();
  const data = ids.map((id) => ({ type: "model", id, display_name: id, created_at }));
  return jsonReply(200, {}, { data, has_more: false, first_id: ids[0], last_id: ids.at(-1) });
}
