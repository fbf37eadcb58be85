import { describe, expect, test } from "vitest";

import { readBrokenScenario } from "../../../src/scenario/mutation/read-broken-scenario.ts";
import { ScenarioError } from "../../../src/scenario/read/problem.ts";

const versions = ["1.36.0", "1.37.0", "genai-2026-08-03"];

const whole = `description: A test.
base: { scenario: rag/query, ledger: true }
versions: ">=1.37.0"
mutate:
  - spans: { operation: [chat, embeddings], has: gen_ai.request.model, where: { gen_ai.request.seed: { int: "7" } } }
    which: every 3
    set: { gen_ai.request.temperature: { double: 1 }, stop: [a, b], none: null }
    remove: gen_ai.system
    rename: { old: new }
    cut: { gen_ai.input.messages: 10 }
    content:
      - { in: gen_ai.input.messages, at: /*/role, of: text, set: [1] }
    ids: { parent: "" }
    resource: { remove: service.name }
ledger:
  - calls: { operation: chat, outcome: answered }
    set: { /response/id: r }
findings:
  - { rule: span-name, level: violation, attribute: a, path: /*/b, versions: [1.36.0] }
hides:
  - { rule: span-name, level: information }
`;

const small = (mutation: string, more = ""): string =>
  `description: A test.\nbase: { scenario: rag/query }\nmutate:\n  - ${mutation}\nfindings:\n  - { rule: span-name, level: violation${more} }\n`;

function problemsOf(text: string): string[] {
  try {
    readBrokenScenario(text, "fault.yaml", versions);
    return [];
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error;
    return error.message.split("\n");
  }
}

describe("a broken scenario", () => {
  test("is read with everything that it may have", () => {
    const { base, mutate, ledger, findings, hides } = readBrokenScenario(whole, "fault.yaml", versions);
    expect(base).toEqual({ scenario: "rag/query", ledger: true });
    expect(mutate?.[0]?.set).toEqual({ "gen_ai.request.temperature": { double: 1 }, stop: ["a", "b"], none: null });
    expect([mutate?.length, ledger?.length, findings.length, hides?.length]).toEqual([1, 1, 1, 1]);
  });

  test.each([
    [
      "an unknown key",
      small("{ spans: {}, seet: { a: 1 } }"),
      /^fault\.yaml:4:\d+: mutate\[0\].*"seet"; did you mean set\?$/,
    ],
    [
      "an unknown level",
      whole.replace("level: violation", "level: violatio"),
      /^fault\.yaml:19:\d+: .*violation, improvement or information.*"violatio"; did you mean violation\?$/,
    ],
    [
      "an unknown kind",
      small("{ spans: { kind: CLIENTS }, drop: true }"),
      /^fault\.yaml:4:\d+: mutate\[0\]\.spans\.kind: .*"CLIENTS"; did you mean CLIENT\?$/,
    ],
    [
      "which spans",
      small("{ spans: {}, which: every, drop: true }"),
      /^fault\.yaml:4:\d+: mutate\[0\]\.which: expected first, all or every <n>.*"every"$/,
    ],
    [
      "an id of another length",
      small('{ spans: {}, ids: { span: "00" } }'),
      /^fault\.yaml:4:\d+: mutate\[0\]\.ids\.span: expected 16 hex digits.*"00"$/,
    ],
    [
      "no change at all",
      small("{ spans: {}, which: all }"),
      /^fault\.yaml:4:\d+: mutate\[0\]: expected one of set, remove, .*got no change$/,
    ],
    [
      "an edit that does two things",
      small("{ spans: {}, content: [{ in: a, at: /b, set: 1, remove: true }] }"),
      /^fault\.yaml:4:\d+: mutate\[0\]\.content\[0\]: expected exactly one of set, remove, rename, got set and remove$/,
    ],
    [
      "a version that there is not",
      small("{ spans: {}, drop: true }", ', versions: ">=1.35.0"'),
      /^fault\.yaml:6:\d+: findings\[0\]\.versions: expected versions that there are, got no version "1\.35\.0"/,
    ],
    [
      "a ledger that is not held against the spans",
      whole.replace(", ledger: true", ""),
      /^fault\.yaml:2:\d+: base: expected ledger: true, as the ledger is changed, got no ledger$/,
    ],
    [
      "nothing to break",
      "description: A test.\nbase: { scenario: a }\nfindings:\n  - { rule: a, level: violation }\n",
      /^fault\.yaml:1:1: expected mutate, transit or ledger, got none of them$/,
    ],
    [
      "a change on the way without a ledger of what was sent",
      small("{ spans: {}, drop: true }").replace("mutate:", "transit:"),
      /^fault\.yaml:2:\d+: base: expected ledger: true, as it tells what was sent, got no ledger$/,
    ],
    [
      "a delivery of what was not sent yet",
      small("{ spans: {}, drop: true, delivery: lost }"),
      /^fault\.yaml:4:\d+: mutate\[0\]\.delivery: expected it under transit, got mutate$/,
    ],
    ["an alias", small("{ spans: &a {}, drop: true }"), /^fault\.yaml:4:\d+: expected a value without an anchor/],
  ])("%s is told with its place", (_, text, told) => {
    expect(problemsOf(text)).toEqual([expect.stringMatching(told)]);
  });
});
