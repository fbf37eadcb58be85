import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { OtlpDecodeError } from "../../src/otlp/decode-error.ts";
import { decodeProtobuf } from "../../src/otlp/decode-protobuf.ts";
import { dataOf } from "../../src/otlp/object-view.ts";
import type { AttributeValue } from "../../src/otlp/value.ts";
import { dumpMessage } from "./dump-request.ts";
import { logsJson, metricsJson, protobufOf, root, spanJson, tracesJson } from "./sample-requests.ts";

function refusal(bytes: Uint8Array, signal: "traces" | "logs" | "metrics" = "traces"): OtlpDecodeError {
  try {
    decodeProtobuf(signal, bytes);
  } catch (error) {
    if (error instanceof OtlpDecodeError) return error;
    throw error;
  }
  throw new Error("it was accepted");
}

/** A length-delimited field. */
function field(number: number, ...content: readonly (Uint8Array | readonly number[])[]): Buffer {
  const payload = Buffer.concat(content.map((part) => Buffer.from(part as Uint8Array)));
  return Buffer.concat([Buffer.from([...varint(number * 8 + 2), ...varint(payload.length)]), payload]);
}

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  return [...bytes, rest];
}

const ids = Buffer.concat([field(1, Buffer.alloc(16, 1)), field(2, Buffer.alloc(8, 2))]);
const request = (...span: readonly (Uint8Array | readonly number[])[]): Buffer => field(1, field(2, field(2, ...span)));
const spanWith = (...members: readonly (Uint8Array | readonly number[])[]): Buffer => request(ids, ...members);
const attribute = (...value: readonly (Uint8Array | readonly number[])[]): Buffer =>
  spanWith(field(9, field(1, Buffer.from("k")), field(2, ...value)));

function firstValue(bytes: Buffer): AttributeValue {
  let value: AttributeValue | undefined;
  decodeProtobuf("traces", bytes).forEachSpan((span) => (value = span.attribute("k")));
  return value as AttributeValue;
}

describe("integers keep every digit", () => {
  const tenByte = (last: number): number[] => [...Array.from({ length: 9 }, () => 0xff), last];

  test.each([
    ["a small one", [0x18, 0x07], 7n],
    ["28 bits", [0x18, 0xff, 0xff, 0xff, 0x7f], 268_435_455n],
    ["29 bits", [0x18, 0x80, 0x80, 0x80, 0x80, 0x01], 268_435_456n],
    ["56 bits", [0x18, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f], 72_057_594_037_927_935n],
    ["the largest", [0x18, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f], 9_223_372_036_854_775_807n],
    ["minus one", [0x18, ...tenByte(1)], -1n],
    ["zero in ten bytes", [0x18, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x00], 0n],
  ])("%s", (_, bytes, expected) => {
    expect(firstValue(attribute(bytes))).toEqual({ type: "int", value: expected });
  });

  test("any int64, as protobufjs writes it", () => {
    const type = root.lookupType("AnyValue");
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (int) => {
        const bytes = type.encode(type.fromObject({ intValue: int.toString() })).finish();
        expect(firstValue(attribute(bytes))).toEqual({ type: "int", value: int });
      }),
    );
  });

  test.each([
    ["an attribute", attribute([0x18, ...tenByte(2)])],
    ["an enum", spanWith([0x30, ...tenByte(2)])],
    ["a bool", attribute([0x10, ...tenByte(2)])],
    ["an unknown field", spanWith([0xf8, 0x01, ...tenByte(2)])],
    ["a varint of eleven bytes", attribute([0x18, ...tenByte(0xff), 0x01])],
    ["an unknown field of eleven bytes", spanWith([0xf8, 0x01, ...tenByte(0xff), 0x01])],
  ])("%s of more than 64 bits is refused", (_, bytes) => {
    expect(refusal(bytes).message).toMatch(/varint/);
  });
});

