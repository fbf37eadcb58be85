import fc from "fast-check";
import { jsonCases } from "./json-cases.ts";
import { judgeJson, judgeProtobuf } from "./judge.ts";
import { protobufCases } from "./protobuf-cases.ts";

export type Codec = "protobuf" | "json";

/**
 * Holds a decoder to its reference over seeded cases: what either accepts the other accepts with the same content, and nothing but an
 * OtlpDecodeError is ever thrown. Throws with the seed and the smallest failing case.
 */
export function fuzz(codec: Codec, seed: number, cases: number): void {
  const options = { seed, numRuns: cases, endOnFailure: false };
  const expectNothing = (wrong: string | undefined): void => {
    if (wrong !== undefined) throw new Error(wrong);
  };
  if (codec === "json") {
    fc.assert(
      fc.property(jsonCases(seed), ({ signal, bytes }) => expectNothing(judgeJson(signal, bytes))),
      options,
    );
  } else {
    fc.assert(
      fc.property(protobufCases(seed), ({ signal, bytes }) => expectNothing(judgeProtobuf(signal, bytes))),
      options,
    );
  }
}
