import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { OtlpDecodeError } from "../../src/otlp/decode-error.ts";
import { decodeJson } from "../../src/otlp/decode-json.ts";
import { dataOf } from "../../src/otlp/object-view.ts";
import type { AttributeValue } from "../../src/otlp/value.ts";
import type { Signal } from "../../src/otlp/view.ts";
import { dumpMessage } from "./dump-request.ts";
import { spanJson, tracesJson } from "./sample-requests.ts";

function refusal(signal: Signal, json: string | Uint8Array): OtlpDecodeError {
  try {
    decodeJson(signal, json);
  } catch (error) {
    if (error instanceof OtlpDecodeError) return error;
    throw error;
  }
  throw new Error("it was accepted");
}

/** A request whose only span has this member beside its ids. */
const spanWith = (members: string): string =>
  `{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"${"0a".repeat(16)}","spanId":"${"0b".repeat(8)}",${members}}]}]}]}`;

const spanPath = "resourceSpans[0].scopeSpans[0].spans[0]";

function span(members: string): { readonly [field: string]: unknown } {
  const data = dataOf(decodeJson("traces", spanWith(members)));
  if (!("resourceSpans" in data)) throw new Error("no traces");
  return data.resourceSpans[0]?.scopeSpans[0]?.spans[0] as never;
}

function value(json: string): AttributeValue {
  return (span(`"attributes":[{"key":"k","value":${json}}]`)["attributes"] as { value: AttributeValue }[])[0]
    ?.value as AttributeValue;
}

describe("integers keep every digit", () => {
  test.each([
    ['"startTimeUnixNano":"1700000000123456789"', 1700000000123456789n],
    ['"startTimeUnixNano":1700000000123456789', 1700000000123456789n],
    ['"startTimeUnixNano":18446744073709551615', 18446744073709551615n],
    ['"startTimeUnixNano":1.7e18', 1700000000000000000n],
    ['"startTimeUnixNano":1700000000123456789.0', 1700000000123456789n],
    ['"startTimeUnixNano":"0"', 0n],
    ['"startTimeUnixNano":null', 0n],
    ['"startTimeUnixNano":0e99999999999', 0n],
  ])("%s", (member, expected) => {
    expect(span(member)["startTimeUnixNano"]).toBe(expected);
  });

  test.each([
    ['{"intValue":"-9223372036854775808"}', -9223372036854775808n],
    ['{"intValue":9223372036854775807}', 9223372036854775807n],
    ['{"intValue":-0}', 0n],
    ['{"intValue":"1e3"}', 1000n],
  ])("%s", (json, expected) => {
    expect(value(json)).toEqual({ type: "int", value: expected });
  });

  test("1 and 1.0 stay apart by their member, not by their text", () => {
    expect(value('{"intValue":1.0}')).toEqual({ type: "int", value: 1n });
    expect(value('{"doubleValue":1}')).toEqual({ type: "double", value: 1 });
  });
});

describe("values", () => {
  test.each<[string, AttributeValue]>([
    [
      '{"stringValue":"a\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\ud83d\\ude00"}',
      { type: "string", value: 'a"\\/\b\f\n\r\té😀' },
    ],
    ['{"stringValue":"é😀\\u0000"}', { type: "string", value: "é😀\u0000" }],
    ['{"boolValue":false}', { type: "bool", value: false }],
    ['{"doubleValue":"NaN"}', { type: "double", value: Number.NaN }],
    ['{"doubleValue":"-Infinity"}', { type: "double", value: Number.NEGATIVE_INFINITY }],
    ['{"doubleValue":-0}', { type: "double", value: -0 }],
    ['{"doubleValue":"1.5e3"}', { type: "double", value: 1500 }],
    ['{"bytesValue":"AP+/"}', { type: "bytes", value: Buffer.from([0, 255, 191]) }],
    ['{"bytesValue":"AP-_"}', { type: "bytes", value: Buffer.from([0, 255, 191]) }],
    ['{"bytesValue":"AA"}', { type: "bytes", value: Buffer.from([0]) }],
    ['{"bytesValue":""}', { type: "bytes", value: Buffer.alloc(0) }],
    ["{}", { type: "empty" }],
    ["null", { type: "empty" }],
    ['{"stringValue":null}', { type: "empty" }],
    ['{"stringValue":null,"intValue":1}', { type: "int", value: 1n }],
    ['{"futureValue":{"a":[1,2]}}', { type: "empty" }],
    ['{"arrayValue":{}}', { type: "array", value: [] }],
    [
      '{"arrayValue":{"values":[{"intValue":1},{}]}}',
      { type: "array", value: [{ type: "int", value: 1n }, { type: "empty" }] },
    ],
  ])("%s", (json, expected) => {
    expect(value(json)).toEqual(expected);
  });

  test("a kvlist", () => {
    expect(
      value('{"kvlistValue":{"values":[{"key":"__proto__","value":{"boolValue":true}},{"key":"x"}]}}'),
    ).toMatchObject({
      type: "kvlist",
      value: [
        { key: "__proto__", value: { type: "bool", value: true } },
        { key: "x", value: { type: "empty" } },
      ],
    });
  });
});

