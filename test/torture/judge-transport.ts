import { gunzip } from "../../src/sink/gunzip.ts";
import { GrpcMessageReader } from "../../src/sink/grpc-message.ts";
import { ReceiveBudget } from "../../src/sink/receive-budget.ts";
import { grpcCode, RefusedError } from "../../src/sink/refusal.ts";
import { messageLimit, type GrpcCase } from "./grpc-cases.ts";
import { gzipLimit } from "./gzip-cases.ts";
import { referenceGzip } from "./reference-gzip.ts";

/** What is wrong with how the sink unpacks a body, or undefined. */
export function judgeGzip(bytes: Buffer): string | undefined {
  const expected = referenceGzip(bytes, gzipLimit);
  const came = outcomeOf(() => gunzip(bytes, "the body", gzipLimit));
  if (came instanceof RefusedError) return expected === "damaged" ? undefined : `wrong refusal: ${came.message}`;
  if (came === undefined) return typeof expected === "string" ? undefined : "wrong refusal: it is not too long";
  if (typeof expected === "string") return `wrong acceptance: ${expected}`;
  return came.equals(expected.text) ? undefined : "another text";
}

/** What is wrong with how the sink reads the message of a call, or undefined. */
export function judgeGrpc({ encoding, chunks }: GrpcCase): string | undefined {
  const expected = referenceMessage(Buffer.concat(chunks), encoding);
  const body = new ReceiveBudget(10 * messageLimit).open("the message", messageLimit, () => undefined);
  const came = outcomeOf(() => {
    const reader = new GrpcMessageReader(body, encoding, messageLimit);
    for (const chunk of chunks) reader.push(chunk);
    return reader.end().isGzip;
  });
  if (came instanceof RefusedError) {
    return came.refusal.grpcCode === expected
      ? undefined
      : `wrong refusal, wanted ${JSON.stringify(expected)}: ${came.message}`;
  }
  if (typeof expected === "number") return `wrong acceptance, wanted status ${expected}`;
  if (came !== expected.isGzip) return "wrong about its compression";
  return body.bytes().equals(expected.message) ? undefined : "another message";
}

/** The one message of a unary call (gRPC over HTTP/2, Length-Prefixed-Message), or the status to refuse it with. */
function referenceMessage(
  stream: Buffer,
  encoding: "identity" | "gzip",
): { readonly message: Buffer; readonly isGzip: boolean } | number {
  if (stream.length === 0) return grpcCode.unimplemented;
  if (stream.length < 5) return grpcCode.internal;
  const flag = stream.readUInt8(0);
  const end = 5 + stream.readUInt32BE(1);
  if (flag > 1 || (flag === 1 && encoding === "identity")) return grpcCode.internal;
  if (end - 5 > messageLimit) return grpcCode.resourceExhausted;
  if (stream.length < end) return grpcCode.internal;
  return stream.length > end ? grpcCode.unimplemented : { message: stream.subarray(5), isGzip: flag === 1 };
}

function outcomeOf<Outcome>(work: () => Outcome): Outcome | RefusedError {
  try {
    return work();
  } catch (error) {
    if (error instanceof RefusedError) return error;
    throw error;
  }
}
