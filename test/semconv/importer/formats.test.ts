import { expect, test } from "vitest";
import { importFolder, modelsFolder, registryOf } from "./model-folder.ts";

const SPAN = "span.gen_ai.inference.client";

function importV1(yaml: string, wordings?: { [id: string]: string }) {
  const folder = modelsFolder({ "1.36.0": { "model/gen-ai/all.yaml": yaml } });
  return registryOf(importFolder(folder, wordings), "1.36.0");
}

function importV2(yaml: string, wordings?: { [id: string]: string }) {
  const core =
    "groups:\n  - {id: registry.server, type: attribute_group, attributes: [{id: server.address, type: string, stability: stable}]}\n";
  const folder = modelsFolder({
    "1.41.1": { "model/server/registry.yaml": core },
    "genai-2026-08-03": { "model/gen-ai/all.yaml": `file_format: definition/2\n${yaml}` },
  });
  return registryOf(importFolder(folder, wordings), "genai-2026-08-03");
}

test("v1: a prefix makes ids relative (1.26 and 1.27)", () => {
  const { attributes } = importV1(
    "groups:\n  - id: registry.gen_ai\n    prefix: gen_ai\n    type: attribute_group\n    attributes:\n      - {id: request.model, type: string, stability: experimental}\n",
  );
  expect(Object.keys(attributes)).toEqual(["gen_ai.request.model"]);
});

test("v1: a quoted scalar that goes on at its parent's indentation is read (exception.yaml of 1.26.0)", () => {
  const { attributes } = importV1(
    "groups:\n  - id: registry.gen_ai\n    type: attribute_group\n    attributes:\n      - id: gen_ai.a\n        type: string\n        examples: 'one\\n\n        at two: (three)\\n\n        at four'\n        stability: stable\n      - {id: gen_ai.b, type: int, stability: stable}\n",
  );
  expect(attributes).toEqual({
    "gen_ai.a": { type: "string", stability: "stable" },
    "gen_ai.b": { type: "int", stability: "stable" },
  });
});

test("v1: a group without a type is a span; a child overrides field by field, a bare ref keeps the parent's level", () => {
  const { spans } = importV1(
    `groups:
  - id: registry.gen_ai
    type: attribute_group
    attributes:
      - {id: gen_ai.kept, type: string, stability: development}
      - {id: gen_ai.raised, type: string, stability: development}
      - {id: gen_ai.unstated, type: string, stability: development}
  - id: attributes.gen_ai.common
    type: attribute_group
    attributes:
      - {ref: gen_ai.kept, requirement_level: {conditionally_required: If available.}, sampling_relevant: true}
      - {ref: gen_ai.raised, requirement_level: recommended, sampling_relevant: true}
  - id: ${SPAN}
    extends: attributes.gen_ai.common
    span_kind: client
    stability: development
    attributes:
      - {ref: gen_ai.kept}
      - {ref: gen_ai.raised, requirement_level: required}
      - {ref: gen_ai.unstated}
`,
    { "when-available": "if available" },
  );
  expect(spans).toEqual([
    {
      id: "gen_ai.inference.client",
      kind: "client",
      stability: "development",
      attributes: [
        { key: "gen_ai.kept", level: "conditionally_required", condition: "when-available", samplingRelevant: true },
        { key: "gen_ai.raised", level: "required", samplingRelevant: true },
        { key: "gen_ai.unstated", level: "recommended" },
      ],
    },
  ]);
});

test("v1: a deprecation is a text or an object; a replacement may stand only in the text", () => {
  const { attributes } = importV1(
    `groups:
  - id: registry.gen_ai.deprecated
    type: attribute_group
    attributes:
      - {id: gen_ai.a, type: int, stability: development, deprecated: "Replaced by \`gen_ai.z\` attribute."}
      - {id: gen_ai.b, type: int, stability: development, deprecated: "Removed, no replacement at this time."}
      - {id: gen_ai.c, type: int, stability: development, deprecated: {reason: renamed, renamed_to: gen_ai.z}}
      - {id: gen_ai.d, type: int, stability: development, deprecated: {reason: uncategorized, note: "Use the status description or \`gen_ai.z\` elsewhere."}}
      - {id: gen_ai.e, type: int, stability: development, deprecated: "Replaced by \`gen_ai.y\` on clients and \`gen_ai.z\` on servers."}
      - id: gen_ai.f
        stability: development
        type:
          members:
            - {id: old, value: old, deprecated: "Use 'new.one' instead."}
            - {id: older, value: older, deprecated: Replaced by new.one}
`,
  );
  const deprecations = Object.entries(attributes).map(([key, { deprecated }]) => [key, deprecated]);
  expect(Object.fromEntries(deprecations)).toEqual({
    "gen_ai.a": { reason: "unspecified", renamedTo: "gen_ai.z" },
    "gen_ai.b": { reason: "unspecified" },
    "gen_ai.c": { reason: "renamed", renamedTo: "gen_ai.z" },
    "gen_ai.d": { reason: "uncategorized" },
    "gen_ai.e": { reason: "unspecified" },
    "gen_ai.f": undefined,
  });
  expect(attributes["gen_ai.f"]?.members).toEqual([
    { id: "old", value: "old", deprecated: { reason: "unspecified", renamedTo: "new.one" } },
    { id: "older", value: "older", deprecated: { reason: "unspecified", renamedTo: "new.one" } },
  ]);
});

