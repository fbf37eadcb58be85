import { gunzipSync } from "node:zlib";
import { grpcCode, RefusedError, tooLarge } from "./refusal.ts";

/**
 * Undoes gzip (RFC 1952; several members are one text). In one go and on this thread on purpose: at any moment at most one request
 * stands in memory decompressed, however many clients send bombs.
 *
 * @throws {RefusedError} when the result would exceed the limit, or the bytes are not gzip, are cut short, or go on after it
 */
export function gunzip(bytes: Buffer, what: string, maxBytes: number): Buffer {
  let inflated: { buffer: Buffer; engine: { bytesWritten: number } };
  try {
    inflated = gunzipSync(bytes, {
      info: true,
      maxOutputLength: maxBytes,
      chunkSize: Math.min(1 << 20, Math.max(1 << 14, bytes.length * 4)),
    }) as unknown as typeof inflated;
  } catch (error) {
    if (error instanceof RangeError) throw new RefusedError(tooLarge(`${what}, decompressed`, undefined, maxBytes));
    throw badGzip(what, error instanceof Error ? error.message : String(error));
  }
  const { buffer, engine } = inflated;
  if (engine.bytesWritten !== bytes.length) {
    throw badGzip(what, `${bytes.length - engine.bytesWritten} bytes after its end`);
  }
  return buffer;
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
