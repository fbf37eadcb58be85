import { OtlpDecodeError } from "../../src/otlp/decode-error.ts";
import { decodeJson } from "../../src/otlp/decode-json.ts";
import { decodeProtobuf } from "../../src/otlp/decode-protobuf.ts";
import type { OtlpRequest } from "../../src/otlp/view.ts";
import { firstDifference } from "./compare.ts";
import { referenceJson } from "./reference-json.ts";
import { referenceProtobuf } from "./reference-protobuf.ts";
import type { ReferenceVerdict, Signal } from "./reference-schema.ts";

/** Longer than any input of the fuzzer should ever take, on however busy a machine. */
const longestMs = 5000;

/** What is wrong with how the sink decodes these bytes as protobuf, or undefined. */
export function judgeProtobuf(signal: Signal, bytes: Uint8Array): string | undefined {
  return judge(
    () => decodeProtobuf(signal, bytes),
    () => referenceProtobuf(signal, bytes),
  );
}

/** What is wrong with how the sink decodes these bytes as OTLP/JSON, or undefined. */
export function judgeJson(signal: Signal, bytes: Uint8Array): string | undefined {
  return judge(
    () => decodeJson(signal, bytes),
    () => referenceJson(signal, bytes),
  );
}

/** Holds one decoder to its reference: accept and refuse alike, decode to the same, never anything but an OtlpDecodeError. */
function judge(decode: () => OtlpRequest, reference: () => ReferenceVerdict): string | undefined {
  const expected = reference();
  const started = performance.now();
  const request = tryDecode(decode);
  const ms = performance.now() - started;
  if (ms > longestMs) return `slow: the decoder took ${ms} ms`;
  if (request instanceof Error) {
    if (!(request instanceof OtlpDecodeError)) return `crash: ${request.stack ?? request.message}`;
    if ("refused" in expected || expected.differences.size > 0) return undefined;
    return `wrong refusal: ${request.message}`;
  }
  if ("refused" in expected) return `wrong acceptance: ${expected.refused}`;
  if (expected.differences.size > 0) return `wrong acceptance: ${[...expected.differences].join(", ")}`;
  const difference = firstDifference(request, expected.tree);
  return difference === undefined ? undefined : `wrong content at ${difference}`;
}

function tryDecode(decode: () => OtlpRequest): OtlpRequest | Error {
  try {
    return decode();
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}
