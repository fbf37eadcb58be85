import fc from "fast-check";
import { grpcCases } from "./grpc-cases.ts";
import { gzipCases } from "./gzip-cases.ts";
import { jsonCases } from "./json-cases.ts";
import { judgeJson, judgeProtobuf, judgeSplit } from "./judge.ts";
import { judgeGrpc, judgeGzip } from "./judge-transport.ts";
import { protobufCases } from "./protobuf-cases.ts";

export type Target = "protobuf" | "json" | "protobuf in parts" | "json in parts" | "gzip" | "gRPC frames";

/** So many seeded cases, each of which is put right or wrong by what stands beside the sink: a reference that shares no code with it. */
export type Fuzz = (options: fc.Parameters<unknown>, seed: number) => void;

export const targets: { readonly [target in Target]: Fuzz } = {
  protobuf: (options, seed) =>
    expectNothing(protobufCases(seed), options, ({ signal, bytes }) => judgeProtobuf(signal, bytes)),
  json: (options, seed) => expectNothing(jsonCases(seed), options, ({ signal, bytes }) => judgeJson(signal, bytes)),
  "protobuf in parts": (options, seed) =>
    expectNothing(inParts(protobufCases(seed)), options, ([{ signal, bytes }, partBytes]) =>
      judgeSplit(signal, "protobuf", bytes, partBytes),
    ),
  "json in parts": (options, seed) =>
    expectNothing(inParts(jsonCases(seed)), options, ([{ signal, bytes }, partBytes]) =>
      judgeSplit(signal, "json", bytes, partBytes),
    ),
  gzip: (options) => expectNothing(gzipCases, options, judgeGzip),
  "gRPC frames": (options) => expectNothing(grpcCases, options, judgeGrpc),
};

/**
 * Holds a part of the sink to its reference over seeded cases: what either accepts the other accepts with the same content, and
 * nothing but a refusal is ever thrown. Throws with the seed and the smallest failing case.
 */
export function fuzz(target: Target, seed: number, cases: number): void {
  targets[target]({ seed, numRuns: cases, endOnFailure: false }, seed);
}

const inParts = <Case>(cases: fc.Arbitrary<Case>): fc.Arbitrary<[Case, number]> =>
  fc.tuple(cases, fc.integer({ min: 1, max: 500 }));

function expectNothing<Case>(
  cases: fc.Arbitrary<Case>,
  options: fc.Parameters<unknown>,
  judge: (found: Case) => string | undefined,
): void {
  fc.assert(
    fc.property(cases, (found) => {
      const wrong = judge(found);
      if (wrong !== undefined) throw new Error(wrong);
    }),
    options as fc.Parameters<[Case]>,
  );
}
