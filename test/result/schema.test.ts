import { readFileSync } from "node:fs";
import { Ajv2020, type AnySchemaObject } from "ajv/dist/2020.js";
import { describe, expect, test } from "vitest";
import type { Result } from "../../src/result/result.ts";
import { failingResult, fullResult, hostileResult, hugeResult, inconclusiveResult, passingResult } from "./sample.ts";

const schemaFile = new URL("../../specs/schema/result.schema.json", import.meta.url);
const schema = JSON.parse(readFileSync(schemaFile, "utf8")) as AnySchemaObject;
const ajv = new Ajv2020({ strict: true, allErrors: true, allowUnionTypes: true });
const validate = ajv.compile<Result>(schema);

function errorsOf(document: unknown): string[] {
  return validate(document)
    ? []
    : (validate.errors ?? []).map((error) => `${error.instancePath} ${error.message ?? ""}`);
}

describe("the Result's schema", () => {
  test.each([
    ["passing", passingResult()],
    ["failing", failingResult()],
    ["inconclusive", inconclusiveResult()],
    ["full", fullResult()],
    ["huge", hugeResult(500)],
    ["hostile", hostileResult("</script>")],
  ])("accepts a %s Result", (_name, result) => {
    expect(errorsOf(result)).toEqual([]);
  });

  test("names itself as the Result does", () => {
    expect(passingResult().$schema).toBe(schema["$id"]);
  });

  test.each([
    ["an unknown verdict", { verdict: "ok" }],
    ["a time that is not UTC", { startedAt: "2026-11-21 10:15" }],
    ["no pin at all", { semconv: { pins: [], chosenBy: "option" } }],
    ["a negative count", { received: { ...passingResult().received, spans: -1 } }],
    ["a fraction of a span", { received: { ...passingResult().received, spans: 1.5 } }],
    ["another schema version", { schemaVersion: "2.0" }],
  ])("refuses %s", (_name, change) => {
    expect(errorsOf({ ...passingResult(), ...change })).not.toEqual([]);
  });
});

/** Every optional property required, so that leaving one out of the full sample does not compile. */
type Complete<T> = T extends string | number | boolean | null
  ? T
  : T extends readonly (infer Item)[]
    ? readonly Complete<Item>[]
    : { [K in keyof T]-?: Complete<Exclude<T[K], undefined>> };

describe("schema and type", () => {
  const full = fullResult() as Complete<Result>;

  /** Calls visit for each object of the document, with its JSON pointer. */
  function objectsOf(
    value: unknown,
    pointer: string,
    visit: (object: Record<string, unknown>, pointer: string) => void,
  ): void {
    if (typeof value !== "object" || value === null) return;
    if (!Array.isArray(value)) visit(value as Record<string, unknown>, pointer);
    for (const [key, item] of Object.entries(value)) objectsOf(item, `${pointer}/${key}`, visit);
  }

  const pointers = new Map<string, string>();
  objectsOf(full, "", (_object, pointer) => pointers.set(pointer.replaceAll(/\/\d+(?=\/|$)/g, "/0"), pointer));

  function at(document: unknown, pointer: string): Record<string, unknown> {
    const keys = pointer.split("/").slice(1);
    return keys.reduce((value, key) => (value as Record<string, unknown>)[key], document) as Record<string, unknown>;
  }

  test.each([...pointers.values()].filter((pointer) => !pointer.endsWith("/context")))(
    "knows all properties of '%s', and no other",
    (pointer) => {
      const optional = ["command", "value", "ledger", "sent"];
      for (const key of Object.keys(at(full, pointer))) {
        const without = structuredClone(full);
        delete at(without, pointer)[key];
        expect(errorsOf(without).length > 0, `${pointer}/${key} left out`).toBe(!optional.includes(key));
      }
      const extended = structuredClone(full);
      at(extended, pointer)["surprise"] = 1;
      expect(errorsOf(extended)).toContain(`${pointer} must NOT have additional properties`);
    },
  );

  test("every property of the schema is used by the full sample", () => {
    const used = new Set<string>();
    objectsOf(full, "", (object) => Object.keys(object).forEach((key) => used.add(key)));
    const declared = new Set<string>();
    objectsOf(schema, "", (object, pointer) => {
      if (pointer.endsWith("/properties")) Object.keys(object).forEach((key) => declared.add(key));
    });
    expect([...declared].filter((key) => !used.has(key))).toEqual([]);
  });
});
