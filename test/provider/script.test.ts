import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadScript } from "../../src/provider/load-script.ts";
import { parseFault } from "../../src/provider/read-fault.ts";
import { SettingError } from "../../src/provider/setting-error.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "genai-testkit-script-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A good value for each key of a fault. */
const values: Readonly<Record<string, string | number | true>> = {
  api: "openai.responses",
  model: "m",
  rate: 0.5,
  calls: "1,3-4,9-",
  concurrent: 2,
  requests: "10/1m",
  tokens: "100/10s",
  status: 503,
  "retry-after": 2,
  timeout: true,
  "first-token": "2s",
  token: "1.5ms",
  cut: 0,
  malformed: true,
};

const everything = {
  api: "openai.responses",
  model: "m",
  rate: 0.5,
  calls: [
    { first: 1, last: 1 },
    { first: 3, last: 4 },
    { first: 9, last: Infinity },
  ],
  concurrent: 2,
  requests: { limit: 10, windowMs: 60_000 },
  tokens: { limit: 100, windowMs: 10_000 },
  status: 503,
  retryAfterSeconds: 2,
  timeout: true,
  firstTokenMs: 2000,
  tokenMs: 1.5,
  cut: 0,
  malformed: 1,
};

function load(content: unknown): ReturnType<typeof loadScript> {
  const path = join(folder, "script.json");
  writeFileSync(path, JSON.stringify(content));
  return loadScript(path);
}

describe("faults", () => {
  test("are the same in a file and on the command line, key by key", () => {
    const text = Object.entries(values).map(([key, value]) => (value === true ? key : `${key}=${value}`));
    expect(parseFault(text.join(" "))).toEqual(everything);
    expect(load({ faults: [values] }).faults).toEqual([everything]);
  });

  test("have the keys that the schema has", () => {
    const file = new URL("../../specs/schema/provider-script.schema.json", import.meta.url);
    const schema = JSON.parse(readFileSync(file, "utf8")) as { $defs: { fault: { properties: object } } };
    expect(Object.keys(schema.$defs.fault.properties).toSorted()).toEqual(Object.keys(values).toSorted());
  });

  test.each([
    ["calls=4-2 timeout", 'calls: expected numbers of calls, such as 1, 2-4 or 5-, with commas between, got "4-2"'],
    ["constructor=1 status=429", 'got "constructor"'],
    ["cut=-1", 'cut: expected an integer from 0 to 1000000, got "-1"'],
    ["status=200", 'status: expected an integer from 400 to 599, got "200"'],
    ["timeout=5s", 'timeout: expected no value, got "5s"'],
    ["token=2h", 'token: expected a time of at most an hour, such as 200ms, 2s or 1m, got "2h"'],
    ["", 'fault: expected something that goes wrong (status=503, timeout, cut=2, requests=10/1m, …), got ""'],
  ])("%j is refused where it is wrong", (text, message) => {
    expect(() => parseFault(text)).toThrow(SettingError);
    expect(() => parseFault(text)).toThrow(message);
  });
});

describe("a script", () => {
  test("is taken as it is written", () => {
    const conversations = [
      {
        when: { api: "gemini.generate_content", model: "m", userText: "x" },
        turns: [
          {
            ...{ text: "x", toolCalls: [{ name: "t", arguments: {} }], finishReason: "STOP", model: "n" },
            usage: {
              inputTokens: 1,
              cachedInputTokens: 1,
              cacheCreationInputTokens: 1,
              outputTokens: 1,
              reasoningTokens: 1,
            },
          },
        ],
      },
    ];
    expect(load({ conversations })).toEqual({ script: { conversations }, faults: [] });
  });

  test.each([
    ["a turn that says nothing", { conversations: [{ turns: [{}] }] }],
    ["a conversation without turns", { conversations: [{ turns: [] }] }],
    ["arguments that are no object", { conversations: [{ turns: [{ toolCalls: [{ name: "t", arguments: "{}" }] }] }] }],
    ["negative tokens", { conversations: [{ turns: [{ text: "x", usage: { inputTokens: -1 } }] }] }],
    ["an API that is not served", { conversations: [{ when: { api: "openai.audio" }, turns: [{ text: "x" }] }] }],
    ["a list", []],
  ])("with %s is refused", (_what, content) => {
    expect(() => load(content)).toThrow(SettingError);
  });
});
