import { expect, test } from "vitest";
import { exitCode } from "../../src/result/exit-code.ts";
import type { Result, Run } from "../../src/result/result.ts";
import { failingResult, inconclusiveResult, passingResult } from "./sample.ts";

function ranWith(result: Result, command: Run["command"]): Result {
  const { mode, inputs } = result.run;
  return { ...result, run: { mode, inputs, ...(command && { command }) } };
}

const argv = ["node", "app.js"];

test("a pass whose command ended well, or that ran none, exits with 0", () => {
  expect(exitCode(ranWith(passingResult(), { argv, exitCode: 0, signal: null }))).toBe(0);
  expect(exitCode(ranWith(passingResult(), undefined))).toBe(0);
});

test("findings and doubts exit with 1", () => {
  expect(exitCode(failingResult())).toBe(1);
  expect(exitCode(inconclusiveResult())).toBe(1);
});

test("a command's own failure exits with 1 even when its telemetry is right", () => {
  expect(exitCode(ranWith(passingResult(), { argv, exitCode: 7, signal: null }))).toBe(1);
  expect(exitCode(ranWith(passingResult(), { argv, exitCode: null, signal: "SIGSEGV" }))).toBe(1);
});
