import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import {
  listVersions,
  loadConditions,
  loadHistory,
  loadMessageSchema,
  loadRegistry,
  loadSpanSchema,
  newestStable,
} from "../../src/semconv/load.ts";

test("versions come oldest first, and the newest stable one is no preview", () => {
  const ids = listVersions().map(({ id }) => id);
  expect(ids).toHaveLength(21);
  expect(ids.slice(0, 2)).toEqual(["1.26.0", "1.27.0"]);
  expect(ids.slice(-2)).toEqual(["genai-2026-08-03", "genai-2026-10-preview"]);
  expect(loadHistory().versions).toEqual(ids);
  expect(newestStable()).toBe("genai-2026-08-03");
});

test("the preview says that it is one and where it comes from", () => {
  const { provenance } = loadRegistry("genai-2026-10-preview");
  expect(provenance.preview).toBe(true);
  expect(provenance.note).toMatch(/^Reconstructed/);
  expect(provenance.coreAttributesFrom).toBe("1.41.1");
  expect(loadRegistry("1.41.1").provenance).toEqual({
    repository: "https://github.com/open-telemetry/semantic-conventions",
    commit: "ead83b9b0fa36540c1642fce46e874f002ac23f1",
    committedAt: "2026-05-11T15:25:37-07:00",
    licence: "Apache-2.0",
    preview: false,
  });
});

test("a file is read once", () => {
  expect(loadRegistry("1.36.0")).toBe(loadRegistry("1.36.0"));
  expect(loadConditions()).toBe(loadConditions());
});

test("a schema that the version does not have is undefined, an unknown version is an error that lists the known ones", () => {
  expect(loadMessageSchema("1.36.0", "input-messages", "lenient")).toBeUndefined();
  expect(loadSpanSchema("1.36.0", "mcp.client")).toBeUndefined();
  expect(loadSpanSchema("1.39.0", "mcp.client")).toBeDefined();
  for (const load of [
    () => loadRegistry("1.99.0"),
    () => loadSpanSchema("../specs/1.36.0", "gen_ai.inference.client"),
    () => loadMessageSchema("", "input-messages", "strict"),
  ]) {
    expect(load).toThrow(/unknown semconv version ".*": expected one of 1\.26\.0, .*genai-2026-10-preview/);
  }
});

test("importing the module reads no file of specs/", () => {
  const module = fileURLToPath(new URL("../../src/semconv/load.ts", import.meta.url));
  const script = `
    const fs = require("node:fs");
    const read = fs.readFileSync;
    fs.readFileSync = (path, ...rest) => {
      if (String(path).includes("/specs/")) throw new Error("read " + path);
      return read(path, ...rest);
    };
    require("node:module").syncBuiltinESMExports();
    import(${JSON.stringify(module)}).then((load) => {
      try { load.listVersions(); } catch (error) { console.log("only then:", error.message.includes("specs/index.json")); }
    });`;
  expect(execFileSync(process.execPath, ["--eval", script], { encoding: "utf8" })).toBe("only then: true\n");
});