test("v2: inline wins over ref_group, ref_group over the refined span; a ref_group may name a span; anchors are followed", () => {
  const { spans, events, metrics } = importV2(
    `attributes:
  - {key: gen_ai.inline, type: string, stability: development}
  - {key: gen_ai.grouped, type: string, stability: development}
  - {key: gen_ai.inherited, type: string, stability: development}
attribute_groups:
  - id: attributes.gen_ai.more
    attributes:
      - {ref: gen_ai.inline, requirement_level: opt_in}
      - {ref: gen_ai.grouped, requirement_level: opt_in}
spans:
  - type: gen_ai.inference.client
    kind: client
    stability: development
    attributes:
      - {ref: gen_ai.inline, requirement_level: &level {recommended: When available.}}
      - {ref: gen_ai.grouped, requirement_level: *level}
      - {ref: gen_ai.inherited, requirement_level: required}
      - {ref: server.address}
span_refinements:
  - id: openai.inference.client
    ref: gen_ai.inference.client
    attributes:
      - {ref: gen_ai.inline, requirement_level: required}
      - {ref_group: attributes.gen_ai.more}
events:
  - {name: gen_ai.details, stability: development, attributes: [{ref_group: span.gen_ai.inference.client}]}
metrics:
  - {name: gen_ai.duration, instrument: histogram, unit: s, stability: development, attributes: [{ref: gen_ai.inline}]}
metric_refinements:
  - {id: openai.duration, ref: gen_ai.duration, stability: development, attributes: [{ref: gen_ai.grouped}]}
`,
    { "when-available": "when available" },
  );
  const base = [
    { key: "gen_ai.grouped", level: "recommended", condition: "when-available" },
    { key: "gen_ai.inherited", level: "required" },
    { key: "gen_ai.inline", level: "recommended", condition: "when-available" },
    { key: "server.address", level: "recommended" },
  ];
  expect(spans[0]).toEqual({
    id: "gen_ai.inference.client",
    kind: "client",
    stability: "development",
    attributes: base,
  });
  expect(spans[1]).toEqual({
    id: "openai.inference.client",
    kind: "client",
    stability: "development",
    refines: "gen_ai.inference.client",
    attributes: [
      { key: "gen_ai.grouped", level: "opt_in" },
      { key: "gen_ai.inherited", level: "required" },
      { key: "gen_ai.inline", level: "required" },
      { key: "server.address", level: "recommended" },
    ],
  });
  expect(events[0]?.attributes).toEqual(base);
  expect(metrics[1]).toEqual({
    name: "openai.duration",
    refines: "gen_ai.duration",
    instrument: "histogram",
    unit: "s",
    stability: "development",
    attributes: [
      { key: "gen_ai.grouped", level: "recommended" },
      { key: "gen_ai.inline", level: "recommended" },
    ],
  });
});

test("v2: templates, and entities with what identifies and what describes them", () => {
  const { attributes, entities } = importV2(
    `attributes:
  - {key: gen_ai.prompt.variable, type: "template[string]", stability: development}
  - {key: gen_ai.main_agent.id, type: string, stability: development}
  - {key: gen_ai.main_agent.name, type: string, stability: development}
entities:
  - type: gen_ai.main_agent
    stability: development
    identity: [{ref: gen_ai.main_agent.id, requirement_level: required}]
    description: [{ref: gen_ai.main_agent.name}]
`,
  );
  expect(attributes["gen_ai.prompt.variable"]?.type).toBe("template[string]");
  expect(entities).toEqual([
    {
      type: "gen_ai.main_agent",
      stability: "development",
      identity: [{ key: "gen_ai.main_agent.id", level: "required" }],
      description: [{ key: "gen_ai.main_agent.name", level: "recommended" }],
    },
  ]);
});

test("versions come oldest first by number, genai snapshots after the core, a preview after its month", () => {
  const file = { "model/gen-ai/a.yaml": "groups:\n  - {id: gen_ai.x, type: attribute_group}\n" };
  const names = ["genai-2026-10-preview", "1.9.0", "genai-2026-08-03", "1.41.1", "1.10.0", "genai-2026-05-04"];
  const files = importFolder(modelsFolder(Object.fromEntries(names.map((name) => [name, file]))));
  const { versions } = JSON.parse(files.get("index.json") ?? "") as { versions: { id: string }[] };
  const sorted = ["1.9.0", "1.10.0", "1.41.1", "genai-2026-05-04", "genai-2026-08-03", "genai-2026-10-preview"];
  expect(versions.map(({ id }) => id)).toEqual(sorted);
});
