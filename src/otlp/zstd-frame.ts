import type { ByteSource } from "./byte-source.ts";

const frameMagic = 0xfd2fb528;
const contentSizeBytes = [0, 2, 4, 8];
const dictionaryIdBytes = [0, 1, 2, 4];

/**
 * The bytes of one Zstandard frame (RFC 8878, section 3.1), taken from the source up to its end and no further: Node's decompressor
 * knows one frame only, while a file may be several. A frame that is cut short is given as far as it goes.
 *
 * @throws {Error} when what comes next is no frame
 */
export async function* zstdFrame(source: ByteSource): AsyncGenerator<Uint8Array> {
  if (!(await source.ensure(6))) return yield* takeAll(source);
  const magic = source.buffer.readUInt32LE(0);
  if (magic >>> 4 === 0x184d2a5) {
    // A skippable frame: its length follows, and what is in it is none of a decompressor's business.
    if (!(await source.ensure(8))) return yield* takeAll(source);
    return yield* take(source, 8 + source.buffer.readUInt32LE(4));
  }
  if (magic !== frameMagic) throw new Error("bytes after the end of the zstd data");
  const descriptor = source.buffer[4] as number;
  const singleSegment = (descriptor & 0x20) !== 0;
  const sizeFlag = descriptor >> 6;
  const contentSize = sizeFlag === 0 && singleSegment ? 1 : (contentSizeBytes[sizeFlag] as number);
  yield* take(source, 5 + (singleSegment ? 0 : 1) + (dictionaryIdBytes[descriptor & 3] as number) + contentSize);
  for (let last = false; !last;) {
    if (!(await source.ensure(3))) return yield* takeAll(source);
    const header = source.buffer.readUIntLE(0, 3);
    last = (header & 1) === 1;
    const runLength = ((header >> 1) & 3) === 1;
    yield* take(source, 3 + (runLength ? 1 : header >> 3));
  }
  if ((descriptor & 4) !== 0) yield* take(source, 4);
}

async function* take(source: ByteSource, length: number): AsyncGenerator<Uint8Array> {
  let missing = length;
  while (missing > 0 && (await source.ensure(1))) {
    const part = source.buffer.subarray(0, missing);
    source.advance(part.length);
    missing -= part.length;
    yield part;
  }
}

async function* takeAll(source: ByteSource): AsyncGenerator<Uint8Array> {
  yield* take(source, Number.POSITIVE_INFINITY);
}
