import type { CallOperation } from "../../scenario/plan/planned-trace.ts";
import { userText } from "../../scenario/render/content.ts";

/** The HTTP request by which a provider's client would make a call. */
export interface ModelRequest {
  readonly path: string;
  readonly body: string;
}

/** Anthropic's API asks for a limit; no planned reply's text comes near it. */
const MAX_TOKENS = 8192;

export function modelRequest(call: CallOperation): ModelRequest {
  const { kind, provider, model, input } = call;
  const stream = kind === "stream";
  if (kind === "embed") {
    // Tokens instead of a text, so that the reply counts as many as planned.
    const body = {
      model: model.name,
      input: Array.from({ length: Math.max(1, input) }, () => 0),
      encoding_format: "float",
    };
    return { path: "/v1/embeddings", body: JSON.stringify(body) };
  }
  const messages = [{ role: "user", content: userText(call) }];
  switch (provider.name) {
    case "openai": {
      const options = stream ? { stream, stream_options: { include_usage: true } } : {};
      return { path: "/v1/chat/completions", body: JSON.stringify({ model: model.name, messages, ...options }) };
    }
    case "anthropic":
      return {
        path: "/v1/messages",
        body: JSON.stringify({ model: model.name, max_tokens: MAX_TOKENS, messages, ...(stream && { stream }) }),
      };
    case "gcp.gemini": {
      const method = stream ? "streamGenerateContent?alt=sse" : "generateContent";
      const contents = [{ role: "user", parts: [{ text: userText(call) }] }];
      return { path: `/v1beta/models/${encodeURIComponent(model.name)}:${method}`, body: JSON.stringify({ contents }) };
    }
  }
}
