import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { KitError } from "../../src/cli/kit-error.ts";
import { requireNode } from "../../src/cli/require-node.ts";

test.each(["22.18.0", "22.19.1", "24.0.0", "26.1.0"])("Node %s is new enough", (version) => {
  expect(() => requireNode(version)).not.toThrow();
});

test.each(["18.20.0", "20.20.2", "22.17.9"])("Node %s is told what is needed and what to do", (version) => {
  expect(() => requireNode(version)).toThrow(KitError);
  expect(() => requireNode(version)).toThrow(`needs Node 22.18 or later, and this is Node ${version}`);
});

test("asks for what package.json's engines say", () => {
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  const { engines } = JSON.parse(text) as { engines: { node: string } };
  expect(engines.node).toBe(">=22.18");
});
