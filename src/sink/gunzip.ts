import { gunzipSync } from "node:zlib";
import { grpcCode, RefusedError } from "./refusal.ts";

/**
 * Undoes gzip (RFC 1952; several members are one text); undefined when the result would exceed the limit. In one go and on this
 * thread on purpose: at any moment at most one request stands in memory decompressed, however many clients send bombs.
 *
 * @throws {RefusedError} when the bytes are not gzip, are cut short, or go on after it
 */
export function gunzip(bytes: Buffer, what: string, maxBytes: number): Buffer | undefined {
  let inflated: { buffer: Buffer; engine: { bytesWritten: number } };
  try {
    inflated = gunzipSync(bytes, {
      info: true,
      maxOutputLength: maxBytes,
      chunkSize: Math.min(maxBytes, Math.max(leastChunk, claimedLength(bytes))) + 1,
    }) as unknown as typeof inflated;
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw badGzip(what, error instanceof Error ? error.message : String(error));
  }
  const { buffer, engine } = inflated;
  if (engine.bytesWritten !== bytes.length) {
    throw badGzip(what, `${bytes.length - engine.bytesWritten} bytes after its end`);
  }
  return buffer;
}

const leastChunk = 1 << 14;

/**
 * What the last four bytes say that the (last member of the) text is long. It may be a lie, which costs nothing but time; the truth
 * spares a copy, as what fits one chunk is not put together from several.
 */
function claimedLength(bytes: Buffer): number {
  return bytes.length < 4 ? 0 : bytes.readUInt32LE(bytes.length - 4);
}

function badGzip(what: string, actual: string): RefusedError {
  return new RefusedError({
    grpcCode: grpcCode.internal,
    httpStatus: 400,
    where: what,
    expected: "whole gzip data (RFC 1952)",
    actual,
    fix: "Compress the body with gzip, or leave out the header that says it is.",
    badData: true,
  });
}
