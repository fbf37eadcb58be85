import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

const FOLDER = new URL("../../src/scenario/plan/", import.meta.url);

/** Every member of Math but those whose result the standard fixes to the last bit (ECMA-262, 21.3.2). */
const allowedMath = new Set(["abs", "floor", "imul", "max", "min", "sqrt"]);

/** What not every engine has, or does not do alike. */
const refused: readonly (readonly [what: string, pattern: RegExp])[] = [
  ["powers", /\*\*/],
  ["BigInt", /\b(?:BigInt|\d+n)\b/],
  ["the clock", /\b(?:Date|performance)\b/],
  ["a host's API", /\b(?:process|Buffer|globalThis|crypto|structuredClone|setTimeout|require|console)\b/],
  ["async code", /\b(?:async|await|Promise)\b/],
  ["regular expressions and locales", /\b(?:RegExp|Intl|localeCompare|toLocale\w*)\b|\.(?:match|replace|split)\(/],
  ["dynamic imports", /\bimport\(/],
];

const files = readdirSync(FOLDER).filter((file) => file.endsWith(".ts"));

const codeOf = (file: string): string =>
  readFileSync(new URL(file, FOLDER), "utf8").replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, "");

test.each(files)("src/scenario/plan/%s needs nothing but the language, and rounds alike in every engine", (file) => {
  const code = codeOf(file);
  const math = [...code.matchAll(/\bMath\.(\w+)/g)].map(([, name = ""]) => name);
  expect(math.filter((name) => !allowedMath.has(name))).toEqual([]);
  expect(refused.filter(([, pattern]) => pattern.test(code)).map(([what]) => what)).toEqual([]);
});

test.each(files)("src/scenario/plan/%s imports only the plan, and types of the scenario", (file) => {
  const imports = [...codeOf(file).matchAll(/^(import|export) (type )?[^"]*from "([^"]+)";/gm)];
  for (const [, , type, from = ""] of imports) {
    expect(from.startsWith("./") || (from === "../scenario.ts" && type === "type ")).toBe(true);
  }
});
