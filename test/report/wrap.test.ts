import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { displayWidth, pad, wrap } from "../../src/report/wrap.ts";

test("wide characters take two columns, combining marks none", () => {
  expect(displayWidth("chat")).toBe(4);
  expect(displayWidth("日本")).toBe(4);
  expect(displayWidth("😀")).toBe(2);
  expect(displayWidth("e\u0301")).toBe(1);
});

test("numbers are padded at their start, words at their end", () => {
  expect(pad("7", 3, "left")).toBe("  7");
  expect(pad("日", 3)).toBe("日 ");
  expect(pad("longer", 3)).toBe("longer");
});

describe("wrap", () => {
  test("breaks at spaces", () => {
    expect(wrap("a required attribute is missing", 12)).toEqual(["a required", "attribute is", "missing"]);
  });

  test("breaks a word that is longer than a line", () => {
    expect(wrap("see gen_ai.response.finish_reasons", 10)).toEqual(["see", "gen_ai.res", "ponse.fini", "sh_reasons"]);
  });

  test("leaves a URL whole", () => {
    const url = "https://example.test/a/long/path";
    expect(wrap(`see ${url} there`, 10)).toEqual(["see", url, "there"]);
  });

  test("no line is too wide, and no character is lost", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom("a", " ", "日", "😀", "e\u0301", ".") }),
        fc.integer({ min: 2, max: 20 }),
        (text, width) => {
          const lines = wrap(text, width);
          for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(width);
          expect(lines.join("").replaceAll(" ", "")).toBe(text.replaceAll(" ", ""));
        },
      ),
    );
  });
});
