import { expect, test } from "vitest";
import { json } from "../../src/report/json.ts";
import { fileOptions } from "../../src/report/reporter.ts";
import { failingResult, fullResult } from "../result/sample.ts";

test("is the whole Result", () => {
  const result = fullResult();
  expect(JSON.parse(json(result, fileOptions))).toEqual(result);
});

test("keys are sorted everywhere, so that equal Results are equal bytes", () => {
  const result = failingResult();
  const reordered = Object.fromEntries(Object.entries(result).toReversed()) as unknown as typeof result;
  expect(json(reordered, fileOptions)).toBe(json(result, fileOptions));
  function keysSorted(value: unknown): boolean {
    if (typeof value !== "object" || value === null) return true;
    const keys = Object.keys(value);
    const ordered =
      Array.isArray(value) || keys.every((key, index) => index === 0 || (keys[index - 1] as string) < key);
    return ordered && Object.values(value).every(keysSorted);
  }
  expect(keysSorted(JSON.parse(json(result, fileOptions)))).toBe(true);
});

test("the order of lists is the Result's own", () => {
  const result = failingResult();
  const written = JSON.parse(json(result, fileOptions)) as typeof result;
  expect(written.findings.map((finding) => finding.fingerprint)).toEqual(
    result.findings.map((finding) => finding.fingerprint),
  );
});

test("two spaces, one final newline", () => {
  expect(json(failingResult(), fileOptions)).toMatch(/^\{\n {2}"\$schema": .*\n {2}"durationMs"/);
  expect(json(failingResult(), fileOptions)).toMatch(/[^\n]\n$/);
});

test("an attribute key named like a property of objects is kept", () => {
  const result = failingResult();
  const context = JSON.parse('{"__proto__": "x"}') as Record<string, string>;
  const [first, ...rest] = result.findings;
  if (first === undefined) throw new Error("the sample has no findings");
  expect(json({ ...result, findings: [{ ...first, context }, ...rest] }, fileOptions)).toContain('"__proto__": "x"');
});