describe("what is ignored", () => {
  test("unknown fields, whatever is in them, and names as in protobuf", () => {
    const plain = spanWith('"name":"n"');
    const more = spanWith(
      '"name":"n","new_field":{"a":[{"b":null},1e5,"\\u0041"]},"start_time_unix_nano":"7","__proto__":{"kind":3}',
    );
    expect(dumpMessage(decodeJson("traces", more))).toEqual(dumpMessage(decodeJson("traces", plain)));
    expect(({} as { kind?: number }).kind).toBeUndefined();
  });

  test("white space, order, and the case of ids", () => {
    const upper = spanWith('"parentSpanId":"0C0C0C0C0C0C0C0C"').replaceAll("0a", "0A");
    expect(dumpMessage(decodeJson("traces", ` \r\n\t${upper.replaceAll(":", " : ")}\n`))).toEqual(
      dumpMessage(decodeJson("traces", spanWith('"parentSpanId":"0c0c0c0c0c0c0c0c"'))),
    );
  });
});

describe("what is refused, and where", () => {
  test.each([
    // ids (OTLP, JSON Protobuf Encoding: hex)
    ['"kind":1,"traceId":"00"', `${spanPath}.traceId`, /once/],
    ['"parentSpanId":"0b"', `${spanPath}.parentSpanId`, /exactly 16 hex digits/],
    ['"parentSpanId":"0b0b0b0b0b0b0b0g"', `${spanPath}.parentSpanId`, /exactly 16 hex digits/],
    ['"parentSpanId":"0b0b0b0b0b0b0b0b0b"', `${spanPath}.parentSpanId`, /exactly 16 hex digits/],
    ['"links":[{"traceId":"CgoKCgoKCgoKCgoKCgoKCg=="}]', `${spanPath}.links[0].traceId`, /exactly 32 hex digits/],
    // enums are numbers
    ['"kind":"SPAN_KIND_CLIENT"', `${spanPath}.kind`, /enum value as a number/],
    ['"kind":"3"', `${spanPath}.kind`, /enum value as a number/],
    ['"kind":3.5', `${spanPath}.kind`, /integer from/],
    ['"kind":2147483648', `${spanPath}.kind`, /integer from/],
    // integers
    ['"startTimeUnixNano":"1.5"', `${spanPath}.startTimeUnixNano`, /integer from 0/],
    ['"startTimeUnixNano":-1', `${spanPath}.startTimeUnixNano`, /integer from 0/],
    ['"startTimeUnixNano":18446744073709551616', `${spanPath}.startTimeUnixNano`, /integer from 0/],
    ['"startTimeUnixNano":1e999999999', `${spanPath}.startTimeUnixNano`, /integer from 0/],
    ['"startTimeUnixNano":""', `${spanPath}.startTimeUnixNano`, /integer from 0/],
    ['"startTimeUnixNano":" 1"', `${spanPath}.startTimeUnixNano`, /integer from 0/],
    ['"startTimeUnixNano":"+1"', `${spanPath}.startTimeUnixNano`, /integer from 0/],
    ['"startTimeUnixNano":"007"', `${spanPath}.startTimeUnixNano`, /integer from 0/],
    ['"startTimeUnixNano":"0x7"', `${spanPath}.startTimeUnixNano`, /integer from 0/],
    ['"startTimeUnixNano":true', `${spanPath}.startTimeUnixNano`, /an integer/],
    ['"droppedAttributesCount":4294967296', `${spanPath}.droppedAttributesCount`, /integer from 0 to 4294967295/],
    // types
    ['"name":1', `${spanPath}.name`, /JSON string/],
    ['"name":["n"]', `${spanPath}.name`, /JSON string/],
    ['"attributes":{"a":"b"}', `${spanPath}.attributes`, /JSON array/],
    ['"attributes":[null]', `${spanPath}.attributes[0]`, /JSON object/],
    ['"attributes":[{"key":"k","value":"text"}]', `${spanPath}.attributes[0].value`, /stringValue/],
    ['"status":[]', `${spanPath}.status`, /JSON object/],
    [
      '"attributes":[{"key":"k","value":{"boolValue":"true"}}]',
      `${spanPath}.attributes[0].value.boolValue`,
      /true or false/,
    ],
    [
      '"attributes":[{"key":"k","value":{"boolValue":1}}]',
      `${spanPath}.attributes[0].value.boolValue`,
      /true or false/,
    ],
    [
      '"attributes":[{"key":"k","value":{"doubleValue":"abc"}}]',
      `${spanPath}.attributes[0].value.doubleValue`,
      /double/,
    ],
    [
      '"attributes":[{"key":"k","value":{"doubleValue":1e400}}]',
      `${spanPath}.attributes[0].value.doubleValue`,
      /double/,
    ],
    ['"attributes":[{"key":"k","value":{"bytesValue":"A"}}]', `${spanPath}.attributes[0].value.bytesValue`, /base64/],
    [
      '"attributes":[{"key":"k","value":{"bytesValue":"AA=A"}}]',
      `${spanPath}.attributes[0].value.bytesValue`,
      /base64/,
    ],
    [
      '"attributes":[{"key":"k","value":{"bytesValue":"A A A"}}]',
      `${spanPath}.attributes[0].value.bytesValue`,
      /base64/,
    ],
    [
      '"attributes":[{"key":"k","value":{"stringValue":"a","intValue":1}}]',
      `${spanPath}.attributes[0].value.intValue`,
      /one value/,
    ],
    // a key twice (protobuf's conformance suite: should be refused)
    ['"name":"a","name":"b"', `${spanPath}.name`, /once/],
    ['"attributes":[{"key":"k","key":"k"}]', `${spanPath}.attributes[0].key`, /once/],
    // text
    ['"name":"\\ud800"', `${spanPath}.name`, /Unicode/],
    ['"name":"\\ude00\\ud83d"', `${spanPath}.name`, /Unicode/],
    ['"name":"\\ud83dx"', `${spanPath}.name`, /Unicode/],
    ['"name":"a\tb"', `${spanPath}.name`, /control characters/],
    ['"name":"\\x41"', `${spanPath}.name`, /escape/],
    ['"name":"\\u00g0"', `${spanPath}.name`, /four hex digits/],
  ])("%s", (member, where, expected) => {
    const error = refusal("traces", spanWith(member));
    expect(error.where).toBe(where);
    expect(error.expected).toMatch(expected);
    expect(error.actual).not.toBe("");
    expect(error.fix).not.toBe("");
    expect(error.offset).toBeGreaterThan(0);
    expect(error.message).toContain(error.fix);
  });

  test.each([
    ["no span id", '{"traceId":"0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a"}', "spanId"],
    ["an empty trace id", '{"traceId":"","spanId":"0b0b0b0b0b0b0b0b"}', "traceId"],
    ["null for an id", '{"traceId":null,"spanId":"0b0b0b0b0b0b0b0b"}', "traceId"],
  ])("a span with %s", (_, json, id) => {
    const error = refusal("traces", `{"resourceSpans":[{"scopeSpans":[{"spans":[${json}]}]}]}`);
    expect(error.where).toBe(`${spanPath}.${id}`);
  });

  test("an id of zeros is a rule's matter, and a log record needs none", () => {
    const zeros = `{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"${"0".repeat(32)}","spanId":"${"0".repeat(16)}"}]}]}]}`;
    expect(decodeJson("traces", zeros).spanCount).toBe(1);
    expect(
      decodeJson("logs", '{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"traceId":"","spanId":""},{}]}]}]}')
        .recordCount,
    ).toBe(2);
  });

  test.each([
    ["nothing", "", /JSON value/],
    ["white space", "  \n", /JSON value/],
    ["a second document", '{"resourceSpans":[]}\n{"resourceSpans":[]}', /end of the JSON text/],
    ["trailing garbage", '{"resourceSpans":[]}]', /end of the JSON text/],
    ["a list", "[]", /JSON object/],
    ["a string", '"x"', /JSON object/],
    ["null", "null", /JSON object/],
    ["a comma at the end", '{"resourceSpans":[],}', /quoted key/],
    ["single quotes", "{'resourceSpans':[]}", /quoted key/],
    ["a comment", '{"resourceSpans":[] // spans\n}', /comma/],
    ["a bare word", '{"x":undefined}', /JSON value/],
    ["a misspelt literal", '{"x":nul}', /JSON value/],
    ["a leading zero", '{"x":01}', /comma/],
    ["a leading plus", '{"x":+1}', /JSON value/],
    ["a bare point", '{"x":1.}', /digit/],
    ["a bare exponent", '{"x":1e}', /digit/],
    ["NaN", '{"x":NaN}', /JSON value/],
    ["a byte order mark", '\ufeff{"resourceSpans":[]}', /JSON value/],
  ])("%s", (_, text, expected) => {
    expect(refusal("traces", text).expected).toMatch(expected);
  });

  test("bytes that are not UTF-8, and text that has no UTF-8", () => {
    expect(refusal("traces", Buffer.from(spanWith('"name":"\xff"'), "latin1")).actual).toMatch(/not UTF-8/);
    expect(refusal("traces", spanWith('"name":"\ud800"')).actual).toMatch(/not UTF-8/);
  });
});

