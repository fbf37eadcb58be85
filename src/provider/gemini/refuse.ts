import type { Refusal } from "../model-api.ts";
import { jsonReply, type Reply } from "../reply.ts";

/** Errors of Google's APIs: `{error: {code, message, status, details}}`. https://cloud.google.com/apis/design/errors */
export function refuseAsGemini({ status, message, param, retryAfterSeconds }: Refusal): Reply {
  const name = names.get(status) ?? (status >= 500 ? "INTERNAL" : "INVALID_ARGUMENT");
  const details = [
    ...(param === undefined
      ? []
      : [
          {
            "@type": "type.googleapis.com/google.rpc.BadRequest",
            fieldViolations: [{ field: param, description: message }],
          },
        ]),
    ...(retryAfterSeconds === undefined
      ? []
      : [{ "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay: `${retryAfterSeconds}s` }]),
  ];
  const headers: Record<string, string> =
    retryAfterSeconds === undefined ? {} : { "retry-after": String(retryAfterSeconds) };
  const error = { code: status, message, status: name, ...(details.length > 0 && { details }) };
  return { ...jsonReply(status, headers, { error }), errorType: name };
}

const names: ReadonlyMap<number, string> = new Map([
  [401, "UNAUTHENTICATED"],
  [403, "PERMISSION_DENIED"],
  [404, "NOT_FOUND"],
  [409, "ABORTED"],
  [429, "RESOURCE_EXHAUSTED"],
  [499, "CANCELLED"],
  [501, "UNIMPLEMENTED"],
  [503, "UNAVAILABLE"],
  [504, "DEADLINE_EXCEEDED"],
]);
