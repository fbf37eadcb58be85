import { globSync, readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import { expect, test } from "vitest";
import { wordingHash } from "../../../src/semconv/importer/classify-condition.ts";
import { stableJson } from "../../../src/semconv/importer/stable-json.ts";
import { listVersions, loadConditions, loadRegistry, type JsonSchema } from "../../../src/semconv/load.ts";
import type { BodyField, Registry } from "../../../src/semconv/registry.ts";
import { readSpecsJson, SPECS_FOLDER } from "../../../src/semconv/specs-folder.ts";

const versions = listVersions().map(({ id }) => id);
const schemaFiles = globSync("{[0-9]*,genai-*}/*/*.schema.json", { cwd: SPECS_FOLDER }).sort();

/** Sizes as the issue states them: attributes of the gen_ai namespace alone; spans and metrics with what refines them apart. */
function counts(registry: Registry) {
  const genAi = Object.entries(registry.attributes).filter(([key]) => key.startsWith("gen_ai."));
  const deprecatedEvents = registry.events.filter((event) => event.deprecated !== undefined).length;
  const isGenai = registry.provenance.coreAttributesFrom !== undefined;
  // In the core repository a provider's span was one like the others (1.36.0: "8 spans with provider refinements").
  const refinements = isGenai ? registry.spans.filter((span) => span.refines !== undefined).length : 0;
  return {
    attributes: genAi.filter(([, { deprecated }]) => deprecated === undefined).length,
    deprecated: genAi.filter(([, { deprecated }]) => deprecated !== undefined).length,
    spans: registry.spans.length - refinements,
    refinements,
    events: registry.events.length - deprecatedEvents,
    deprecatedEvents,
    metrics: registry.metrics.filter((metric) => metric.refines === undefined).length,
  };
}

test.for([
  ["1.26.0", { attributes: 12, deprecated: 0, spans: 1, refinements: 0, events: 2, deprecatedEvents: 0, metrics: 0 }],
  ["1.36.0", { attributes: 32, deprecated: 6, spans: 8, refinements: 0, events: 5, deprecatedEvents: 0, metrics: 5 }],
  [
    "1.41.1",
    { attributes: 50, deprecated: 10, spans: 14, refinements: 0, events: 3, deprecatedEvents: 5, metrics: 11 },
  ],
  [
    "genai-2026-08-03",
    { attributes: 63, deprecated: 0, spans: 13, refinements: 5, events: 3, deprecatedEvents: 0, metrics: 16 },
  ],
] as const)(
  "%s has the number of gen_ai attributes, spans, events and metrics that upstream has",
  ([version, expected]) => {
    expect(counts(loadRegistry(version))).toEqual(expected);
  },
);

test("the index counts what the registries hold", () => {
  for (const { id, counts: counted, commit, preview } of listVersions()) {
    const registry = loadRegistry(id);
    expect({ id, commit, preview, ...counted }).toEqual({
      id,
      commit: registry.provenance.commit,
      preview: registry.provenance.preview,
      attributes: Object.keys(registry.attributes).length,
      spans: registry.spans.length,
      events: registry.events.length,
      metrics: registry.metrics.length,
      entities: registry.entities.length,
    });
  }
});

test("our own files hold against their schemas", () => {
  const ajv = new Ajv2020({ strict: true, allErrors: true });
  const check = (schema: string, files: readonly string[]): void => {
    const validate = ajv.compile(readSpecsJson<JsonSchema>(`schema/${schema}.schema.json`));
    for (const file of files) {
      validate(readSpecsJson(file));
      expect({ file, errors: validate.errors }).toEqual({ file, errors: null });
    }
  };
  check(
    "registry",
    versions.map((version) => `${version}/registry.json`),
  );
  check("renames", ["renames.json"]);
  check("renames-extra", ["overlay/renames-extra.json"]);
  check("conditions", ["overlay/conditions.json"]);
});

test("every JSON Schema compiles in ajv's strict mode and carries its path as $id", () => {
  const ajv = new Ajv2020({ strict: true });
  for (const file of schemaFiles) {
    const schema = readSpecsJson<JsonSchema>(file);
    expect(schema["$id"]).toBe(`https://otel-genai-testkit.dev/specs/${file}`);
    expect(() => ajv.compile(schema)).not.toThrow();
  }
});

test("there is one schema for each span, event and metric, and two for each message type", () => {
  const expected = versions.flatMap((version) => {
    const { spans, events, metrics, attributes } = loadRegistry(version);
    const messages = Object.values(attributes).flatMap(({ messageSchema }) => messageSchema ?? []);
    return [
      ...spans.map(({ id }) => `spans/${id}`),
      ...events.map(({ name }) => `events/${name}`),
      ...metrics.map(({ name }) => `metrics/${name}`),
      ...messages.flatMap((base) => [`messages/${base}`, `messages/${base}.strict`]),
    ].map((name) => `${version}/${name}.schema.json`);
  });
  expect(schemaFiles).toEqual(expected.sort());
});

test("facts only: no upstream sentence in any generated file", () => {
  for (const file of globSync("{[0-9]*,genai-*}/**/*.json", { cwd: SPECS_FOLDER })) {
    const wordy: string[] = [];
    walk(readSpecsJson(file), "", (path, text) => {
      // Our own note on provenance; patterns of misspelt enum values; URLs of schemas.
      if (path === "/provenance/note" || /\/(?:pattern|\$id|\$schema)$/.test(path)) return;
      if (text.length > 80 || /\S \S+ \S/.test(text)) wordy.push(`${path}: ${text}`);
    });
    expect({ file, wordy }).toEqual({ file, wordy: [] });
  }
});

test("files are stable JSON: sorted keys, sorted lists of signals and uses", () => {
  for (const file of [
    ...schemaFiles,
    ...versions.map((version) => `${version}/registry.json`),
    "renames.json",
    "index.json",
  ]) {
    const text = readFileSync(SPECS_FOLDER + file, "utf8");
    expect({ file, stable: stableJson(JSON.parse(text)) === text }).toEqual({ file, stable: true });
  }
  for (const version of versions) {
    const { spans, events, metrics } = loadRegistry(version);
    const lists = [
      spans.map(({ id }) => id),
      events.map(({ name }) => name),
      metrics.map(({ name }) => name),
      ...[...spans, ...events, ...metrics].map(({ attributes }) => attributes.map(({ key }) => key)),
    ];
    for (const list of lists) expect(list).toEqual([...new Set(list)].sort());
  }
});

test("every attribute that a signal uses is defined beside it", () => {
  for (const version of versions) {
    const { attributes, spans, events, metrics, entities } = loadRegistry(version);
    const uses = [...spans, ...events, ...metrics].flatMap((signal) => signal.attributes);
    const all = [...uses, ...entities.flatMap(({ identity, description }) => [...identity, ...description])];
    expect(all.filter(({ key }) => attributes[key] === undefined)).toEqual([]);
  }
});

test("every condition in a registry has a meaning, and every meaning is used", () => {
  const used = new Set<string>();
  const visitBody = ({ condition, fields = [] }: BodyField): void => {
    if (condition !== undefined) used.add(condition);
    fields.forEach(visitBody);
  };
  for (const version of versions) {
    const { spans, events, metrics } = loadRegistry(version);
    for (const { attributes } of [...spans, ...events, ...metrics]) {
      for (const { condition } of attributes) if (condition !== undefined) used.add(condition);
    }
    for (const { body } of events) if (body !== undefined) visitBody(body);
  }
  expect([...used].sort()).toEqual(Object.keys(loadConditions()).sort());
});

test("a wording's hash folds white space, case and the closing stop", () => {
  expect(wordingHash("  If\n available. ")).toBe(wordingHash("if available"));
  expect(wordingHash("if available")).not.toBe(wordingHash("when available"));
  expect(loadConditions()["when-available"]?.wordings).toContain(wordingHash("If available."));
});

function walk(value: unknown, path: string, visit: (path: string, text: string) => void): void {
  if (typeof value === "string") visit(path, value);
  else if (typeof value === "object" && value !== null) {
    for (const [key, child] of Object.entries(value)) walk(child, `${path}/${key}`, visit);
  }
}
