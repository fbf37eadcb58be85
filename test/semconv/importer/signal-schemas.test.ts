import { Ajv2020 } from "ajv/dist/2020.js";
import fc from "fast-check";
import { expect, test } from "vitest";
import { misspellingPattern } from "../../../src/semconv/importer/misspelling-pattern.ts";
import { loadSpanSchema, type JsonSchema } from "../../../src/semconv/load.ts";
import { readSpecsJson } from "../../../src/semconv/specs-folder.ts";
import { spellingKey } from "../../../src/semconv/spelling.ts";

const ajv = new Ajv2020({ strict: true, allErrors: true });

/** The JSON pointers and keywords that a schema refuses in a value. */
function errorsOf(schema: JsonSchema | undefined, value: unknown): string[] {
  if (schema === undefined) throw new Error("no such schema");
  const validate = ajv.getSchema(String(schema["$id"])) ?? ajv.compile(schema);
  void validate(value);
  return (validate.errors ?? []).map(({ instancePath, keyword, params }) =>
    keyword === "required" ? `${instancePath}/${params["missingProperty"]} required` : `${instancePath} ${keyword}`,
  );
}

const inference = loadSpanSchema("1.41.1", "gen_ai.inference.client");

function span(attributes: { [key: string]: unknown }, rest: { [field: string]: unknown } = {}): unknown {
  const base = { "gen_ai.operation.name": "chat", "gen_ai.provider.name": "openai" };
  return {
    name: "chat gpt-4",
    kind: "CLIENT",
    status: { code: "UNSET" },
    attributes: { ...base, ...attributes },
    ...rest,
  };
}

test("a span with its required attributes, unknown keys and a custom enum value is valid", () => {
  expect(errorsOf(inference, span({ "app.tenant": [1, "x"], "gen_ai.operation.name": "summarize" }))).toEqual([]);
});

test("required attributes are missed", () => {
  expect(errorsOf(inference, span({}, { attributes: {} }))).toEqual([
    "/attributes/gen_ai.operation.name required",
    "/attributes/gen_ai.provider.name required",
  ]);
});

test("types: an integer fits a double, a fraction does not fit an int, a text fits no number, a scalar no array", () => {
  const judge = (key: string, value: unknown): boolean => errorsOf(inference, span({ [key]: value })).length === 0;
  expect(judge("gen_ai.request.temperature", 1)).toBe(true);
  expect(judge("gen_ai.request.temperature", "1")).toBe(false);
  expect(judge("gen_ai.usage.input_tokens", 12)).toBe(true);
  expect(judge("gen_ai.usage.input_tokens", 12.5)).toBe(false);
  expect(judge("gen_ai.usage.input_tokens", "12")).toBe(false);
  expect(judge("gen_ai.response.finish_reasons", ["stop"])).toBe(true);
  expect(judge("gen_ai.response.finish_reasons", "stop")).toBe(false);
  expect(judge("gen_ai.request.stream", true)).toBe(true);
  expect(judge("gen_ai.request.stream", "true")).toBe(false);
  expect(judge("gen_ai.input.messages", "[]")).toBe(true);
  expect(judge("gen_ai.input.messages", [{ role: "user", parts: [] }])).toBe(true);
});

test("a listed enum value in another spelling is wrong", () => {
  const accepted = (key: string, values: readonly string[]): string[] =>
    values.filter((value) => errorsOf(inference, span({ [key]: value })).length === 0);
  expect(accepted("gen_ai.operation.name", ["Chat", "CHAT", "execute-tool", "Execute Tool", "executeTool"])).toEqual(
    [],
  );
  expect(accepted("gen_ai.provider.name", ["OpenAI", "azure_ai_openai", "X.AI"])).toEqual([]);
});

test("what another version lists is no misspelling: xai beside x_ai", () => {
  expect(errorsOf(inference, span({ "gen_ai.provider.name": "xai" }))).toEqual([]);
});

test("any kind and status that OTLP knows, and no other", () => {
  expect(errorsOf(inference, span({}, { kind: "INTERNAL", status: { code: "OK", message: "fine" } }))).toEqual([]);
  expect(errorsOf(inference, span({}, { kind: "client", status: {} }))).toEqual([
    "/kind enum",
    "/status/code required",
  ]);
});

test("template attributes judge every key below them", () => {
  const schema = loadSpanSchema("genai-2026-08-03", "gen_ai.inference.client");
  expect(errorsOf(schema, span({ "gen_ai.prompt.variable.user_name": "Alice" }))).toEqual([]);
  expect(errorsOf(schema, span({ "gen_ai.prompt.variable.user_name": 5 }))).toEqual([
    "/attributes/gen_ai.prompt.variable.user_name type",
  ]);
  expect(errorsOf(schema, span({ gen_aiXprompt: 5, "gen_ai.prompt.variables": 5 }))).toEqual([]);
});

test("an event's body: required fields deep inside, any text for an open enum", () => {
  const schema = readSpecsJson<JsonSchema>("1.36.0/events/gen_ai.choice.schema.json");
  const event = (body: unknown): unknown => ({
    name: "gen_ai.choice",
    attributes: { "gen_ai.system": "openai" },
    body,
  });
  const call = { id: "1", type: "function", function: { name: "f", arguments: "{}" } };
  expect(
    errorsOf(schema, event({ index: 0, finish_reason: "eos", message: { content: "x" }, tool_calls: [call] })),
  ).toEqual([]);
  expect(errorsOf(schema, event({ index: 0, finish_reason: "stop", tool_calls: [{ ...call, function: {} }] }))).toEqual(
    ["/body/tool_calls/0/function/name required"],
  );
  expect(errorsOf(schema, event({ index: 0, finish_reason: "Stop" }))).not.toEqual([]);
});

test("a metric's name, unit and instrument are fixed; a refinement carries the refined name", () => {
  const schema = readSpecsJson<JsonSchema>("genai-2026-08-03/metrics/openai.client.token.usage.schema.json");
  const metric = {
    name: "gen_ai.client.token.usage",
    unit: "{token}",
    instrument: "histogram",
    attributes: { "gen_ai.operation.name": "chat", "gen_ai.provider.name": "openai", "gen_ai.token.type": "input" },
  };
  expect(errorsOf(schema, metric)).toEqual([]);
  expect(errorsOf(schema, { ...metric, unit: "token" })).toEqual(["/unit const"]);
});

test("the pattern matches exactly the texts with the spelling key of a member", () => {
  const members = ["chat", "execute_tool", "x_ai", "azure.ai.openai", "tools/list", "a+b"];
  const pattern = new RegExp(misspellingPattern(members), "u");
  const keys = new Set(members.map(spellingKey));
  const respelt = fc
    .tuple(fc.constantFrom(...members), fc.array(fc.constantFrom("", "-", "_", " ", ".", "/")))
    .map(([member, gaps]) =>
      Array.from(
        member,
        (letter, index) => (index % 2 === 0 ? letter.toUpperCase() : letter) + (gaps[index] ?? ""),
      ).join(""),
    );
  fc.assert(fc.property(respelt, (text) => pattern.test(text) && keys.has(spellingKey(text))));
  const ascii = fc.string({ unit: fc.constantFrom(..."chatexuoli_- ./x+bCHAT".split("")) });
  fc.assert(fc.property(ascii, (text) => pattern.test(text) === keys.has(spellingKey(text))));
});
