import { describe, expect, test } from "vitest";
import { ScenarioError, type ScenarioProblem } from "../../src/scenario/read/problem.ts";
import { readScenario } from "../../src/scenario/read/read-scenario.ts";
import { smallScenario } from "./load.ts";

function problemsOf(yaml: string): readonly ScenarioProblem[] {
  try {
    readScenario(yaml, "my.yaml");
  } catch (error) {
    if (error instanceof ScenarioError) return error.problems;
    throw error;
  }
  return [];
}

const chat = "[{ chat: { model: gpt-4o } }]";

/** What each piece of YAML is told: where it stands, and words of the message. */
const refused: readonly (readonly [what: string, yaml: string, place: string, words: RegExp])[] = [
  [
    "an unknown step",
    smallScenario("[{ chatt: { model: gpt-4o } }]"),
    "8:13",
    /expected one of agent, .*got "chatt"; did you mean chat\?/,
  ],
  [
    "a step of two kinds",
    smallScenario("[{ tool: a, agent: b }]"),
    "8:11",
    /exactly one key, got a mapping of tool, agent/,
  ],
  ["an unknown key", smallScenario("[{ chat: { modle: gpt-4o } }]"), "8:21", /got "modle"; did you mean model\?/],
  ["a missing key", "description: x\nservices: [a]\narrival: { constant: 1/s }", "1:1", /expected the key run/],
  [
    "an unknown model",
    smallScenario("[{ chat: { model: gpt-4 } }]"),
    "8:28",
    /a model that is defined \(gpt-4o\), got "gpt-4"; did you mean gpt-4o\?/,
  ],
  [
    "an unknown tool",
    smallScenario("[{ tool: find }]", "tools: { fund: { duration: 1s } }"),
    "8:19",
    /got "find"; did you mean fund\?/,
  ],
  [
    "an unknown agent",
    smallScenario("[{ agent: nobody }]"),
    "8:20",
    /an agent that is defined \(there are none\), got "nobody"/,
  ],
  [
    "an unknown service",
    smallScenario(chat, "tools: { find: { duration: 1s, service: shob } }"),
    "10:41",
    /a service of services \(shop, billing\), got "shob"; did you mean shop\?/,
  ],
  [
    "an unknown retry policy",
    smallScenario(`[{ retry: { policy: p, steps: ${chat} } }]`),
    "8:30",
    /a retry policy that is defined/,
  ],
  ["an unknown MCP server", smallScenario("[{ mcp: { server: s } }]"), "8:28", /an MCP server that is defined/],
  [
    "an unknown provider",
    smallScenario(chat, "providers: { opnai: { port: 1 } }"),
    "10:14",
    /got "opnai"; did you mean openai\?/,
  ],
  ["an unknown word", smallScenario(chat, "propagation: b4"), "10:14", /w3c, b3 .*got "b4"; did you mean b3\?/],
  ["a negative rate", smallScenario(chat).replace("1/s", "-1/s"), "9:22", /a rate above zero.*got "-1\/s"/],
  ["a rate of zero", smallScenario(chat).replace("1/s", "0/s"), "9:22", /a rate above zero/],
  [
    "a negative duration",
    smallScenario("[{ human: -5s }]"),
    "8:20",
    /a duration of zero or more|a duration such as.*got "-5s"/,
  ],
  ["a duration without a unit", smallScenario("[{ human: 5 }]"), "8:20", /a duration such as 250ms.*got 5/],
  [
    "a percent over 100",
    smallScenario(chat, "cancel: { share: 120%, after: 1s }"),
    "10:18",
    /a percentage from 0% to 100%.*got "120%"/,
  ],
  [
    "errors over 100 %",
    smallScenario(chat, "tools: { find: { duration: 1s, errors: { A: 60%, B: 50% } } }"),
    "10:40",
    /at most 100% together, got 110%/,
  ],
  [
    "shares that are not 100 %",
    smallScenario(`[{ choose: [{ share: 50%, steps: ${chat} }, { share: 40%, steps: ${chat} }] }]`),
    "8:21",
    /add up to 100%, got 90%/,
  ],
  [
    "percentiles that fall",
    smallScenario("[{ human: { lognormal: { p50: 2s, p95: 1s } } }]"),
    "8:49",
    /more than p50 \(2s\), got 1s/,
  ],
  [
    "a percentile twice",
    smallScenario("[{ human: { lognormal: { p50: 1s, p50.00: 2s } } }]"),
    "8:52",
    /another percentile than p50, got p50\.00/,
  ],
  [
    "a key that would steer a terminal",
    smallScenario("[{ human: 1s }]", 'tools: { "a\\e[31m\\u202e": { duration: 1s } }'),
    "10:10",
    /: tools\.a\\u001b\[31m\\u202e: expected a tool's name/,
  ],
  ["one percentile", smallScenario("[{ human: { lognormal: { p50: 2s } } }]"), "8:33", /at least two percentiles/],
  [
    "a range upside down",
    smallScenario("[{ human: { uniform: { from: 2s, to: 1s } } }]"),
    "8:47",
    /at least from \(2s\), got 1s/,
  ],
  [
    "two distributions",
    smallScenario("[{ human: { uniform: { from: 1s, to: 2s }, normal: { mean: 1s, deviation: 1s } } }]"),
    "8:20",
    /exactly one key/,
  ],
  [
    "a cycle",
    smallScenario(
      "[{ agent: a }]",
      "agents:\n  a: { service: shop, model: gpt-4o, steps: [{ agent: b }] }\n  b: { service: shop, model: gpt-4o, steps: [{ handoff: a }] }",
    ),
    "12:57",
    /the cycle a → b → a/,
  ],
  [
    "a handoff outside an agent",
    smallScenario("[{ handoff: a }]", `agents: { a: { service: shop, model: gpt-4o, steps: ${chat} } }`),
    "8:22",
    /a handoff inside an agent/,
  ],
  [
    "steps after a handoff",
    smallScenario(
      "[{ agent: a }]",
      `agents:\n  a: { service: shop, model: gpt-4o, steps: [{ handoff: b }, { chat: {} }] }\n  b: { service: shop, model: gpt-4o, steps: ${chat} }`,
    ),
    "11:57",
    /the handoff as the last step/,
  ],
  [
    "a handoff in a branch",
    smallScenario(
      "[{ agent: a }]",
      `agents:\n  a: { service: shop, model: gpt-4o, steps: [{ parallel: [[{ handoff: b }], ${chat}] }] }\n  b: { service: shop, model: gpt-4o, steps: ${chat} }`,
    ),
    "11:71",
    /one inside parallel/,
  ],
  ["a chat without a model", smallScenario("[{ chat: {} }]"), "8:19", /a model: no agent around it has one/],
  [
    "a queue without places",
    smallScenario(chat, "providers: { openai: { capacity: { queue: 5, rate: 1/s } } }"),
    "10:43",
    /concurrent beside queue/,
  ],
  [
    "endless runs",
    smallScenario(`[{ loop: { times: 1000, steps: [{ loop: { times: 1000, steps: ${chat} } }] } }]`),
    "8:10",
    /runs of at most 20000 spans/,
  ],
  ["a name that is no name", smallScenario(chat, "tools: { ../etc: { duration: 1s } }"), "10:10", /a tool's name/],
  ["__proto__", smallScenario(chat, "tools: { __proto__: { duration: 1s } }"), "10:10", /a tool's name/],
  ["another type", "- a\n- b", "1:1", /a scenario, got a list of 2/],
  ["nothing", "", "1:1", /a scenario, got an empty file/],
  ["only a comment", "# nothing\n", "1:1", /a scenario, got an empty file/],
  ["no YAML", "description: [a", "1:16", /valid YAML, got/],
  ["a key twice", "description: a\ndescription: b", "2:1", /valid YAML, got DUPLICATE_KEY/],
  ["a tag", "description: !!js/function a", "1:14", /valid YAML, got TAG_RESOLVE_FAILED/],
  ["two documents", `${smallScenario(chat)}---\na: b`, "10:1", /one YAML document, got a second one/],
  [
    "an alias",
    smallScenario(chat, "cancel: *c"),
    "10:9",
    /valid YAML, got BAD_ALIAS|a value written out, got the alias \*c/,
  ],
  [
    "an anchor",
    smallScenario(chat, "cancel: &c { share: 1%, after: 1s }"),
    "10:12",
    /a value without an anchor, got the anchor &c/,
  ],
];

describe("readScenario", () => {
  test("takes a small scenario", () => {
    expect(problemsOf(smallScenario(chat))).toEqual([]);
  });

  test.each(refused)("refuses %s with its place", (_, yaml, place, words) => {
    const problems = problemsOf(yaml);
    const [first] = problems;
    expect(first, "the YAML was taken").toBeDefined();
    expect(new ScenarioError(problems).message).toMatch(words);
    expect(`${first!.line}:${first!.column}`).toBe(place);
  });

  test("tells several problems at once", () => {
    const problems = problemsOf(smallScenario("[{ chat: { model: a } }, { tool: b }, { agent: c }]"));
    expect(problems.map(({ where }) => where)).toEqual([
      "run.steps[0].chat.model",
      "run.steps[1].tool",
      "run.steps[2].agent",
    ]);
  });

  test("tells the first ten of many, in the order of the file", () => {
    const steps = Array.from({ length: 13 }, (_, index) => `{ tool: t${index} }`).join(", ");
    const problems = problemsOf(
      `${smallScenario(`[${steps}]`)}\ncancel: { share: 0%, after: { uniform: { from: 2s, to: 1s } } }`,
    );
    expect(problems).toHaveLength(14);
    const lines = new ScenarioError(problems.toReversed()).message.split("\n");
    expect(lines).toHaveLength(11);
    expect([lines[0], lines[10]]).toEqual([
      expect.stringMatching(/^my\.yaml:8:19: run\.steps\[0\]\.tool: /),
      "and 4 more",
    ]);
  });

  test("refuses a bomb of aliases before it goes off", () => {
    const levels = Array.from(
      { length: 30 },
      (_, level) => `a${level + 1}: &a${level + 1} [${`*a${level}, `.repeat(9)}]`,
    );
    expect(problemsOf(`a0: &a0 lol\n${levels.join("\n")}`)[0]?.expected).toBe("a value without an anchor");
  });

  test("refuses deep nesting and long files", () => {
    expect(problemsOf("[".repeat(200_000))[0]?.expected).toBeDefined();
    expect(problemsOf(`a: ${"x".repeat(300_000)}`)[0]?.expected).toMatch(/at most \d+ characters/);
  });
});
