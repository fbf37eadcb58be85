import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeJson } from "../../src/otlp/decode-json.ts";
import { decodeProtobuf } from "../../src/otlp/decode-protobuf.ts";
import { encodeJson } from "../../src/otlp/encode-json.ts";
import { encodeProtobuf } from "../../src/otlp/encode-protobuf.ts";
import { protobufRoot } from "../../src/otlp/message-types.ts";
import type { OtlpRequest, Signal } from "../../src/otlp/view.ts";
import { arbitraryMessage, asJsonText, asProtobufObject } from "./arbitrary-message.ts";
import { dumpMessage, dumpViews } from "./dump-request.ts";

const root = protobufRoot();
const messages: readonly (readonly [Signal, string])[] = [
  ["traces", "ExportTraceServiceRequest"],
  ["logs", "ExportLogsServiceRequest"],
  ["metrics", "ExportMetricsServiceRequest"],
];

function jsonOf(request: OtlpRequest): string {
  let text = "";
  encodeJson(request, (piece) => (text += piece));
  return text;
}

describe.each(messages)("%s", (signal, message) => {
  const type = root.lookupType(message);
  const sent = arbitraryMessage(message);
  const style = fc.record({ bareIntegers: fc.boolean(), upperCase: fc.boolean() });

  test("protobuf and OTLP/JSON of one request give the same message and the same views", () => {
    fc.assert(
      fc.property(sent, style, (request, chosen) => {
        const bytes = type.encode(type.fromObject(asProtobufObject(request))).finish();
        const fromProtobuf = decodeProtobuf(signal, bytes);
        const fromJson = decodeJson(signal, asJsonText(request, chosen));
        expect(dumpMessage(fromJson)).toEqual(dumpMessage(fromProtobuf));
        expect(dumpViews(fromJson)).toEqual(dumpViews(fromProtobuf));
      }),
      { numRuns: 300 },
    );
  });

  test("what is written as OTLP/JSON reads back as it was, on one line", () => {
    fc.assert(
      fc.property(sent, (request) => {
        const bytes = type.encode(type.fromObject(asProtobufObject(request))).finish();
        const decoded = decodeProtobuf(signal, bytes);
        const line = jsonOf(decoded);
        expect(line).not.toContain("\n");
        expect(dumpMessage(decodeJson(signal, line))).toEqual(dumpMessage(decoded));
      }),
      { numRuns: 300 },
    );
  });

  test("what is written as protobuf reads back as it was", () => {
    fc.assert(
      fc.property(sent, (request) => {
        const plain = type.encode(type.fromObject(asProtobufObject(request))).finish();
        const decoded = decodeProtobuf(signal, plain);
        const bytes = encodeProtobuf(decoded);
        expect(dumpMessage(decodeProtobuf(signal, bytes))).toEqual(dumpMessage(decoded));
      }),
      { numRuns: 300 },
    );
  });
});
