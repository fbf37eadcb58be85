import { Ajv2020 } from "ajv/dist/2020.js";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { explainedKeywords, explainRefusal } from "../../src/semconv/explain-refusal.ts";
import { listVersions, loadMessageSchema, type JsonSchema } from "../../src/semconv/load.ts";
import { messageJudge, type MessageJudge } from "../../src/semconv/message-judge.ts";

const version = "genai-2026-08-03";

function judgeOf(base: string): MessageJudge {
  const judge = messageJudge(version, base);
  if (judge === undefined) throw new Error(`${version} has no schema of ${base}`);
  return judge;
}

const input = judgeOf("input-messages");
const output = judgeOf("output-messages");

function user(...parts: readonly unknown[]): object {
  return { role: "user", parts };
}

function paths(errors: readonly { readonly path: string }[]): string[] {
  return errors.map(({ path }) => path);
}

describe("the conventions' own schema", () => {
  test.each([
    ["nothing to say", [user({ type: "text", content: "x" })], []],
    ["not a list", { role: "user" }, [""]],
    ["null", null, [""]],
    ["a message that is none", ["x"], ["/0"]],
    ["no parts", [{ role: "user" }], ["/0/parts"]],
    ["neither role nor parts", [{}], ["/0/parts", "/0/role"]],
    ["a role that is no string", [{ role: 7, parts: [] }], ["/0/role"]],
    ["a name that is neither string nor null", [{ ...user(), name: 7 }], ["/0/name"]],
    ["a part without a type", [user({ content: "x" })], ["/0/parts/0/type"]],
    ["an empty part", [user({})], ["/0/parts/0/type"]],
    ["a part whose type is no string", [user({ type: 7 })], ["/0/parts/0/type"]],
    ["a part that is no object", [user("x")], ["/0/parts/0"]],
    ["a list as a part", [user([])], ["/0/parts/0"]],
  ])("finds %s", (_, content, expected) => {
    expect(paths(input.lenient(content)).toSorted()).toEqual(expected);
  });

  test("says what it asks for, and never what came", () => {
    expect(output.lenient([{ role: "assistant", parts: [] }])).toEqual([
      { path: "/0/finish_reason", expected: 'a field "finish_reason"', actual: 'no field "finish_reason"' },
    ]);
    expect(input.lenient([{ role: "user", parts: "my secret thought" }])).toEqual([
      { path: "/0/parts", expected: "a value of type array", actual: "a value of another type" },
    ]);
  });

  test("escapes a key in a path as JSON pointers do", () => {
    expect(paths(judgeOf("tool-definitions").lenient([{ "a/b": 1, type: "function" }]))).toEqual(["/0/name"]);
  });
});

describe("the strict schema", () => {
  test.each([
    ["text", { type: "text", content: "x" }, "content"],
    ["tool_call", { type: "tool_call", name: "x" }, "name"],
    ["tool_call_response", { type: "tool_call_response", response: "x" }, "response"],
    ["reasoning", { type: "reasoning", content: "x" }, "content"],
    ["blob", { type: "blob", modality: "image", content: "eA==" }, "content"],
    ["file", { type: "file", modality: "image", file_id: "x" }, "file_id"],
    ["uri", { type: "uri", modality: "image", uri: "x" }, "uri"],
  ])("asks a part of the type %s for its own fields, the lenient one does not", (_, part, field) => {
    expect(input.strict([user(part)])).toEqual([]);
    const { [field]: _left, ...without } = part as Record<string, unknown>;
    expect(input.lenient([user(without)])).toEqual([]);
    expect(paths(input.strict([user({ type: "text", content: "x" }, without)]))).toEqual([`/0/parts/1/${field}`]);
  });

  test("takes any part of a type of one's own", () => {
    expect(input.strict([user({ type: "acme", anything: {} })])).toEqual([]);
  });
});

describe("what one document can report is bounded", () => {
  test("to one error for all places that differ in an index, with the first of them", () => {
    const messages = Array.from({ length: 500 }, (_, index) =>
      user(...(index < 3 ? [] : [{ content: "x" }, { type: 7 }])),
    );
    expect(paths(input.lenient(messages))).toEqual(["/3/parts/0/type"]);
  });

  test("and a later error of another kind is not lost behind the first", () => {
    const messages = [...Array.from({ length: 50 }, () => ({ role: "user" })), { parts: [] }];
    expect(paths(input.lenient(messages))).toEqual(["/0/parts", "/50/role"]);
  });

  test("so that a large document of nothing but errors takes no time to speak of", () => {
    const parts = Array.from({ length: 20_000 }, () => ({ content: "x" }));
    expect(paths(input.lenient([user(...parts)]))).toEqual(["/0/parts/0/type"]);
  });
});