describe("merging, as protobuf says", () => {
  test("the last of two scalar members counts", () => {
    expect(firstValue(attribute([0x18, 0x07], [0x10, 0x01]))).toEqual({ type: "bool", value: true });
    expect(firstValue(attribute(field(1, Buffer.from("a")), field(1, Buffer.from("b"))))).toEqual({
      type: "string",
      value: "b",
    });
  });

  test("a list in parts is one list, in linear time", () => {
    const part = field(5, field(1, [0x18, 0x01]));
    const value = firstValue(attribute(...Array.from({ length: 50_000 }, () => part)));
    expect(value.type === "array" && value.value.length).toBe(50_000);
  });

  test("a message in parts is one message", () => {
    const bytes = spanWith(field(15, [0x18, 0x02]), field(15, field(2, Buffer.from("broken"))));
    decodeProtobuf("traces", bytes).forEachSpan((span) => {
      expect([span.statusCode, span.statusMessage]).toEqual([2, "broken"]);
    });
  });

  test("a value in parts, and a body in parts", () => {
    const twice = spanWith(
      field(
        9,
        field(1, Buffer.from("k")),
        field(2, field(5, field(1, [0x18, 0x01]))),
        field(2, field(5, field(1, [0x18, 0x02]))),
      ),
    );
    expect(firstValue(twice)).toEqual({
      type: "array",
      value: [
        { type: "int", value: 1n },
        { type: "int", value: 2n },
      ],
    });
  });

  test("bucket counts packed and not packed are the same", () => {
    const type = root.lookupType("ExportMetricsServiceRequest");
    const counts = ["1", "2", "18446744073709551615"];
    const packed = Buffer.from(
      type
        .encode(
          type.fromObject({
            resourceMetrics: [
              { scopeMetrics: [{ metrics: [{ name: "m", histogram: { dataPoints: [{ bucketCounts: counts }] } }] }] },
            ],
          }),
        )
        .finish(),
    );
    const eight = (value: bigint): Buffer => {
      const bytes = Buffer.alloc(8);
      bytes.writeBigUInt64LE(value);
      return bytes;
    };
    const single = counts.map((count) => Buffer.concat([Buffer.from([0x31]), eight(BigInt(count))]));
    const unpacked = field(1, field(2, field(2, field(1, Buffer.from("m")), field(9, field(1, ...single)))));
    expect(dumpMessage(decodeProtobuf("metrics", unpacked))).toEqual(dumpMessage(decodeProtobuf("metrics", packed)));
  });
});

describe("what is ignored", () => {
  test("unknown fields of every wire type, and known numbers with another wire type", () => {
    const unknown = [
      [0xf8, 0x06, 0x05],
      [0xf9, 0x06, 1, 2, 3, 4, 5, 6, 7, 8],
      field(111, [1, 2]),
      [0xfb, 0x06, 0xf8, 0x06, 0x01, 0xfc, 0x06],
      [0xfd, 0x06, 1, 2, 3, 4],
      [0x28, 0x05],
    ];
    expect(dumpMessage(decodeProtobuf("traces", spanWith(...unknown)))).toEqual(
      dumpMessage(decodeProtobuf("traces", spanWith())),
    );
  });

  test("an empty message is a request without anything", () => {
    expect(decodeProtobuf("traces", new Uint8Array()).spanCount).toBe(0);
    expect(decodeProtobuf("logs", new Uint8Array()).recordCount).toBe(0);
    expect(decodeProtobuf("metrics", new Uint8Array()).metricCount).toBe(0);
  });

  test("bytes in a plain Uint8Array that begins within its buffer", () => {
    const bytes = spanWith(field(5, Buffer.from("n")));
    const wide = new Uint8Array(bytes.length + 7);
    wide.set(bytes, 7);
    expect(dumpMessage(decodeProtobuf("traces", wide.subarray(7)))).toEqual(
      dumpMessage(decodeProtobuf("traces", bytes)),
    );
  });
});

