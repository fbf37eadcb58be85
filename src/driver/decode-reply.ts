import { messageType } from "../otlp/message-types.ts";
import { StrictReader } from "../otlp/strict-reader.ts";
import type { Acknowledged } from "./reply.ts";

interface PartialSuccess {
  readonly rejectedSpans?: unknown;
  readonly errorMessage?: unknown;
}

/** Reads an ExportTraceServiceResponse; undefined where the bytes are none. */
export function decodeReply(body: Buffer, format: "protobuf" | "json"): Acknowledged | undefined {
  const response = format === "protobuf" ? fromProtobuf("ExportTraceServiceResponse", body) : fromJson(body);
  if (response === undefined) return undefined;
  const partial = response["partialSuccess"] ?? {};
  if (typeof partial !== "object") return undefined;
  const { rejectedSpans = 0, errorMessage = "" } = partial as PartialSuccess;
  const rejected = Number(rejectedSpans);
  if (!Number.isSafeInteger(rejected) || rejected < 0 || typeof errorMessage !== "string") return undefined;
  return { acknowledged: true, rejectedSpans: rejected, message: errorMessage };
}

/** What a google.rpc.Status says, as far as a client that may try again needs it; undefined where the bytes are none. */
export function decodeStatus(body: Buffer): { message: string; retryAfterMs?: number } | undefined {
  const status = fromProtobuf("RpcStatus", body);
  if (status === undefined) return undefined;
  const { message, details } = status as { message: string; details: readonly { typeUrl: string; value: Buffer }[] };
  const info = details.find(({ typeUrl }) => typeUrl.endsWith("/google.rpc.RetryInfo"));
  const delay =
    info && (fromProtobuf("RetryInfo", info.value)?.["retryDelay"] as { seconds: bigint; nanos: number } | null);
  if (!delay) return { message };
  return { message, retryAfterMs: Math.max(0, Number(delay.seconds) * 1000 + delay.nanos / 1e6) };
}

/** The message of a google.rpc.Status in ProtoJSON, "" where there is none. */
export function jsonStatusMessage(body: Buffer): string {
  const message = fromJson(body)?.["message"];
  return typeof message === "string" ? message : "";
}

type Fields = { readonly [field: string]: unknown };

function fromProtobuf(message: string, body: Buffer): Fields | undefined {
  try {
    return messageType(message).decode(new StrictReader(body) as never) as unknown as Fields;
  } catch {
    return undefined;
  }
}

function fromJson(body: Buffer): Fields | undefined {
  try {
    const value: unknown = JSON.parse(body.toString());
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;
  } catch {
    return undefined;
  }
}
