import { crc32, deflateRawSync } from "node:zlib";
import fc from "fast-check";

/** A gzip member (RFC 1952), whole or bent. */
interface Member {
  readonly text: Buffer;
  readonly level: number;
  /** FTEXT 1, FHCRC 2, FEXTRA 4, FNAME 8, FCOMMENT 16; the upper three are reserved. */
  readonly flags: number;
  readonly method: number;
  readonly badHeaderCrc: boolean;
  /** Added to what is true. */
  readonly crcError: number;
  readonly lengthError: number;
}

/** The most that a case may unpack to. */
export const gzipLimit = 300;

const texts: readonly Buffer[] = [
  Buffer.alloc(0),
  Buffer.from("a"),
  Buffer.from('{"resourceSpans":[]}'),
  // Just within, just beyond and far beyond the limit.
  Buffer.alloc(gzipLimit, "x"),
  Buffer.alloc(gzipLimit + 1, "x"),
  Buffer.alloc(20_000),
  Buffer.from(Array.from({ length: 250 }, (_, index) => (index * 7919) % 251)),
  Buffer.from([0x1f, 0x8b, 8, 0]),
];

const rarely = <Value>(usual: Value, unusual: fc.Arbitrary<Value>): fc.Arbitrary<Value> =>
  fc.oneof({ weight: 15, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: unusual });

const member: fc.Arbitrary<Member> = fc.record({
  text: fc.constantFrom(...texts),
  level: fc.constantFrom(0, 1, 9),
  flags: rarely(0, fc.nat(255)),
  method: rarely(8, fc.nat(15)),
  badHeaderCrc: rarely(false, fc.constant(true)),
  crcError: rarely(0, fc.integer({ min: 1, max: 2 ** 32 - 1 })),
  lengthError: rarely(0, fc.constantFrom(1, -1, 4096, 2 ** 31)),
});

function encode({ text, level, flags, method, badHeaderCrc, crcError, lengthError }: Member): Buffer {
  const header = [Buffer.from([0x1f, 0x8b, method, flags, 0, 0, 0, 0, 0, 255])];
  if ((flags & 4) !== 0) header.push(Buffer.from([3, 0, 1, 2, 3]));
  if ((flags & 8) !== 0) header.push(Buffer.from("name\0"));
  if ((flags & 16) !== 0) header.push(Buffer.from("comment\0"));
  if ((flags & 2) !== 0) {
    const sum = Buffer.alloc(2);
    sum.writeUInt16LE(((crc32(Buffer.concat(header)) & 0xffff) + (badHeaderCrc ? 1 : 0)) & 0xffff);
    header.push(sum);
  }
  const trailer = Buffer.alloc(8);
  trailer.writeUInt32LE((crc32(text) + crcError) >>> 0);
  trailer.writeUInt32LE((text.length + lengthError) >>> 0, 4);
  return Buffer.concat([...header, deflateRawSync(text, { level }), trailer]);
}

type Damage = (bytes: Buffer, at: number, choice: number) => Buffer;

const damages: readonly Damage[] = [
  (bytes, at) => bytes.subarray(0, at),
  (bytes, at, choice) => Buffer.concat([bytes.subarray(0, at), Buffer.from([choice & 255]), bytes.subarray(at + 1)]),
  (bytes, at) => Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1)]),
  (bytes, _at, choice) => Buffer.concat([bytes, Buffer.alloc((choice % 20) + 1)]),
  (bytes, at) => Buffer.concat([bytes, bytes.subarray(0, at)]),
  (bytes, _at, choice) => Buffer.concat([bytes, Buffer.from([0x1f, 0x8b, 8, 0].slice(0, (choice % 4) + 1))]),
];

/** Streams of no, one or several members, some of them bent, and some then damaged. */
export const gzipCases: fc.Arbitrary<Buffer> = fc
  .tuple(
    fc.array(member, { maxLength: 3 }),
    fc.oneof(
      { weight: 2, arbitrary: fc.constant([]) },
      { weight: 1, arbitrary: fc.array(fc.tuple(fc.constantFrom(...damages), fc.nat(), fc.nat()), { maxLength: 2 }) },
    ),
  )
  .map(([members, harm]) => {
    let bytes: Buffer = Buffer.concat(members.map(encode));
    for (const [damage, at, choice] of harm) bytes = damage(bytes, at % Math.max(1, bytes.length), choice);
    return bytes;
  });