describe("what is refused, and where", () => {
  const spanPath = "resourceSpans[0].scopeSpans[0].spans[0]";

  test.each([
    ["no trace id", request(field(2, Buffer.alloc(8))), `${spanPath}.traceId`, /none/],
    ["no span id", request(field(1, Buffer.alloc(16))), `${spanPath}.spanId`, /none/],
    [
      "a trace id of 15 bytes",
      request(field(1, Buffer.alloc(15)), field(2, Buffer.alloc(8))),
      `${spanPath}.traceId`,
      /15 bytes/,
    ],
    [
      "a trace id in hex",
      request(field(1, Buffer.alloc(32)), field(2, Buffer.alloc(8))),
      `${spanPath}.traceId`,
      /32 bytes/,
    ],
    [
      "a span id of 16 bytes",
      request(field(1, Buffer.alloc(16)), field(2, Buffer.alloc(16))),
      `${spanPath}.spanId`,
      /16 bytes/,
    ],
    ["a parent id of 4 bytes", spanWith(field(4, Buffer.alloc(4))), `${spanPath}.parentSpanId`, /4 bytes/],
    [
      "a link's trace id of 8 bytes",
      spanWith(field(13, field(1, Buffer.alloc(8)))),
      `${spanPath}.links[0].traceId`,
      /8 bytes/,
    ],
  ])("%s", (_, bytes, where, actual) => {
    const error = refusal(bytes);
    expect(error.where).toBe(where);
    expect(error.actual).toMatch(actual);
  });

  test("ids of log records and exemplars, which may be empty", () => {
    const log = (...id: Buffer[]): Buffer => field(1, field(2, field(2, ...id)));
    expect(decodeProtobuf("logs", log()).recordCount).toBe(1);
    expect(refusal(log(field(9, Buffer.alloc(3))), "logs").where).toBe(
      "resourceLogs[0].scopeLogs[0].logRecords[0].traceId",
    );
    const exemplar = (...id: Buffer[]): Buffer =>
      field(1, field(2, field(2, field(1, Buffer.from("m")), field(5, field(1, field(5, ...id))))));
    expect(decodeProtobuf("metrics", exemplar()).metricCount).toBe(1);
    expect(refusal(exemplar(field(4, Buffer.alloc(3))), "metrics").where).toBe(
      "resourceMetrics[0].scopeMetrics[0].metrics[0].dataPoints[0].exemplars[0].spanId",
    );
  });

  test.each([
    ["a name", spanWith(field(5, [0xff]))],
    ["an attribute key", spanWith(field(9, field(1, [0xc3, 0x28])))],
    ["an attribute value", attribute(field(1, [0xed, 0xa0, 0x80]))],
    ["a long value", attribute(field(1, Buffer.alloc(300, 0x80)))],
  ])("%s that is not UTF-8", (_, bytes) => {
    expect(refusal(bytes).expected).toBe("a string in UTF-8");
  });

  test("U+FFFD itself is text like any other", () => {
    expect(firstValue(attribute(field(1, Buffer.from("\ufffd"))))).toEqual({ type: "string", value: "\ufffd" });
  });

  test.each([
    ["field number 0", Buffer.from([0x02, 0x00])],
    ["wire type 7", Buffer.from([0x0f])],
    ["a group that never ends", Buffer.from([0x0b, 0x0b, 0x0b])],
    ["the end of a group that never began", Buffer.from([0x0c])],
    ["a length beyond the end", Buffer.from([0x0a, 0x05, 0x00])],
    ["a length beyond 32 bits", Buffer.from([0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01])],
    ["an attribute beyond its span", request(ids, [0x4a, 0x7f, 0x0a, 0x01])],
    ["a value beyond its attribute", spanWith(field(9, [0x12, 0x05, 0x0a]))],
    ["a string beyond its value", attribute([0x0a, 0x05, 0x41])],
    ["bucket counts that are not whole", field(1, field(2, field(2, field(9, field(1, field(6, Buffer.alloc(9)))))))],
  ])("%s", (name, bytes) => {
    const error = refusal(bytes, name.startsWith("bucket") ? "metrics" : "traces");
    expect(error.offset).toBeLessThanOrEqual(bytes.length);
    expect(error.fix).not.toBe("");
  });

  test("unknown groups nested without end", () => {
    expect(refusal(Buffer.alloc(1_000_000, 0x13)).message).toMatch(/depth/);
  });
});

describe("nesting", () => {
  const inList = (inner: Buffer): Buffer => field(5, field(1, inner));
  const inMap = (inner: Buffer): Buffer => field(6, field(1, field(2, inner)));

  test.each([inList, inMap])("64 levels are taken, 65 refused, 5,000 without harm", (wrap) => {
    const nested = (depth: number): Buffer => {
      let value = Buffer.from([0x18, 0x01]);
      for (let level = 1; level < depth; level++) value = Buffer.from(wrap(value));
      return attribute(value);
    };
    expect(firstValue(nested(64)).type).not.toBe("empty");
    for (const depth of [65, 5000]) expect(refusal(nested(depth)).expected).toMatch(/at most 64 deep/);
  });
});

