import { readFileSync } from "node:fs";
import { Ajv2020, type AnySchemaObject } from "ajv/dist/2020.js";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { LedgerLine } from "../../src/ledger/ledger.ts";
import type { Channel, ProviderRequest } from "../../src/provider/exchange.ts";
import { FakeProvider } from "../../src/provider/fake-provider.ts";

const ledgerSchema = JSON.parse(
  readFileSync(new URL("../../specs/schema/ledger.schema.json", import.meta.url), "utf8"),
) as AnySchemaObject;
const validate = new Ajv2020({ strict: true }).compile(ledgerSchema);

const tool = { name: "t", parameters: { type: "object", properties: { a: { $ref: "#/x" } }, required: ["a"] } };
const user = {
  role: "user",
  content: [
    { type: "text", text: "hello" },
    { type: "image_url", image_url: { url: "x" } },
  ],
};

/** A good request of each API, with what its reader looks at. */
const requests: readonly [path: string, body: object][] = [
  [
    "/v1/chat/completions",
    {
      ...{
        model: "m",
        messages: [user, { role: "assistant", content: null }, { role: "tool", content: "x" }],
        n: 2,
        stop: "x",
      },
      ...{
        tools: [{ type: "function", function: tool }],
        tool_choice: "auto",
        max_tokens: 5,
        stream_options: { include_usage: false },
      },
      ...{
        response_format: { type: "json_schema", json_schema: { schema: tool.parameters } },
        temperature: 0.1,
        stop_sequences: [],
      },
    },
  ],
  [
    "/v1/responses",
    {
      ...{
        model: "m",
        input: [user, { type: "function_call", arguments: "{}" }, { type: "function_call_output", output: "x" }],
      },
      ...{
        tools: [{ type: "function", ...tool }],
        tool_choice: { type: "function", name: "t" },
        text: { format: { type: "text" } },
      },
      ...{ previous_response_id: "resp_x", instructions: "x", max_output_tokens: 9, parallel_tool_calls: true },
    },
  ],
  ["/v1/embeddings", { model: "m", input: ["a", [1, 2]], dimensions: 3, encoding_format: "base64" }],
  [
    "/v1/messages",
    {
      ...{
        model: "m",
        max_tokens: 3,
        messages: [user, { role: "assistant", content: "x" }],
        system: [{ type: "text", text: "s" }],
      },
      ...{ tools: [{ name: "t", input_schema: tool.parameters }], tool_choice: { type: "any" }, stop_sequences: ["x"] },
      ...{ output_config: { format: { type: "json_schema", schema: {} } } },
    },
  ],
  ...["generateContent", "streamGenerateContent"].map((method): [string, object] => [
    `/v1beta/models/m:${method}`,
    {
      contents: [
        { role: "user", parts: [{ text: "hello" }] },
        { role: "model", parts: [{ functionCall: { name: "t" } }] },
      ],
      tools: [{ functionDeclarations: [tool] }],
      toolConfig: { functionCallingConfig: { mode: "ANY", allowedFunctionNames: ["t"] } },
      generationConfig: {
        candidateCount: 2,
        maxOutputTokens: 4,
        responseSchema: { type: "STRING" },
        stopSequences: ["x"],
      },
    },
  ]),
];

/** The pointers of everything within a value. */
function pathsOf(value: unknown, path: readonly string[] = []): string[][] {
  const within = typeof value === "object" && value !== null ? Object.entries(value) : [];
  return [[...path], ...within.flatMap(([key, item]) => pathsOf(item, [...path, key]))];
}

function replaced(value: unknown, [key, ...rest]: readonly string[], by: unknown): unknown {
  if (key === undefined) return by;
  const copy: Record<string, unknown> | unknown[] = Array.isArray(value)
    ? [...(value as unknown[])]
    : { ...(value as object) };
  (copy as Record<string, unknown>)[key] = replaced((copy as Record<string, unknown>)[key], rest, by);
  return copy;
}

const mutatedRequest = fc.constantFrom(...requests).chain(([path, body]) =>
  fc
    .record({
      at: fc.constantFrom(...pathsOf(body)),
      by: fc.oneof(
        fc.jsonValue({ maxDepth: 3 }),
        fc.constant(undefined),
        fc.constantFrom(-1, 0, 1e300, "", [], {}, null),
      ),
      stream: fc.boolean(),
    })
    .map(({ at, by, stream }) => ({ path, body: JSON.stringify(replaced({ ...body, stream }, at, by)) ?? "" })),
);

test("whatever a request holds, it is answered or refused, and the ledger has it", { timeout: 120_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(mutatedRequest, { minLength: 1, maxLength: 4 }), async (sent) => {
      const lines: LedgerLine[] = [];
      const provider = new FakeProvider({ onLine: (line) => lines.push(line) });
      const statuses = await Promise.all(sent.map(({ path, body }) => answerTo(provider, path, body)));
      // Rejects when anything within the provider failed.
      await provider.stop();
      for (const status of statuses) expect([200, 400]).toContain(status);
      expect(lines.filter((line) => line.type === "call")).toHaveLength(sent.length);
      for (const line of lines) expect(validate(line), JSON.stringify([line, validate.errors])).toBe(true);
    }),
    { numRuns: 300 },
  );
});

async function answerTo(provider: FakeProvider, path: string, body: string): Promise<number> {
  let answered = 0;
  const request: ProviderRequest = {
    method: "POST",
    path,
    query: new URLSearchParams("alt=sse"),
    header: () => undefined,
    server: { address: "127.0.0.1", port: 80 },
    startTime: provider.now(),
    body: new TextEncoder().encode(body),
  };
  const channel: Channel = {
    gone: new AbortController().signal,
    begin: (status) => void (answered = status),
    write: async () => undefined,
    end: async () => undefined,
    cut: () => undefined,
  };
  await provider.handle(request, channel);
  return answered;
}