test("a version without a schema has no judge", () => {
  expect(messageJudge("1.36.0", "input-messages")).toBeUndefined();
  expect(messageJudge("1.38.0", "tool-definitions")).toBeUndefined();
});

test("documents of 1.41.1 need id and score, later ones neither", () => {
  expect(paths(messageJudge("1.41.1", "retrieval-documents")?.lenient([{}]) ?? [])).toEqual(["/0/id", "/0/score"]);
  expect(judgeOf("retrieval-documents").lenient([{}])).toEqual([]);
});

describe("what explains a refusal", () => {
  const bases = ["input-messages", "output-messages", "system-instructions", "tool-definitions", "retrieval-documents"];
  const schemas: readonly (readonly [name: string, schema: JsonSchema])[] = listVersions().flatMap(({ id }) =>
    [...bases, "memory-records", "tool-call-arguments", "tool-call-result"].flatMap((base) =>
      (["lenient", "strict"] as const).flatMap((strictness) => {
        const schema = loadMessageSchema(id, base, strictness);
        return schema === undefined ? [] : [[`${id} ${base} ${strictness}`, schema] as const];
      }),
    ),
  );

  function keywordsOf(schema: unknown): string[] {
    if (Array.isArray(schema)) return schema.flatMap(keywordsOf);
    if (typeof schema !== "object" || schema === null) return [];
    return Object.entries(schema).flatMap(([keyword, value]) => {
      const isTable = keyword === "properties" || keyword === "$defs";
      return [keyword, ...(isTable ? Object.values(value as object).flatMap(keywordsOf) : keywordsOf(value))];
    });
  }

  test("knows every keyword of every message schema that can refuse something", () => {
    const annotations = ["$defs", "$id", "$schema", "deprecated", "additionalProperties"];
    const used = new Set(schemas.flatMap(([, schema]) => keywordsOf(schema)));
    expect(
      [...used].filter((keyword) => !explainedKeywords.includes(keyword) && !annotations.includes(keyword)),
    ).toEqual([]);
    // Any value of it would refuse something, but true.
    expect(schemas.filter(([, schema]) => /"additionalProperties":(?!true)/.test(JSON.stringify(schema)))).toEqual([]);
  });

  const names = [
    "role",
    "parts",
    "type",
    "content",
    "name",
    "finish_reason",
    "id",
    "response",
    "modality",
    "score",
    "uri",
    "mime_type",
  ];
  const words = [
    "text",
    "tool_call",
    "tool_call_response",
    "blob",
    "uri",
    "file",
    "function",
    "image",
    "acme",
    "user",
    "",
  ];
  const content = fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: "medium" },
      fc.constantFrom(...words, null, 7, true),
      fc.array(tie("value"), { maxLength: 3 }),
      fc.dictionary(fc.constantFrom(...names), tie("value"), { maxKeys: 5 }),
    ),
  })).value;
  const part = fc.record(
    { type: fc.constantFrom(...words), content, name: content, response: content, modality: content, uri: content },
    { requiredKeys: [] },
  );
  const message = fc.record(
    {
      role: fc.constantFrom("user", 7),
      parts: fc.array(part, { maxLength: 3 }),
      finish_reason: content,
      name: content,
    },
    { requiredKeys: ["role", "parts"] },
  );
  const ajv = new Ajv2020({ strict: false });

  test.each(schemas.filter(([name]) => /^(1.37.0|1.41.1|genai-2026-10-preview) /.test(name)))(
    "%s: finds an error exactly where the schema refuses",
    (_, schema) => {
      const { $id: _id, ...body } = schema;
      const validate = ajv.compile(body);
      fc.assert(
        fc.property(
          fc.oneof(content, fc.array(part, { maxLength: 3 }), fc.array(message, { maxLength: 3 })),
          (document) => {
            expect(explainRefusal(schema, document).length === 0).toBe(validate(document));
          },
        ),
        { numRuns: 150 },
      );
    },
  );
});
