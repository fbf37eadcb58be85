import { expect, test } from "vitest";
import { buildHistory } from "../../../src/semconv/importer/build-history.ts";
import { listVersions, loadHistory, loadRegistry } from "../../../src/semconv/load.ts";

const history = loadHistory();

test.for([
  ["gen_ai.system", "1.26.0", "1.41.1", "1.37.0", ["gen_ai.provider.name"]],
  ["gen_ai.prompt", "1.26.0", "1.41.1", "1.28.0", ["gen_ai.input.messages"]],
  ["gen_ai.completion", "1.26.0", "1.41.1", "1.28.0", ["gen_ai.output.messages"]],
  ["gen_ai.usage.prompt_tokens", "1.26.0", "1.41.1", "1.27.0", ["gen_ai.usage.input_tokens"]],
  ["gen_ai.openai.request.seed", "1.28.0", "1.41.1", "1.30.0", ["gen_ai.request.seed"]],
  ["gen_ai.openai.request.response_format", "1.28.0", "1.41.1", "1.31.0", ["gen_ai.output.type"]],
  ["gen_ai.openai.response.service_tier", "1.28.0", "1.41.1", "1.37.0", ["openai.response.service_tier"]],
  [
    "gen_ai.usage.cache_creation.input_tokens",
    "1.40.0",
    "genai-2026-08-03",
    "genai-2026-10-preview",
    ["gen_ai.usage.cache_write.input_tokens"],
  ],
] as const)("%s is known as replaced, also where it was dropped", ([key, first, last, deprecatedIn, replacedBy]) => {
  expect(history.attributes[key]).toMatchObject({ first, last, deprecatedIn, replacedBy });
  expect(history.attributes[key]?.clause).toMatch(/^https:\/\/github\.com\/open-telemetry\//);
});

test("a key without a replacement that was dropped is neither deprecated nor lost", () => {
  expect(history.attributes["gen_ai.token.type"]).toEqual({ first: "1.27.0", last: "genai-2026-08-03" });
});

test("deprecated attributes of other namespaces are kept, split ones with both halves; others are not", () => {
  expect(history.attributes["net.peer.name"]?.replacedBy).toEqual(["server.address", "client.address"]);
  expect(history.attributes["rpc.system"]).toMatchObject({ deprecatedIn: "1.39.0", replacedBy: ["rpc.system.name"] });
  expect(history.attributes["server.address"]).toBeUndefined();
});

test("metrics, events and spans", () => {
  expect(history.metrics["gen_ai.client.token.usage"]?.replacedBy).toHaveLength(7);
  expect(history.metrics["gen_ai.workflow.duration"]?.replacedBy).toEqual(["gen_ai.invoke_workflow.duration"]);
  expect(history.metrics["openai.client.token.usage"]).toBeUndefined();
  expect(history.events["gen_ai.content.prompt"]).toMatchObject({ last: "1.27.0", deprecatedIn: "1.28.0" });
  expect(history.events["gen_ai.choice"]?.replacedBy).toEqual(["gen_ai.client.inference.operation.details"]);
  expect(history.spans["gen_ai.request"]?.replacedBy).toEqual(["gen_ai.client.inference"]);
});

test.for([
  ["vertex_ai", "gcp.vertex_ai", "1.33.0"],
  ["gemini", "gcp.gemini", "1.33.0"],
  ["az.ai.inference", "azure.ai.inference", "1.35.0"],
  ["az.ai.openai", "azure.ai.openai", "1.35.0"],
  ["xai", "x_ai", "1.37.0"],
] as const)(
  "the provider value %s is replaced by %s, under the old key and under the new one",
  ([value, next, since]) => {
    for (const key of ["gen_ai.system", "gen_ai.provider.name"]) {
      expect(history.values[key]?.[value]).toMatchObject({ deprecatedIn: since, replacedBy: [next] });
    }
  },
);

test("a value that a member deprecates and another does not (azure.ai.openai in 1.35.0) is not deprecated", () => {
  expect(history.values["gen_ai.system"]?.["azure.ai.openai"]).toEqual({
    first: "1.35.0",
    last: "1.41.1",
  });
  expect(history.values["gen_ai.token.type"]?.["output"]?.deprecatedIn).toBeUndefined();
});

test("every attribute that any version deprecates is findable, and no replacement is itself replaced", () => {
  for (const { id } of listVersions()) {
    for (const [key, { deprecated }] of Object.entries(loadRegistry(id).attributes)) {
      const lost = deprecated !== undefined && history.attributes[key]?.deprecatedIn === undefined;
      expect({ id, key, lost }).toEqual({ id, key, lost: false });
    }
  }
  for (const table of [history.attributes, history.metrics, history.events, history.spans]) {
    for (const [name, { replacedBy = [] }] of Object.entries(table)) {
      for (const next of replacedBy) expect({ name, next, newer: table[next]?.replacedBy }).toEqual({ name, next });
    }
  }
});

test("an extra about a name that no version has is refused", () => {
  const empty = { attributes: {}, metrics: {}, events: {}, spans: {}, values: {} };
  const entry = { replacedBy: ["gen_ai.other"], clause: "https://example.com/" };
  expect(() => buildHistory([], { ...empty, metrics: { "gen_ai.typo": entry } })).toThrow(
    /renames-extra\.json: metric "gen_ai\.typo" is in no version/,
  );
  expect(() => buildHistory([], { ...empty, values: { "gen_ai.typo": {} } })).toThrow(
    /gen_ai\.typo is an enum in no version/,
  );
});
