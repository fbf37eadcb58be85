import {
  Client,
  type ClientUnaryCall,
  compressionAlgorithms,
  Metadata,
  status,
  type ServiceError,
} from "@grpc/grpc-js";
import { decodeReply, decodeStatus } from "./decode-reply.ts";
import { grpcCredentials } from "./grpc-credentials.ts";
import { closedMeanwhile, failed, type FailureKind, type Reply, type Sender, type Target } from "./reply.ts";

const PATH = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";
const LONGEST_ANSWER = 65_536;

/** OTLP/gRPC: the codes after which a client may send again; RESOURCE_EXHAUSTED only with RetryInfo. */
const busyCodes: ReadonlySet<number> = new Set([
  status.CANCELLED,
  status.ABORTED,
  status.OUT_OF_RANGE,
  status.UNAVAILABLE,
  status.DATA_LOSS,
]);

const identity = (bytes: Buffer): Buffer => bytes;

/** Sends by OTLP/gRPC over one HTTP/2 connection. */
export function grpcSender({ endpoint, headers, timeoutMs }: Target, { gzip }: { readonly gzip: boolean }): Sender {
  const client = new Client(hostOf(endpoint), grpcCredentials(endpoint), {
    "grpc.max_receive_message_length": LONGEST_ANSWER,
    ...(gzip && { "grpc.default_compression_algorithm": compressionAlgorithms.gzip }),
    "grpc.use_local_subchannel_pool": 1,
    "grpc.enable_retries": 0,
    "grpc.initial_reconnect_backoff_ms": 100,
    "grpc.min_reconnect_backoff_ms": 100,
    "grpc.max_reconnect_backoff_ms": 1000,
  });
  const metadata = new Metadata();
  for (const [name, value] of Object.entries(headers)) metadata.set(name, value);
  const underWay = new Set<ClientUnaryCall>();
  let closed = false;
  return {
    send: (body) =>
      new Promise((resolve) => {
        const deadline = Date.now() + timeoutMs;
        const call = client.makeUnaryRequest(
          PATH,
          identity,
          identity,
          body,
          metadata,
          { deadline },
          (error, answer) => {
            underWay.delete(call);
            if (error === null) resolve(answerOf(answer));
            else resolve(closed ? closedMeanwhile : failureOf(error));
          },
        );
        underWay.add(call);
      }),
    close: () => {
      closed = true;
      for (const call of underWay) call.cancel();
      client.close();
    },
  };
}

/** grpc-js takes 443 for a missing port, whatever the scheme. */
function hostOf({ hostname, port, protocol }: URL): string {
  return `${hostname}:${port === "" ? (protocol === "https:" ? 443 : 80) : port}`;
}

function answerOf(answer: Buffer | undefined): Reply {
  const reply = answer && decodeReply(answer, "protobuf");
  return reply ?? failed("nonsense", "gRPC OK with a message that is no ExportTraceServiceResponse");
}

function failureOf({ code, details, metadata }: ServiceError): Reply {
  const [bytes] = metadata.get("grpc-status-details-bin");
  const retryAfterMs = Buffer.isBuffer(bytes) ? decodeStatus(bytes)?.retryAfterMs : undefined;
  const said = details.replace(/( \([-0-9T:.Z]+\))?\.? ?Resolution note:.*$/s, "");
  const detail = `gRPC ${status[code] ?? "without a status code"}: ${said}`;
  if (retryAfterMs !== undefined && (code === status.RESOURCE_EXHAUSTED || busyCodes.has(code))) {
    return failed("busy", detail, retryAfterMs);
  }
  return failed(kindOf(code, details), detail);
}

/**
 * What the words of grpc-js 1.14 tell apart: it gives the same codes for what the target answered, for an answer that is no gRPC,
 * and for what became of the connection. The first that matches decides.
 */
const spoken: readonly (readonly [FailureKind, RegExp])[] = [
  ["nonsense", /Protocol error|without gRPC status|^No message received|^Received message larger than max/],
  [
    "unreachable",
    /ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|Name resolution failed|certificate|SSL|TLS/,
  ],
  ["broken", /^No connection established|^Connection dropped|ECONNRESET|EPIPE|hang up|^Received RST_STREAM/],
];

const localCodes: ReadonlySet<number> = new Set([
  status.UNAVAILABLE,
  status.INTERNAL,
  status.UNIMPLEMENTED,
  status.RESOURCE_EXHAUSTED,
]);

function kindOf(code: number, details: string): FailureKind {
  if (code === status.DEADLINE_EXCEEDED) return "timeout";
  if (!(code in status)) return "nonsense";
  const kind = localCodes.has(code) ? spoken.find(([, words]) => words.test(details))?.[0] : undefined;
  return kind ?? (busyCodes.has(code) ? "busy" : "refused");
}
