import { crc32, inflateRawSync } from "node:zlib";

/** Who reads only as far as the limit may find a damaged stream too long. */
export type GzipVerdict = { readonly text: Buffer } | "too long" | "damaged";

/**
 * Reads a gzip stream as RFC 1952 has it, member by member to its end: header, flags and both checksums by hand, only the deflated
 * blocks by zlib.
 */
export function referenceGzip(bytes: Buffer, maxBytes: number): GzipVerdict {
  const texts: Buffer[] = [];
  let length = 0;
  let at = 0;
  do {
    const start = afterHeader(bytes, at);
    const inflated = start === undefined ? undefined : inflate(bytes.subarray(start));
    if (start === undefined || inflated === undefined) return "damaged";
    texts.push(inflated.text);
    length += inflated.text.length;
    const trailer = start + inflated.used;
    const isWhole =
      trailer + 8 <= bytes.length &&
      bytes.readUInt32LE(trailer) === crc32(inflated.text) &&
      bytes.readUInt32LE(trailer + 4) === inflated.text.length;
    if (!isWhole) return "damaged";
    at = trailer + 8;
  } while (at < bytes.length);
  return length > maxBytes ? "too long" : { text: Buffer.concat(texts) };
}

function afterHeader(bytes: Buffer, start: number): number | undefined {
  if (bytes.length < start + 10 || bytes.readUInt16BE(start) !== 0x1f8b || bytes[start + 2] !== 8) return undefined;
  const flags = bytes[start + 3] as number;
  // Section 2.3.1.2: a compliant decompressor must give an error if any reserved bit is non-zero.
  if ((flags & 0xe0) !== 0) return undefined;
  let at = start + 10;
  if ((flags & 4) !== 0) {
    if (at + 2 > bytes.length) return undefined;
    at += 2 + bytes.readUInt16LE(at);
  }
  for (const flag of [8, 16]) {
    if ((flags & flag) === 0) continue;
    const end = bytes.indexOf(0, at);
    if (end < 0) return undefined;
    at = end + 1;
  }
  if ((flags & 2) !== 0) {
    if (at + 2 > bytes.length || bytes.readUInt16LE(at) !== (crc32(bytes.subarray(start, at)) & 0xffff))
      return undefined;
    at += 2;
  }
  return at <= bytes.length ? at : undefined;
}

function inflate(bytes: Buffer): { text: Buffer; used: number } | undefined {
  try {
    const { buffer, engine } = inflateRawSync(bytes, { info: true }) as unknown as {
      buffer: Buffer;
      engine: { bytesWritten: number };
    };
    return { text: buffer, used: engine.bytesWritten };
  } catch {
    return undefined;
  }
}
