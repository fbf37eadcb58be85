import { failed, type Failed } from "../reply.ts";

const busyStatuses: ReadonlySet<number> = new Set([429, 502, 503, 504]);
/** UNAVAILABLE and RESOURCE_EXHAUSTED. */
const busyCodes: ReadonlySet<number> = new Set([14, 8]);

/** Why an export failed, from what the SDK's exporter says of it: a message, and a code that is an HTTP status or one of gRPC. */
export function exportFailure(error: Error | undefined): Failed {
  const { message = "the exporter gave no reason", code } = (error ?? {}) as {
    message?: string;
    code?: string | number;
  };
  const said = code === undefined ? message : `${message} (${code})`;
  if (/ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|Name resolution failed/.test(said)) {
    return failed("unreachable", said);
  }
  if (/time(d )?out|ETIMEDOUT|DEADLINE_EXCEEDED/i.test(said) || code === 4) return failed("timeout", said);
  if (/ECONNRESET|EPIPE|hang up|No connection established|Connection dropped/.test(said)) return failed("broken", said);
  if (/Parse Error|Protocol error/.test(said)) return failed("nonsense", said);
  return failed(typeof code === "number" && (busyStatuses.has(code) || busyCodes.has(code)) ? "busy" : "refused", said);
}
