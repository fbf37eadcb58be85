import { expect, test } from "vitest";
import { ConditionClassifier } from "../../../src/semconv/importer/classify-condition.ts";
import { importFolder, modelsFolder } from "./model-folder.ts";

const REGISTRY_V1 = `groups:
  - id: registry.gen_ai
    type: attribute_group
    attributes:
      - id: gen_ai.operation.name
        type: string
        stability: development
`;
const REGISTRY_V2 = `file_format: definition/2
attributes:
  - key: gen_ai.operation.name
    type: string
    stability: development
`;

function spanV1(body: string): string {
  return `groups:\n  - id: span.gen_ai.inference.client\n    type: span\n    stability: development\n    span_kind: client\n${body}`;
}

function importV1(spans: string, wordings?: { [id: string]: string }): () => unknown {
  const files = { "model/gen-ai/registry.yaml": REGISTRY_V1, "model/gen-ai/spans.yaml": spans };
  const folder = modelsFolder({ "1.36.0": files });
  return () => importFolder(folder, wordings);
}

test("an attribute that nobody defines: version, file, span and key are named", () => {
  expect(importV1(spanV1("    attributes:\n      - ref: gen_ai.nope\n"))).toThrow(
    /1\.36\.0 › model\/gen-ai\/spans\.yaml › span\.gen_ai\.inference\.client: reference to attribute "gen_ai\.nope"/,
  );
});

test("a parent that nobody defines", () => {
  expect(importV1(spanV1("    extends: attributes.gen_ai.nope\n"))).toThrow(
    /span\.gen_ai\.inference\.client: reference to group "attributes\.gen_ai\.nope"/,
  );
});

test("an attribute group of ours with a dangling reference fails even if no signal uses it", () => {
  const group =
    "groups:\n  - id: attributes.gen_ai.unused\n    type: attribute_group\n    attributes:\n      - ref: gen_ai.nope\n";
  expect(importV1(group)).toThrow(/attributes\.gen_ai\.unused: reference to attribute "gen_ai\.nope"/);
});

test("groups that extend each other", () => {
  const groups =
    "groups:\n  - {id: a.gen_ai, type: attribute_group, extends: b.gen_ai}\n  - {id: b.gen_ai, type: attribute_group, extends: a.gen_ai}\n";
  expect(importV1(groups)).toThrow(/inheritance in a circle: a\.gen_ai → b\.gen_ai → a\.gen_ai/);
});

test("a condition that no id covers: the wording and its hash are named", () => {
  const spans = spanV1(
    "    attributes:\n      - ref: gen_ai.operation.name\n        requirement_level:\n          conditionally_required: If the Moon   is full.\n",
  );
  expect(importV1(spans)).toThrow(
    /span\.gen_ai\.inference\.client › gen_ai\.operation\.name: condition "If the Moon {3}is full\." is not classified.*[0-9a-f]{12}/,
  );
  expect(importV1(spans, { "moon-full": "if the moon is full" })).not.toThrow();
});

test("one wording under two ids", () => {
  const wordings = ["0123456789ab"];
  expect(() => new ConditionClassifier({ one: { meaning: "1", wordings }, two: { meaning: "2", wordings } })).toThrow(
    /0123456789ab stands under both one and two/,
  );
});

test("a key defined twice", () => {
  const folder = modelsFolder({ "1.36.0": { "model/gen-ai/a.yaml": REGISTRY_V1, "model/gen-ai/b.yaml": REGISTRY_V1 } });
  expect(() => importFolder(folder)).toThrow(/gen_ai\.operation\.name is also defined in model\/gen-ai\/a\.yaml/);
});

test("a type, a section and a YAML text that the importer does not know", () => {
  const unknownType = modelsFolder({ "1.36.0": { "model/gen-ai/a.yaml": REGISTRY_V1.replace("string", "blob") } });
  expect(() => importFolder(unknownType)).toThrow(/type: expected one of string, int.*got "blob"/);
  const core = { "model/gen-ai/registry.yaml": REGISTRY_V1 };
  const section = modelsFolder({
    "1.41.1": core,
    "genai-2026-08-03": { "model/gen-ai/a.yaml": `${REGISTRY_V2}profiles: []\n` },
  });
  expect(() => importFolder(section)).toThrow(/genai-2026-08-03 › model\/gen-ai\/a\.yaml: unknown section "profiles"/);
  const broken = modelsFolder({ "1.36.0": { "model/gen-ai/a.yaml": "groups: [\n" } });
  expect(() => importFolder(broken)).toThrow(/model\/gen-ai\/a\.yaml: not valid YAML at line/);
});

test("a genai key that was dropped does not come back through the core version", () => {
  const use =
    "spans:\n  - type: gen_ai.inference.client\n    kind: client\n    stability: development\n    attributes:\n      - ref: ";
  const files = (key: string): { [path: string]: string } => ({
    "model/gen-ai/a.yaml": `${REGISTRY_V2}${use}${key}\n`,
  });
  const core = {
    "model/gen-ai/registry.yaml": REGISTRY_V1.replace("gen_ai.operation.name", "gen_ai.system"),
    "model/server/registry.yaml": REGISTRY_V1.replace("gen_ai.operation.name", "server.address").replace(
      "registry.gen_ai",
      "registry.server",
    ),
  };
  const dropped = modelsFolder({ "1.41.1": core, "genai-2026-08-03": files("gen_ai.system") });
  expect(() => importFolder(dropped)).toThrow(/reference to attribute "gen_ai\.system"/);
  const outside = modelsFolder({ "1.41.1": core, "genai-2026-08-03": files("server.address") });
  expect(() => importFolder(outside)).not.toThrow();
});

test("a message schema that reaches outside its file, has an unknown keyword, or belongs to no attribute", () => {
  const registry = REGISTRY_V1.replace("gen_ai.operation.name", "gen_ai.input.messages").replace("string", "any");
  const folder = (schema: string, file = "gen-ai-input-messages"): string =>
    modelsFolder({ "1.37.0": { "model/gen-ai/registry.yaml": registry, [`docs/gen-ai/${file}.json`]: schema } });
  const outside = folder('{"items": {"$ref": "https://example.com/other.json"}}');
  expect(() => importFolder(outside)).toThrow(/reference to "https:\/\/example\.com\/other\.json" outside the file/);
  const unknown = folder('{"contains": {}}');
  expect(() => importFolder(unknown)).toThrow(/unknown JSON Schema keyword "contains"/);
  const stray = folder("{}", "gen-ai-stray");
  expect(() => importFolder(stray)).toThrow(/no attribute owns the message schema stray/);
});

test("a version without a SOURCE of a known form, and a folder without models", () => {
  const folder = modelsFolder({ "1.36.0": { SOURCE: "somewhere\n", "model/gen-ai/a.yaml": REGISTRY_V1 } });
  expect(() => importFolder(folder)).toThrow(/1\.36\.0 › SOURCE: no known form of provenance/);
  const empty = modelsFolder({ "1.36.0": {} });
  expect(() => importFolder(empty)).toThrow(/1\.36\.0 › model\/: no model file found/);
});
