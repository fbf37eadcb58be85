import fc from "fast-check";

/** The stream of one call as it arrives, chunk by chunk. */
export interface GrpcCase {
  readonly encoding: "identity" | "gzip";
  readonly chunks: readonly Buffer[];
}

/** The longest message that a case may have. */
export const messageLimit = 300;

const frame = fc
  .record({
    flag: fc.oneof(
      { weight: 6, arbitrary: fc.constantFrom(0, 1) },
      { weight: 1, arbitrary: fc.constantFrom(2, 127, 128, 255) },
    ),
    length: fc.oneof(
      { weight: 4, arbitrary: fc.nat(20) },
      { weight: 1, arbitrary: fc.constantFrom(255, 256, messageLimit - 1, messageLimit, messageLimit + 1) },
    ),
    lengthError: fc.oneof(
      { weight: 8, arbitrary: fc.constant(0) },
      { weight: 1, arbitrary: fc.constantFrom(1, -1, 5, 300, 2 ** 31, 2 ** 32 - 1) },
    ),
  })
  .map(({ flag, length, lengthError }) => {
    const bytes = Buffer.alloc(5 + length, 0x2a);
    bytes[0] = flag;
    bytes.writeUInt32BE(Math.min(Math.max(0, length + lengthError), 2 ** 32 - 1), 1);
    return bytes;
  });

/** No, one or several messages, right or wrong, sometimes cut short, split anywhere, into empty chunks too. */
export const grpcCases: fc.Arbitrary<GrpcCase> = fc
  .record({
    encoding: fc.constantFrom("identity", "gzip"),
    frames: fc.oneof(
      { weight: 4, arbitrary: fc.array(frame, { minLength: 1, maxLength: 1 }) },
      { weight: 1, arbitrary: fc.array(frame, { maxLength: 3 }) },
    ),
    kept: fc.oneof({ weight: 5, arbitrary: fc.constant(1) }, { weight: 1, arbitrary: fc.double({ min: 0, max: 1 }) }),
    cuts: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 8 }),
  })
  .map(({ encoding, frames, kept, cuts }) => {
    const whole = Buffer.concat(frames);
    const bytes = whole.subarray(0, Math.round(whole.length * (Number.isNaN(kept) ? 1 : kept)));
    const at = cuts.map((cut) => Math.round(cut * bytes.length)).sort((a, b) => a - b);
    const chunks = [0, ...at].map((start, index) => bytes.subarray(start, at[index] ?? bytes.length));
    return { encoding, chunks };
  });