describe("nesting", () => {
  const nested = (depth: number, [open, close]: readonly [string, string]): string =>
    `${open.repeat(depth - 1)}{"intValue":1}${close.repeat(depth - 1)}`;
  const lists = ['{"arrayValue":{"values":[', "]}}"] as const;
  const maps = ['{"kvlistValue":{"values":[{"key":"k","value":', "}]}}"] as const;

  test.each([lists, maps])("64 levels of %s are taken, 65 refused, 100,000 without harm", (...pair) => {
    expect(value(nested(64, pair)).type).not.toBe("empty");
    for (const depth of [65, 100_000]) {
      const error = refusal("traces", spanWith(`"attributes":[{"key":"k","value":${nested(depth, pair)}}]`));
      expect(error.expected).toMatch(/at most 64 deep/);
    }
  });

  test("an unknown field may not nest without end either", () => {
    for (const [open, close] of [
      ["[", "]"],
      ['{"a":', "}"],
    ] as const) {
      expect(span(`"x":${open.repeat(150)}1${close.repeat(150)}`)["name"]).toBe("");
      expect(refusal("traces", spanWith(`"x":${open.repeat(1_000_000)}`)).expected).toMatch(/at most 200 deep/);
    }
  });
});

describe("hostile sizes take no more than linear time", () => {
  test.each([
    ["digits", `"startTimeUnixNano":${"9".repeat(2_000_000)}`],
    ["zeros in a fraction", `"startTimeUnixNano":0.${"0".repeat(2_000_000)}1`],
    ["zeros before the end", `"startTimeUnixNano":1${"0".repeat(2_000_000)}1`],
    ["digits of an exponent", `"startTimeUnixNano":1e${"9".repeat(2_000_000)}`],
    ["a double", `"attributes":[{"key":"k","value":{"doubleValue":"${"1".repeat(2_000_000)}x"}}]`],
    ["base64", `"attributes":[{"key":"k","value":{"bytesValue":"${"A".repeat(4_000_000)}!"}}]`],
    ["an id", `"parentSpanId":"${"a".repeat(4_000_000)}"`],
  ])("%s", (_, member) => {
    expect(refusal("traces", spanWith(member)).actual.length).toBeLessThan(200);
  });

  test("a string of nothing but escapes", () => {
    expect(span(`"name":"${"\\u0041".repeat(500_000)}"`)["name"]).toBe("A".repeat(500_000));
  });
});

