import type { Refusal } from "../model-api.ts";
import { jsonReply, type Reply } from "../reply.ts";

/** Errors of OpenAI's APIs: `{error: {message, type, param, code}}`. https://platform.openai.com/docs/guides/error-codes */
export function refuseAsOpenAi({ status, message, requestId, param, retryAfterSeconds, limit }: Refusal): Reply {
  const [type, code] = typeAndCode(status, limit?.kind ?? "requests");
  const headers = {
    "x-request-id": `req_${requestId}`,
    ...(status === 429 && rateLimit(limit?.kind ?? "requests", limit?.limit ?? 60, retryAfterSeconds)),
    ...(retryAfterSeconds !== undefined && { "retry-after": String(retryAfterSeconds) }),
  };
  const reply = jsonReply(status, headers, { error: { message, type, param: param ?? null, code } });
  return { ...reply, errorType: code ?? type };
}

function typeAndCode(status: number, limited: "requests" | "tokens"): [type: string, code: string | null] {
  switch (status) {
    case 401:
      return ["invalid_request_error", "invalid_api_key"];
    case 404:
      return ["invalid_request_error", "unknown_url"];
    case 429:
      return [limited, "rate_limit_exceeded"];
    default:
      return [status >= 500 ? "server_error" : "invalid_request_error", null];
  }
}

function rateLimit(kind: string, limit: number, retryAfterSeconds = 1): Record<string, string> {
  return {
    [`x-ratelimit-limit-${kind}`]: String(limit),
    [`x-ratelimit-remaining-${kind}`]: "0",
    [`x-ratelimit-reset-${kind}`]: `${retryAfterSeconds}s`,
  };
}
