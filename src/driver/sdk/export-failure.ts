import { failed, type Failed, type FailureKind } from "../reply.ts";

const busyStatuses: ReadonlySet<number> = new Set([429, 502, 503, 504]);
/** UNAVAILABLE and RESOURCE_EXHAUSTED. */
const busyCodes: ReadonlySet<number> = new Set([14, 8]);

/** Why an export failed, from what the SDK's exporter says of it: a message, and a code that is an HTTP status or one of gRPC. */
export function exportFailure(error: Error | undefined): Failed {
  const { message = "the exporter gave no reason", code } = (error ?? {}) as {
    message?: string;
    code?: string | number;
  };
  // grpc-js explains at length, and with the time, how it came to an address.
  const words = message.replace(/( \([-0-9T:.Z]+\))?\.? ?Resolution note:.*$/s, "");
  const said = code === undefined ? words : `${words} (${code})`;
  return failed(kindOf(said, code), said);
}

/** The first that matches decides: what was no answer of OTLP comes with codes and words of a connection that was not had. */
const spoken: readonly (readonly [FailureKind, RegExp])[] = [
  [
    "nonsense",
    /Parse Error|Protocol error|without gRPC status|No message received|Received message larger than max|body exceeded size limit/,
  ],
  ["unreachable", /ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|Name resolution failed/],
  ["timeout", /time(d )?out|ETIMEDOUT|DEADLINE_EXCEEDED/i],
  ["broken", /ECONNRESET|EPIPE|hang up|No connection established|Connection dropped/],
];

function kindOf(said: string, code: string | number | undefined): FailureKind {
  const kind = spoken.find(([, words]) => words.test(said))?.[0];
  if (kind !== undefined) return kind;
  if (typeof code !== "number") return "refused";
  if (code >= 300 && code < 400) return "nonsense";
  return busyStatuses.has(code) || busyCodes.has(code) ? "busy" : "refused";
}
