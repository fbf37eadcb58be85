import { readdirSync, readFileSync } from "node:fs";
import { stripTypeScriptTypes } from "node:module";
import { createContext, runInContext } from "node:vm";
import { expect, test } from "vitest";
import { builtInScenarios } from "../../src/scenario/built-in.ts";
import { planTraces } from "../../src/scenario/plan/plan.ts";
import type { PlannedTrace } from "../../src/scenario/plan/planned-trace.ts";
import type { Program } from "../../src/scenario/plan/program.ts";
import { builtInProgram } from "./load.ts";

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

/** The plan as one script, in a realm that has nothing but the language, without what the plan may not use of it. */
function bareEngine(): (program: string, seed: number, count: number) => string {
  const realm = createContext({});
  const taken = ["Date", "BigInt", "Promise", "RegExp", "Intl", "console"];
  runInContext(
    `for (const name of ${JSON.stringify(taken)}) delete globalThis[name];
     for (const name of Object.getOwnPropertyNames(Math)) {
       if (!${JSON.stringify([...allowedMath])}.includes(name)) delete Math[name];
     }`,
    realm,
  );
  const code = inOrder().map((file) =>
    stripTypeScriptTypes(readFileSync(new URL(file, FOLDER), "utf8"))
      .replace(/^import [^;]*;$/gm, "")
      .replace(/^export /gm, ""),
  );
  runInContext(`${code.join("\n")}\n${TOLD}`, realm);
  return runInContext("told", realm) as (program: string, seed: number, count: number) => string;
}

/** Each file after those that it imports values of. */
function inOrder(): string[] {
  const order: string[] = [];
  const visit = (file: string): void => {
    if (order.includes(file)) return;
    const imports = codeOf(file).matchAll(/^import (?!type )[^;]*from "\.\/([^"]+)";/gm);
    for (const [, from = ""] of imports) visit(from);
    order.push(file);
  };
  visit("plan.ts");
  return order;
}

const TOLD = `function told(program, seed, count) {
  const spans = [];
  const visit = (k, { operation, service, start, end, failure, ordinal, children }) => {
    const { kind, input, output, id, found } = operation;
    spans.push([k, kind, input, output, id, found, service, start, end, failure && failure.type, ordinal]);
    for (const child of children) visit(k, child);
  };
  for (const { k, root } of planTraces(JSON.parse(program), seed, count)) visit(k, root);
  return JSON.stringify(spans);
}`;

function toldHere(program: Program, seed: number, count: number): string {
  const spans: unknown[] = [];
  const visit = (
    k: number,
    { operation, service, start, end, failure, ordinal, children }: PlannedTrace["root"],
  ): void => {
    const { kind, input, output, id, found } = operation as { readonly [field: string]: unknown };
    spans.push([k, kind, input, output, id, found, service, start, end, failure?.type, ordinal]);
    for (const child of children) visit(k, child);
  };
  for (const { k, root } of planTraces(program, seed, count)) visit(k, root);
  return JSON.stringify(spans);
}

test("the plan runs in a bare engine, and gives there what it gives here", () => {
  const told = bareEngine();
  for (const name of builtInScenarios()) {
    const program = builtInProgram(name);
    expect(told(JSON.stringify(program), 9, 20)).toBe(toldHere(program, 9, 20));
  }
});
