import fc from "fast-check";
import { expect, test } from "vitest";
import { decodeProtobuf } from "../../src/otlp/decode-protobuf.ts";
import { splitMessage } from "../../src/otlp/split-message.ts";
import type { OtlpRequest } from "../../src/otlp/view.ts";
import { arbitraryMessage, asProtobufObject } from "./arbitrary-message.ts";
import { root } from "./sample-requests.ts";

/** Each span with its resource and scope: what must not depend on how a request is cut. */
function spansOf(requests: readonly OtlpRequest[]): unknown[] {
  const spans: unknown[] = [];
  for (const request of requests) {
    if (request.signal !== "traces") throw new Error(request.signal);
    request.forEachSpan((span) => {
      const { resource, scope } = span;
      const keys = Array.from({ length: resource.attributeCount }, (_, index) => resource.attributeKey(index));
      spans.push([resource.schemaUrl, keys, scope.name, scope.schemaUrl, span.spanId, span.name, span.attributeCount]);
    });
  }
  return spans;
}

test("the parts of a request have its spans, in order, with all that stands around them", () => {
  const type = root.lookupType("ExportTraceServiceRequest");
  fc.assert(
    fc.property(arbitraryMessage("ExportTraceServiceRequest"), fc.integer({ min: 1, max: 400 }), (sent, size) => {
      const bytes = Buffer.from(type.encode(type.fromObject(asProtobufObject(sent))).finish());
      const parts = [...splitMessage(bytes, size)];
      expect(spansOf(parts.map((part) => decodeProtobuf("traces", part)))).toEqual(
        spansOf([decodeProtobuf("traces", bytes)]),
      );
    }),
    { numRuns: 500 },
  );
});

test("what is small, or damaged, is given as it is", () => {
  const small = Buffer.from("0a021200", "hex");
  expect([...splitMessage(small, 1000)]).toEqual([small]);
  const damaged = Buffer.from("0a0212000b", "hex");
  expect([...splitMessage(damaged, 1)]).toEqual([damaged]);
});