test("a small body is no large heap", () => {
  for (const list of [
    `{"resourceSpans":[${"{},".repeat(1_100_000)}{}]}`,
    spanWith(`"attributes":[${"{},".repeat(4_400_000)}{}]`),
  ]) {
    expect(refusal("traces", list).kind).toBe("too-large");
  }
});

describe("damage", () => {
  const text = JSON.stringify(tracesJson([spanJson(1, { name: 'a "quoted" \\ name\n' })], [spanJson(2)]));

  test("a request cut at any byte is refused", () => {
    for (let cut = 0; cut < text.length; cut++) refusal("traces", text.slice(0, cut));
  });

  test("any bytes are a request or refused", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 5 }), (flips) => {
        const bytes = Buffer.from(text);
        for (const [at, byte] of flips) bytes[at % bytes.length] = byte;
        try {
          decodeJson("traces", bytes);
        } catch (error) {
          if (!(error instanceof OtlpDecodeError)) throw error;
        }
      }),
      { numRuns: 2000 },
    );
  });

  test("what it takes, JSON.parse takes; what JSON.parse refuses, it refuses", () => {
    const token = fc.constantFrom(
      "{",
      "}",
      "[",
      "]",
      ":",
      ",",
      '"x"',
      "1",
      "-1.5e+3",
      "01",
      "true",
      "null",
      "nul",
      " ",
      '"\\u12',
      "\u0001",
      '"\\n"',
    );
    fc.assert(
      fc.property(fc.array(token, { maxLength: 8 }), (tokens) => {
        const json = `{"unknown":${tokens.join("")}}`;
        let valid = true;
        try {
          JSON.parse(json);
        } catch {
          valid = false;
        }
        let taken = true;
        try {
          decodeJson("traces", json);
        } catch {
          taken = false;
        }
        expect(taken).toBe(valid);
      }),
      { numRuns: 5000 },
    );
  });
});
