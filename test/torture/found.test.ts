import { expect, test } from "vitest";
import { decodeProtobuf } from "../../src/otlp/decode-protobuf.ts";
import type { MetricsData } from "../../src/otlp/model.ts";
import { dataOf } from "../../src/otlp/object-view.ts";
import { judgeJson, judgeProtobuf } from "./judge.ts";
import type { Signal } from "./reference-schema.ts";
import { encodeWire, type WireField } from "./wire-tree.ts";

/** What the fuzzer once found, shrunk, so that it stays mended. */

test("protobuf: an optional field that is sent as zero is present (proto3, Field Presence)", () => {
  const field = (number: number, wireType: number, value: WireField["value"]): WireField => ({
    number,
    wireType,
    value,
    type: "",
  });
  const point = field(1, 2, [field(5, 1, 0n), field(11, 1, 0n), field(12, 1, 0n)]);
  const bytes = encodeWire([field(1, 2, [field(2, 2, [field(2, 2, [field(9, 2, [point])])])])]);
  expect(judgeProtobuf("metrics", bytes)).toBeUndefined();
  const data = dataOf(decodeProtobuf("metrics", bytes)) as MetricsData;
  expect(data.resourceMetrics[0]?.scopeMetrics[0]?.metrics[0]?.histogram?.dataPoints).toMatchObject([
    { sum: 0, min: 0, max: 0 },
  ]);
});

test.each<[string, Signal, string]>([
  ["a known key twice, the first time null", "traces", '{"resourceSpans":null,"resourceSpans":[]}'],
  ["a known key twice, the second time null", "traces", '{"resourceSpans":[],"resourceSpans":null}'],
  ...["key", "value"].map((key): [string, Signal, string] => [
    `${key} of an attribute twice, once null`,
    "logs",
    `{"resourceLogs":[{"resource":{"attributes":[{"${key}":null,"${key}":${key === "key" ? '"k"' : "{}"}}]}}]}`,
  ]),
  [
    "a value twice, once null",
    "logs",
    '{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":{"intValue":1,"intValue":null}}]}]}]}',
  ],
  [
    "values twice, once null",
    "logs",
    '{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":{"arrayValue":{"values":null,"values":[]}}}]}]}]}',
  ],
])("OTLP/JSON: %s", (_, signal, json) => {
  expect(judgeJson(signal, Buffer.from(json))).toBeUndefined();
});
