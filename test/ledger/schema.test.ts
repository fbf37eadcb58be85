import { readFileSync } from "node:fs";
import { Ajv2020, type AnySchemaObject } from "ajv/dist/2020.js";
import { describe, expect, test } from "vitest";
import type { LedgerLine } from "../../src/ledger/ledger.ts";
import { endWithSpans, fullCall, header, span, unknownRoute } from "./sample.ts";

const schema = JSON.parse(
  readFileSync(new URL("../../specs/schema/ledger.schema.json", import.meta.url), "utf8"),
) as AnySchemaObject;
const validate = new Ajv2020({ strict: true, allErrors: true }).compile(schema);

/** Every optional property required, so that leaving one out of the samples does not compile. */
type Complete<T> = T extends string | number | boolean
  ? T
  : T extends readonly (infer Item)[]
    ? readonly Complete<Item>[]
    : { [K in keyof T]-?: Complete<Exclude<T[K], undefined>> };

const lines: readonly [name: string, line: Complete<LedgerLine>][] = [
  ["header", header],
  ["call", fullCall() as Complete<LedgerLine>],
  ["unknown-route", unknownRoute],
  ["span", span],
  ["end", endWithSpans],
];

const optional = new Set(
  (
    "/request/choiceCount /request/maxTokens /request/temperature /request/topP /request/topK /request/frequencyPenalty " +
    "/request/presencePenalty /request/seed /request/stopSequences /request/encodingFormat /request/dimensions " +
    "/request/outputType /request/retry /request/userTextDigest /outcome/status /outcome/errorType /response /response/id " +
    "/response/model /response/finishReasons /response/inputTokens /response/cachedInputTokens " +
    "/response/cacheCreationInputTokens /response/outputTokens /response/reasoningOutputTokens /context/traceparent " +
    "/context/tracestate /context/baggage /spans"
  ).split(" "),
);

type Entry = Record<string, unknown>;

function objectsOf(value: unknown, pointer = ""): [pointer: string, object: Entry][] {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return [];
  const within = Object.entries(value).flatMap(([key, item]) => objectsOf(item, `${pointer}/${key}`));
  return [[pointer, value as Entry], ...within];
}

describe("the ledger's schema", () => {
  test.each(lines)("accepts a full %s, and needs what the type needs", (_name, line) => {
    expect(validate(line), JSON.stringify(validate.errors)).toBe(true);
    for (const [pointer, object] of objectsOf(line)) {
      for (const key of Object.keys(object)) {
        const without = structuredClone(line);
        delete new Map(objectsOf(without)).get(pointer)?.[key];
        expect(validate(without), `${pointer}/${key} left out`).toBe(optional.has(`${pointer}/${key}`));
      }
      const extended = structuredClone(line);
      Object.assign(new Map(objectsOf(extended)).get(pointer) ?? {}, { surprise: 1 });
      expect(validate(extended), `${pointer} extended`).toBe(false);
    }
  });

  test("every property of the schema is used by the samples", () => {
    const used = new Set(lines.flatMap(([, line]) => objectsOf(line).flatMap(([, object]) => Object.keys(object))));
    const declared = objectsOf(schema)
      .filter(([pointer]) => pointer.endsWith("/properties"))
      .flatMap(([, properties]) => Object.keys(properties));
    expect(declared.filter((key) => !used.has(key))).toEqual([]);
  });

  test.each([
    ["a time that is no number of nanoseconds", { startTimeUnixNano: "2026-11-21" }],
    ["an unknown outcome", { outcome: { kind: "lost" } }],
    ["an unknown API", { api: "openai.moderations" }],
    ["a digest in capitals", { request: { model: "m", stream: false, bodyDigest: "0123456789ABCDEF" } }],
    ["call 0", { call: 0 }],
  ])("refuses %s", (_name, change) => {
    expect(validate({ ...fullCall(), ...change })).toBe(false);
  });
});
