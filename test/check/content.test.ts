import { describe, expect, test } from "vitest";

import { contentOf } from "../../src/check/content.ts";
import { decodeJson } from "../../src/otlp/decode-json.ts";
import { requestOf } from "./request.ts";

function read(value: unknown): ReturnType<typeof contentOf> {
  let content: ReturnType<typeof contentOf> | undefined;
  const span = { name: "a", kind: "CLIENT", attributes: { key: value } };
  decodeJson("traces", requestOf([{ spans: [span] }])).forEachSpan(
    (view) => (content = contentOf(view.attribute("key"))),
  );
  if (content === undefined) throw new Error("no span");
  return content;
}

describe("contentOf", () => {
  test.each([
    ["JSON text", '[{"a":1}]', [{ a: 1 }], "string"],
    ["a JSON scalar as text", "null", null, "string"],
    [
      "a structured list",
      { structured: [{ a: "x", b: [1, true, null, 0.5] }] },
      [{ a: "x", b: [1, true, null, 0.5] }],
      "structured",
    ],
    ["an empty map", { structured: {} }, {}, "structured"],
    ["a number", 7, 7, "structured"],
    ["bytes", { bytes: "AAEC" }, "AAEC", "structured"],
    ["a key named __proto__", { structured: { ["__proto__"]: "x" } }, JSON.parse('{"__proto__":"x"}'), "structured"],
  ])("reads %s", (_, sent, value, from) => {
    expect(read(sent)).toEqual({ kind: "json", value, from });
  });

  test.each([
    ["", "plain text"],
    ["It rains", "plain text"],
    ['[{"a":', "begins like JSON but does not parse"],
    [' {"a":1} and more', "begins like JSON but does not parse"],
  ])("says of %j only what it looks like", (text, why) => {
    expect(read(text)).toEqual({ kind: "not-json", why });
  });
});
