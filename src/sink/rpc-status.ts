import { protobufRoot } from "../otlp/message-types.ts";
import { refusalMessage, type Refusal } from "./refusal.ts";

const root = protobufRoot();
const typeUrl = (name: string): string => `type.googleapis.com/google.rpc.${name}`;

/** A refusal as google.rpc.Status in protobuf: the error body of OTLP/HTTP, and grpc-status-details-bin. */
export function statusBytes(refusal: Refusal): Uint8Array {
  const details: { typeUrl: string; value: Uint8Array }[] = [];
  if (refusal.badData) {
    const violation = { field: refusal.where, description: `expected ${refusal.expected}, got ${refusal.actual}` };
    details.push({ typeUrl: typeUrl("BadRequest"), value: encode("BadRequest", { fieldViolations: [violation] }) });
  }
  if (refusal.retryAfterSeconds !== undefined) {
    const retryDelay = { seconds: refusal.retryAfterSeconds };
    details.push({ typeUrl: typeUrl("RetryInfo"), value: encode("RetryInfo", { retryDelay }) });
  }
  return encode("RpcStatus", { code: refusal.grpcCode, message: refusalMessage(refusal), details });
}

/** A refusal as google.rpc.Status in ProtoJSON. */
export function statusJson(refusal: Refusal): string {
  const details: object[] = [];
  if (refusal.badData) {
    const violation = { field: refusal.where, description: `expected ${refusal.expected}, got ${refusal.actual}` };
    details.push({ "@type": typeUrl("BadRequest"), fieldViolations: [violation] });
  }
  if (refusal.retryAfterSeconds !== undefined) {
    details.push({ "@type": typeUrl("RetryInfo"), retryDelay: `${refusal.retryAfterSeconds}s` });
  }
  return JSON.stringify({
    code: refusal.grpcCode,
    message: refusalMessage(refusal),
    ...(details.length > 0 && { details }),
  });
}

function encode(message: string, fields: object): Uint8Array {
  const type = root.lookupType(message);
  return type.encode(type.fromObject(fields)).finish();
}