describe("a small body is no large heap", () => {
  const repeated = (bytes: readonly number[]): Buffer => Buffer.alloc(8_800_000, Buffer.from(bytes));

  test.each([
    ["empty attributes", "traces", spanWith(repeated([0x4a, 0]))],
    ["empty spans", "traces", field(1, field(2, repeated([0x12, 0])))],
    ["empty events", "traces", spanWith(repeated([0x5a, 0]))],
    [
      "packed bucket counts",
      "metrics",
      field(1, field(2, field(2, field(10, field(1, field(8, field(2, repeated([5])))))))),
    ],
  ] as const)("%s", (_, signal, bytes) => {
    const error = refusal(bytes, signal);
    expect([error.kind, error.fix]).toEqual(["too-large", "Export smaller batches."]);
  });

  test("two million bucket counts are taken, and no more than that", () => {
    const counts = (count: number): Buffer =>
      field(1, field(2, field(2, field(10, field(1, field(8, field(2, Buffer.alloc(count, 5))))))));
    expect(decodeProtobuf("metrics", counts(2_000_000)).metricCount).toBe(1);
    expect(refusal(counts(2_100_000), "metrics").kind).toBe("too-large");
  });

  test("a million attributes are taken, and found", () => {
    const attributes = Array.from({ length: 1_000_000 }, (_, index) =>
      field(9, field(1, Buffer.from(`key.${index}`)), [0x12, 2, 0x18, 1]),
    );
    decodeProtobuf("traces", spanWith(Buffer.concat(attributes))).forEachSpan((span) => {
      expect(span.attributeCount).toBe(1_000_000);
      expect(span.attribute("key.999999")).toEqual({ type: "int", value: 1n });
    });
  });

  test("keys are told apart, whatever they share", () => {
    const keys = [
      "a",
      "b",
      "ab",
      "ba",
      "é",
      "__proto__",
      "",
      "k".repeat(48),
      "k".repeat(49),
      ...Array.from({ length: 20_000 }, (_, index) => `key.${index}`),
    ];
    const bytes = spanWith(...[...keys, ...keys].map((key) => field(9, field(1, Buffer.from(key)))));
    decodeProtobuf("traces", bytes).forEachSpan((span) => {
      expect(Array.from({ length: span.attributeCount }, (_, index) => span.attributeKey(index))).toEqual([
        ...keys,
        ...keys,
      ]);
    });
  });
});

describe("damage", () => {
  const whole = [
    ["traces", protobufOf(tracesJson([spanJson(1)], [spanJson(2)]))],
    ["logs", protobufOf(logsJson)],
    ["metrics", protobufOf(metricsJson)],
  ] as const;

  test.each(whole)(
    "a %s request cut at any byte is refused, unless it is cut between two resources",
    (signal, bytes) => {
      for (let cut = 1; cut < bytes.length; cut++) {
        const outcome = ((): string => {
          try {
            const data = dataOf(decodeProtobuf(signal, bytes.subarray(0, cut)));
            return `${Object.values(data)[0]?.length} resource`;
          } catch (error) {
            return error instanceof OtlpDecodeError ? "refused" : String(error);
          }
        })();
        const between = signal === "traces" && cut === firstFieldLength(bytes);
        expect([cut, outcome]).toEqual([cut, between ? "1 resource" : "refused"]);
      }
    },
  );

  function firstFieldLength(bytes: Buffer): number {
    const length = bytes[1] as number;
    return length < 128 ? 2 + length : 3 + (length & 127) + 128 * (bytes[2] as number);
  }

  test("any bytes are a request or refused, for any signal", () => {
    const arbitrary = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc
        .tuple(
          fc.constantFrom(...whole.map(([, bytes]) => bytes)),
          fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 5 }),
        )
        .map(([bytes, flips]) => {
          const damaged = Buffer.from(bytes);
          for (const [at, byte] of flips) damaged[at % damaged.length] = byte;
          return damaged;
        }),
    );
    fc.assert(
      fc.property(arbitrary, fc.constantFrom("traces", "logs", "metrics" as const), (bytes, signal) => {
        try {
          decodeProtobuf(signal, bytes);
        } catch (error) {
          if (!(error instanceof OtlpDecodeError)) throw error;
        }
      }),
      { numRuns: 5000 },
    );
  });
});
