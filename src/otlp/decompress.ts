import { createGunzip, createZstdDecompress } from "node:zlib";
import { ByteSource } from "./byte-source.ts";
import { zstdFrame } from "./zstd-frame.ts";

/**
 * Undoes gzip (RFC 1952) or Zstandard (RFC 8878) where the first bytes say so, whatever the name of the input. Everything before a
 * damage is given out before the error is thrown.
 */
export async function* decompressed(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const source = new ByteSource(chunks);
  try {
    yield* plain(source);
  } finally {
    await source.close();
  }
}

async function* plain(source: ByteSource): AsyncGenerator<Uint8Array> {
  await source.ensure(4);
  const compression = compressionOf(source.buffer);
  if (compression === "zstd") {
    while (await source.ensure(1)) yield* inflate(zstdFrame(source), compression);
  } else if (compression === "gzip") {
    yield* inflate(rest(source), compression);
  } else {
    yield* rest(source);
  }
  if (source.failure !== undefined) throw source.failure;
}

/** By magic number. */
export function compressionOf(start: Buffer): "gzip" | "zstd" | undefined {
  if (start.length >= 2 && start.readUInt16BE(0) === 0x1f8b) return "gzip";
  if (start.length >= 4 && start.readUInt32BE(0) === 0x28b52ffd) return "zstd";
  return undefined;
}

async function* rest(source: ByteSource): AsyncGenerator<Uint8Array> {
  while (await source.ensure(1)) {
    const chunk = source.buffer;
    source.advance(chunk.length);
    yield chunk;
  }
}

/** Input is fed in pieces of this size, each read out before the next, so that an error cannot overtake what came before it. */
const pieceBytes = 16_384;

async function* inflate(chunks: AsyncIterable<Uint8Array>, compression: "gzip" | "zstd"): AsyncGenerator<Uint8Array> {
  // With a mark of 1 the engine stops after each full output buffer until that is taken, so that a bomb cannot pile up.
  const options = { readableHighWaterMark: 1, chunkSize: 1 << 15 };
  const engine = compression === "gzip" ? createGunzip(options) : createZstdDecompress(options);
  let failure: Error | undefined;
  let wake = (): void => undefined;
  engine.on("readable", () => wake());
  engine.on("end", () => wake());
  engine.on("error", (error) => {
    failure = error;
    wake();
  });
  let fed = 0;
  try {
    for await (const chunk of chunks) {
      for (let at = 0; at < chunk.length && failure === undefined; at += pieceBytes) {
        const piece = chunk.subarray(at, at + pieceBytes);
        fed += piece.length;
        let taken = engine.readableEnded;
        if (!taken) {
          engine.write(piece, () => {
            taken = true;
            wake();
          });
        }
        yield* readWhile(() => !taken);
      }
    }
    engine.end();
    yield* readWhile(() => !engine.readableEnded);
  } finally {
    engine.destroy();
  }
  if (failure !== undefined)
    throw new Error(`damaged or truncated ${compression} data (${failure.message})`, { cause: failure });
  if (engine.bytesWritten < fed)
    throw new Error(`${fed - engine.bytesWritten} bytes after the end of the ${compression} data`);

  async function* readWhile(busy: () => boolean): AsyncGenerator<Uint8Array> {
    for (;;) {
      const woken = new Promise<void>((resolve) => (wake = resolve));
      const output = engine.read() as Buffer | null;
      if (output !== null) yield output;
      else if (failure !== undefined || !busy()) return;
      else await woken;
    }
  }
}
