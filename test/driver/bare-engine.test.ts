import { readFileSync } from "node:fs";
import { stripTypeScriptTypes } from "node:module";
import vm from "node:vm";
import { expect, test } from "vitest";
import { compileTemplate } from "../../src/driver/compile-template.ts";
import { patch } from "../../src/driver/patch.ts";
import { agentRequest } from "./agent-request.ts";

const patchFiles = ["mix32", "request-words", "template", "patch"];

/** The named files of src/driver as one script, without the imports between them. */
function script(names: readonly string[]): string {
  return names
    .map((name) => readFileSync(new URL(`../../src/driver/${name}.ts`, import.meta.url), "utf8"))
    .map((source) => stripTypeScriptTypes(source, { mode: "strip" }))
    .map((source) => source.replaceAll(/^import [^;]*;$/gm, "").replaceAll(/^export /gm, ""))
    .join("\n");
}

const position = { seed: 3, k: 11, startMs: 1_763_734_920_000 };

// A new context has the language and nothing of Node: no Buffer, no TextEncoder, no process.
test.each(["protobuf", "json"] as const)("a %s request is patched without any API of a host", (format) => {
  const { template } = compileTemplate(agentRequest(2), format);
  const bytes = template.bytes.slice();
  const context = vm.createContext({ template, view: new DataView(bytes.buffer), position });
  vm.runInContext(`${script(patchFiles)}; patch(template, view, position)`, context);
  const here = template.bytes.slice();
  patch(template, new DataView(here.buffer), position);
  expect(Buffer.from(bytes).equals(here)).toBe(true);
});
