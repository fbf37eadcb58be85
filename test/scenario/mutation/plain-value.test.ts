import { expect, test } from "vitest";

import { anyValueOf, jsonOf, structuredValueOf } from "../../../src/scenario/mutation/plain-value.ts";

test("a plain value becomes the AnyValue that it means", () => {
  expect(anyValueOf("a")).toEqual({ stringValue: "a" });
  expect(anyValueOf(true)).toEqual({ boolValue: true });
  expect(anyValueOf(7)).toEqual({ intValue: "7" });
  expect(anyValueOf(0.5)).toEqual({ doubleValue: 0.5 });
  expect(anyValueOf(null)).toEqual({});
  expect(anyValueOf({ double: 7 })).toEqual({ doubleValue: 7 });
  expect(anyValueOf({ int: "9007199254740993" })).toEqual({ intValue: "9007199254740993" });
  expect(anyValueOf({ bytes: "AA==" })).toEqual({ bytesValue: "AA==" });
  expect(anyValueOf(["a", { double: 1 }])).toEqual({
    arrayValue: { values: [{ stringValue: "a" }, { doubleValue: 1 }] },
  });
  expect(anyValueOf({ structured: { a: [1] } })).toEqual({
    kvlistValue: { values: [{ key: "a", value: { arrayValue: { values: [{ intValue: "1" }] } } }] },
  });
});

test("a structured value and its JSON are each other's inverse", () => {
  const json = [{ role: "user", n: 1, x: 0.5, ok: false, none: null, parts: [{}, []] }];
  expect(jsonOf(structuredValueOf(json))).toEqual(json);
});
