import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { listVersions, loadRegistry } from "../../src/semconv/load.ts";
import { loadAliases, loadCommunityNames, loadSpanTypes } from "../../src/semconv/overlay.ts";
import { Spec } from "../../src/semconv/spec.ts";

const overlay = loadSpanTypes();
const versions = listVersions().map((version) => version.id);

function json(name: string): Record<string, unknown> {
  return JSON.parse(readFileSync(new URL(`../../specs/overlay/${name}`, import.meta.url), "utf8")) as Record<
    string,
    unknown
  >;
}

describe("specs/overlay", () => {
  test("every entry cites the page or clause that says it", () => {
    const pages = [
      ...overlay.types,
      ...overlay.providers,
      ...overlay.providerKey,
      ...overlay.letterOnly,
      overlay.knownAfterAnswer,
      overlay.neverExpected,
    ];
    for (const { doc } of pages) expect(doc).toMatch(/^[a-z-]+\.md$/);
    for (const name of ["community.json", "schema-urls.json"]) expect(json(name)["clause"]).toMatch(/^https:\/\//);
    for (const [id, alias] of loadAliases()) {
      if (alias.status === "moved") expect(alias.clause, id).toMatch(/^https:\/\//);
    }
  });

  test("every span of every version is one of the overlay's types or a provider's table of one", () => {
    const known = new Set([...overlay.types, ...overlay.providers].flatMap((entry) => entry.spans));
    // Refinements of execute_tool for skills (preview) add attributes that only their tools have; the shared part is judged.
    const preview = /^gen_ai\.execute_tool\.(load_skill|read_skill_resource|command)\.internal$/;
    // The shared part of 1.28.0's two spans, a span of its own in the model.
    known.add("trace.gen_ai.client.common");
    for (const version of versions) {
      for (const { id } of loadRegistry(version).spans) {
        if (!preview.test(id)) expect(known.has(id), `${version} ${id}`).toBe(true);
      }
    }
  });

  test("names only attributes and versions that exist", () => {
    const keys = new Set(versions.flatMap((version) => Object.keys(loadRegistry(version).attributes)));
    const named = [
      ...overlay.types.flatMap((type) => [...type.identifiedBy, ...(type.identifiedOnlyWith ?? [])]),
      ...overlay.letterOnly.map((entry) => entry.key),
      ...overlay.knownAfterAnswer.keys,
      ...overlay.types.flatMap((type) =>
        type.names.flatMap((name) =>
          name.template.flatMap((word) => (word.startsWith("{") ? word.slice(1, -1).split("|") : [])),
        ),
      ),
    ];
    for (const key of named) expect(keys.has(key), key).toBe(true);
    // Building a Spec reads every since and until, and throws for a version that is not there.
    for (const version of versions) expect(new Spec(version).types.size).toBeGreaterThan(0);
    for (const alias of loadAliases().values()) expect(versions).toContain(alias.is);
  });

  test("operations belong to the enum of some version", () => {
    const operations = new Set(
      versions.flatMap((version) =>
        (loadRegistry(version).attributes["gen_ai.operation.name"]?.members ?? []).map((member) =>
          String(member.value),
        ),
      ),
    );
    for (const operation of overlay.types.flatMap((type) => type.operations)) expect(operations).toContain(operation);
    const mapped = new Set(overlay.types.flatMap((type) => type.operations));
    for (const operation of operations) expect(mapped.has(operation), operation).toBe(true);
  });

  test("community names are in no version", () => {
    const keys = versions.flatMap((version) => Object.keys(loadRegistry(version).attributes));
    for (const name of loadCommunityNames()) {
      expect(keys.filter((key) => (name.endsWith(".") ? key.startsWith(name) : key === name))).toEqual([]);
    }
  });
});
