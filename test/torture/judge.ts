import { isDeepStrictEqual } from "node:util";
import { OtlpDecodeError } from "../../src/otlp/decode-error.ts";
import { decodeJson } from "../../src/otlp/decode-json.ts";
import { decodeProtobuf } from "../../src/otlp/decode-protobuf.ts";
import { splitJson } from "../../src/otlp/split-json.ts";
import { splitMessage } from "../../src/otlp/split-message.ts";
import type { OtlpRequest } from "../../src/otlp/view.ts";
import { dumpMessage } from "../otlp/dump-request.ts";
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

/**
 * What is wrong with how a request is cut into parts, or undefined: all of them are accepted just when the whole is, and hold the
 * same, item by item.
 */
export function judgeSplit(
  signal: Signal,
  encoding: "protobuf" | "json",
  bytes: Buffer,
  partBytes: number,
): string | undefined {
  const decode = encoding === "json" ? decodeJson : decodeProtobuf;
  const whole = outcomeOf(() => leaves(signal, [decode(signal, bytes)]));
  const split = encoding === "json" ? splitJson : splitMessage;
  const parts = outcomeOf(() =>
    leaves(
      signal,
      [...split(bytes, partBytes)].map((part) => decode(signal, part)),
    ),
  );
  if (whole === undefined) return parts === undefined ? undefined : "the parts of a bad request are accepted";
  if (parts === undefined) return "a part of a good request is refused";
  return isDeepStrictEqual(parts, whole) ? undefined : "the parts hold something else than the whole";
}

function outcomeOf<Outcome>(decode: () => Outcome): Outcome | undefined {
  try {
    return decode();
  } catch (error) {
    if (error instanceof OtlpDecodeError) return undefined;
    throw error;
  }
}

/** Each item with its resource and scope; and resources and scopes that have no items. */
function leaves(signal: Signal, requests: readonly OtlpRequest[]): unknown[] {
  const [outer, middle, inner] = {
    traces: ["resourceSpans", "scopeSpans", "spans"],
    logs: ["resourceLogs", "scopeLogs", "logRecords"],
    metrics: ["resourceMetrics", "scopeMetrics", "metrics"],
  }[signal] as [string, string, string];
  return requests.flatMap((request) =>
    lists(dumpMessage(request), outer).flatMap((resource) =>
      lists(resource, middle).flatMap((scope) =>
        lists(scope, inner).map((item) => [{ ...resource, [middle]: 0 }, { ...scope, [inner]: 0 }, item]),
      ),
    ),
  );
}

type Dump = { readonly [field: string]: unknown };

function lists(dump: unknown, field: string): Dump[] {
  const list = ((dump as Dump)[field] ?? []) as Dump[];
  return list.length === 0 ? [{}] : list;
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
