import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import { expect, test } from "vitest";
import { importFolder, modelsFolder } from "./model-folder.ts";
import { listVersions, loadMessageSchema, loadRegistry, type JsonSchema } from "../../../src/semconv/load.ts";

const ajv = new Ajv2020({ strict: true, allErrors: true });

function judges(version: string, base: string): { lenient: ValidateFunction; strict: ValidateFunction } {
  const compile = (strictness: "lenient" | "strict"): ValidateFunction => {
    const schema = loadMessageSchema(version, base, strictness);
    if (schema === undefined) throw new Error(`${version} has no ${strictness} schema for ${base}`);
    return ajv.getSchema(String(schema["$id"])) ?? ajv.compile(schema);
  };
  return { lenient: compile("lenient"), strict: compile("strict") };
}

const input = judges("1.41.1", "input-messages");

function messageWith(part: unknown): unknown {
  return [{ role: "user", parts: [{ type: "text", content: "hello" }, part] }];
}

const incomplete = {
  "text without content": [{ type: "text" }, "/0/parts/1", "content"],
  "text with a misspelt field": [{ type: "text", contents: "hello" }, "/0/parts/1", "content"],
  "tool_call without a name": [{ type: "tool_call", id: "1", arguments: {} }, "/0/parts/1", "name"],
  "tool_call_response without a response": [{ type: "tool_call_response", id: "1" }, "/0/parts/1", "response"],
  "reasoning without content": [{ type: "reasoning" }, "/0/parts/1", "content"],
  "blob without modality": [{ type: "blob", content: "aGk=" }, "/0/parts/1", "modality"],
  "uri without a uri": [{ type: "uri", modality: "image" }, "/0/parts/1", "uri"],
  "file without an id": [{ type: "file", modality: "image" }, "/0/parts/1", "file_id"],
} as const;

test.for(Object.entries(incomplete))(
  "%s passes upstream's schema and fails the strict one",
  ([, [part, path, missing]]) => {
    expect(input.lenient(messageWith(part))).toBe(true);
    expect(input.strict(messageWith(part))).toBe(false);
    const telling = input.strict.errors?.find(({ keyword }) => keyword === "required");
    expect([telling?.instancePath, telling?.params["missingProperty"]]).toEqual([path, missing]);
  },
);

test("a field of the wrong type in a known part is found by the strict schema only", () => {
  const message = messageWith({ type: "text", content: 5 });
  expect([input.lenient(message), input.strict(message)]).toEqual([true, false]);
  expect(input.strict.errors?.map(({ instancePath }) => instancePath)).toContain("/0/parts/1/content");
});

test.for([
  { type: "text", content: "hello", extra: true },
  { type: "tool_call", name: "get_weather", id: null },
  { type: "tool_call", name: "get_weather", arguments: { city: "Paris" } },
  { type: "tool_call_response", response: "rainy", id: "1" },
  { type: "blob", modality: "sound", content: "aGk=" },
  { type: "custom_part", whatever: [1, 2] },
])("a complete or custom part passes both: $type", (part) => {
  expect([input.lenient(messageWith(part)), input.strict(messageWith(part))]).toEqual([true, true]);
});

test.for([{}, { type: 1 }, "text", null])("a part without a text as its type fails both: %j", (part) => {
  expect([input.lenient(messageWith(part)), input.strict(messageWith(part))]).toEqual([false, false]);
});

test("an output message needs its finish_reason, whatever it says", () => {
  const { lenient, strict } = judges("1.41.1", "output-messages");
  const message = { role: "assistant", parts: [{ type: "text", content: "hi" }] };
  expect([lenient([message]), strict([message])]).toEqual([false, false]);
  const ended = { ...message, finish_reason: "of_its_own" };
  expect([lenient([ended]), strict([ended])]).toEqual([true, true]);
});

test("tool definitions: a function is judged as one, another type as any tool", () => {
  const { lenient, strict } = judges("genai-2026-08-03", "tool-definitions");
  const judge = (tool: unknown): boolean[] => [lenient([tool]), strict([tool])];
  expect(judge({ type: "function", name: "f", parameters: { type: "object" }, inputSchema: {} })).toEqual([true, true]);
  expect(judge({ type: "function", name: "f", parameters: null })).toEqual([true, true]);
  expect(judge({ type: "function", name: "f", parameters: "null" })).toEqual([true, false]);
  expect(judge({ type: "function", function: { name: "f" } })).toEqual([false, false]);
  expect(judge({ type: "web_search", name: "search", parameters: 1 })).toEqual([true, true]);
});

test("retrieval documents need id and score in 1.41.1 only", () => {
  expect(judges("1.41.1", "retrieval-documents").lenient([{}])).toBe(false);
  expect(judges("genai-2026-08-03", "retrieval-documents").lenient([{}])).toBe(true);
});

test("every version with message attributes has their schemas; before 1.37.0 there are none", () => {
  const bases = Object.fromEntries(
    listVersions().map(({ id }) => [
      id,
      Object.values(loadRegistry(id).attributes).flatMap(({ messageSchema }) => messageSchema ?? []),
    ]),
  );
  const first = ["input-messages", "output-messages", "system-instructions"];
  expect(bases["1.36.0"]).toEqual([]);
  expect(bases["1.37.0"]).toEqual(first);
  expect(bases["1.41.1"]).toEqual([
    "input-messages",
    "output-messages",
    "retrieval-documents",
    "system-instructions",
    "tool-definitions",
  ]);
  expect(bases["genai-2026-08-03"]).toEqual([
    "input-messages",
    "memory-records",
    "output-messages",
    "retrieval-documents",
    "system-instructions",
    "tool-call-arguments",
    "tool-call-result",
    "tool-definitions",
  ]);
});

test("the strict schema is made from upstream's union: prose goes, known types are judged by their own definition", () => {
  const part = (type: object, required: readonly string[]): object => ({
    type: "object",
    title: "A part",
    description: "Prose that must not stay.",
    properties: { type: { ...type, type: "string" }, description: { type: "string", description: "Prose." } },
    required,
  });
  const source = {
    $defs: { Generic: part({}, ["type"]), Known: part({ const: "known" }, ["type", "description"]) },
    items: { anyOf: [{ $ref: "#/$defs/Known" }, { $ref: "#/$defs/Generic" }] },
    type: "array",
  };
  const registry = `groups:
  - {id: registry.gen_ai, type: attribute_group, attributes: [{id: gen_ai.input.messages, type: any, stability: development}]}
`;
  const files = importFolder(
    modelsFolder({
      "1.37.0": { "model/gen-ai/a.yaml": registry, "docs/gen-ai/gen-ai-input-messages.json": JSON.stringify(source) },
    }),
  );
  const read = (file: string): JsonSchema =>
    JSON.parse(files.get(`1.37.0/messages/${file}.schema.json`) ?? "") as JsonSchema;
  expect(JSON.stringify(read("input-messages"))).not.toContain("Prose");
  const own = new Ajv2020({ strict: true });
  const [lenient, strict] = [own.compile(read("input-messages")), own.compile(read("input-messages.strict"))];
  const judge = (value: unknown): boolean[] => [lenient([value]), strict([value])];
  expect(judge({ type: "known" })).toEqual([true, false]);
  expect(judge({ type: "known", description: "a field of that name is a fact" })).toEqual([true, true]);
  expect(judge({ type: "other" })).toEqual([true, true]);
});
