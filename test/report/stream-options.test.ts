import { Writable } from "node:stream";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { streamOptions } from "../../src/report/stream-options.ts";

function streamOf(properties: { readonly columns?: number; readonly isTTY?: boolean }): Writable {
  return Object.assign(new Writable(), properties);
}

describe("colour", () => {
  beforeEach(() => {
    for (const name of ["NO_COLOR", "FORCE_COLOR", "NODE_DISABLE_COLORS"]) vi.stubEnv(name, undefined);
    vi.stubEnv("TERM", "xterm-256color");
  });
  afterEach(() => vi.unstubAllEnvs());

  test("is for terminals", () => {
    expect(streamOptions(streamOf({ isTTY: true })).colour).toBe(true);
    expect(streamOptions(streamOf({})).colour).toBe(false);
  });

  test("FORCE_COLOR asks for it anywhere", () => {
    vi.stubEnv("FORCE_COLOR", "1");
    expect(streamOptions(streamOf({})).colour).toBe(true);
  });

  test("NO_COLOR and FORCE_COLOR=0 forbid it", () => {
    const terminal = Object.assign(streamOf({ isTTY: true }), {
      getColorDepth: () => (process.env["NO_COLOR"] ? 1 : 8),
    });
    vi.stubEnv("NO_COLOR", "1");
    expect(streamOptions(terminal).colour).toBe(false);
    vi.stubEnv("NO_COLOR", undefined);
    vi.stubEnv("FORCE_COLOR", "0");
    expect(streamOptions(terminal).colour).toBe(false);
  });
});

test("the width is the terminal's, within what can be read", () => {
  expect(streamOptions(streamOf({ columns: 80 })).width).toBe(80);
  expect(streamOptions(streamOf({ columns: 10 })).width).toBe(40);
  expect(streamOptions(streamOf({ columns: 400 })).width).toBe(120);
  expect(streamOptions(streamOf({})).width).toBe(100);
});

test.each([
  [{}, true],
  [{ LANG: "de_DE.UTF-8" }, true],
  [{ LANG: "C" }, false],
  [{ LANG: "C", LC_ALL: "C.utf8" }, true],
  [{ LANG: "C.UTF-8", LC_ALL: "POSIX" }, false],
])("symbols beyond ASCII under %j: %s", (environment, unicode) => {
  expect(streamOptions(streamOf({}), environment).unicode).toBe(unicode);
});
