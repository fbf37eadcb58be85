import type { Refusal } from "../model-api.ts";
import { jsonReply, type Reply } from "../reply.ts";

/** Errors of Anthropic's API: `{type: "error", error: {type, message}, request_id}`. https://docs.anthropic.com/en/api/errors */
export function refuseAsAnthropic({ status, message, requestId, param, retryAfterSeconds, limit }: Refusal): Reply {
  const type = types.get(status) ?? (status >= 500 ? "api_error" : "invalid_request_error");
  const request_id = `req_${requestId.slice(0, 24)}`;
  const headers = {
    "request-id": request_id,
    ...(status === 429 && rateLimit(limit?.kind ?? "requests", limit?.limit ?? 50)),
    ...(retryAfterSeconds !== undefined && { "retry-after": String(retryAfterSeconds) }),
  };
  const full = param === undefined ? message : `${param}: ${message}`;
  const reply = jsonReply(status, headers, { type: "error", error: { type, message: full }, request_id });
  return { ...reply, errorType: type };
}

const types: ReadonlyMap<number, string> = new Map([
  [401, "authentication_error"],
  [402, "billing_error"],
  [403, "permission_error"],
  [404, "not_found_error"],
  [413, "request_too_large"],
  [429, "rate_limit_error"],
  [504, "timeout_error"],
  [529, "overloaded_error"],
]);

/** Without the -reset header: it holds a time, and replies depend on no clock. */
function rateLimit(kind: string, limit: number): Record<string, string> {
  return {
    [`anthropic-ratelimit-${kind}-limit`]: String(limit),
    [`anthropic-ratelimit-${kind}-remaining`]: "0",
  };
}
