import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { LedgerFile } from "../../src/ledger/ledger-file.ts";
import type { LedgerLine } from "../../src/ledger/ledger.ts";
import { readLedger } from "../../src/ledger/read-ledger.ts";
import { end, endWithSpans, fullCall, header, span, unknownRoute } from "./sample.ts";

let folder = "";
let path = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "genai-testkit-ledger-"));
  path = join(folder, "ledger.ndjson");
});
afterEach(() => rmSync(folder, { recursive: true }));

function write(lines: readonly LedgerLine[]): void {
  const file = LedgerFile.create(path);
  for (const line of lines) file.append(line);
  file.close();
}

async function read(): Promise<{ reading: Awaited<ReturnType<typeof readLedger>>; entries: LedgerLine[] }> {
  const entries: LedgerLine[] = [];
  const reading = await readLedger(path, (entry) => entries.push(entry));
  return { reading, entries };
}

describe("LedgerFile", () => {
  test("what it writes is read back whole", async () => {
    write([header, fullCall(), unknownRoute, end]);
    const { reading, entries } = await read();
    expect(entries).toEqual([fullCall(), unknownRoute]);
    expect(reading).toEqual({ header, end, calls: 1, spans: 0, damaged: [], damagedCount: 0, whole: true });
  });

  test("the spans of a replay are written together, and counted against the end line", async () => {
    const file = LedgerFile.create(path);
    file.append({ ...header, source: "replay" });
    file.appendAll([span, { ...span, spanId: "0000000000000002" }]);
    file.append({ ...endWithSpans, spans: 2 });
    file.close();
    const { reading, entries } = await read();
    expect([reading.spans, reading.whole, entries.length]).toEqual([2, true, 2]);
    writeFileSync(path, readFileSync(path, "utf8").replace(`${JSON.stringify(span)}\n`, ""));
    expect((await read()).reading.whole).toBe(false);
  });

  test("each line is in the file when append returns", () => {
    const file = LedgerFile.create(path);
    file.append(header);
    expect(readFileSync(path, "utf8")).toBe(`${JSON.stringify(header)}\n`);
    file.append(fullCall());
    expect(readFileSync(path, "utf8").split("\n")).toHaveLength(3);
    file.close();
  });

  test("only its owner may read the file, even one that was there", () => {
    writeFileSync(path, "", { mode: 0o644 });
    write([header]);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  test("the ledger of an earlier run gives way", async () => {
    write([header, fullCall(), end]);
    write([header, { ...end, calls: 0 }]);
    expect((await read()).reading.calls).toBe(0);
  });

  test("a file that holds something else stays as it is", () => {
    writeFileSync(path, "my notes\n");
    expect(() => LedgerFile.create(path)).toThrow(/ledger\.ndjson: expected a new file .*, got a file that holds/);
    expect(readFileSync(path, "utf8")).toBe("my notes\n");
  });

  test("a folder that is not there is told with its path", () => {
    expect(() => LedgerFile.create(join(folder, "no", "ledger"))).toThrow(/no\/ledger: expected a file .* ENOENT/);
  });
});

describe("readLedger", () => {
  test("tells a file without its end line", async () => {
    write([header, fullCall()]);
    const { reading } = await read();
    expect(reading).toMatchObject({ calls: 1, whole: false, damagedCount: 0 });
    expect(reading.end).toBeUndefined();
  });

  test("keeps what stands before a line that a kill tore", async () => {
    write([header, fullCall(), unknownRoute]);
    const text = readFileSync(path, "utf8");
    writeFileSync(path, text.slice(0, -20));
    const { reading, entries } = await read();
    expect(entries).toEqual([fullCall()]);
    expect(reading).toMatchObject({ whole: false, damagedCount: 1 });
    expect(reading.damaged).toEqual([
      { line: 3, expected: "a line of the ledger's JSON Schema", actual: "no JSON, torn at its end" },
    ]);
  });

  test("names damaged lines by number and reads on", async () => {
    const { outcome: _, ...without } = fullCall();
    const lines = [header, 5, { type: "cal" }, without, fullCall(), header, end, unknownRoute];
    writeFileSync(path, lines.map((line) => `${JSON.stringify(line)}\n`).join("") + "{oops}\n");
    const { reading, entries } = await read();
    expect(entries).toEqual([fullCall()]);
    expect(reading).toMatchObject({ calls: 1, whole: false, damagedCount: 6 });
    expect(reading.damaged.map(({ line, actual }) => `${line}: ${actual}`)).toEqual([
      "2: JSON whose type is missing",
      '3: JSON whose type is "cal"',
      "4: a line whose call must have required property 'outcome'",
      "6: another header",
      "8: a line of type unknown-route",
      "9: no JSON",
    ]);
  });

  test("counts calls against the end line", async () => {
    write([header, fullCall(), { ...end, calls: 2 }]);
    expect((await read()).reading).toMatchObject({ calls: 1, whole: false, damagedCount: 0 });
  });

  test("bounds what it keeps of damage", async () => {
    writeFileSync(path, `${JSON.stringify(header)}\n${"x\n".repeat(500)}${"y".repeat(3 << 20)}\n`);
    const { reading } = await read();
    expect(reading.damaged).toHaveLength(20);
    expect(reading.damagedCount).toBe(501);
  });

  test.each([
    ["an empty file", "", /line 1: expected the header of a ledger .* got an empty file/],
    ["another format", '{"resourceSpans":[]}\n', /whose first line is something else/],
    ["a large file of one line", "z".repeat(5 << 20), /whose first line is something else/],
    ["a later schema", '{"type":"ledger","schemaVersion":"2.0"}\n', /of schemaVersion 1\.0, got "2\.0"/],
    ["half a header", '{"type":"ledger","schemaVersion":"1.0"}\n', /must have required property 'source'/],
  ])("refuses %s", async (_name, content, message) => {
    writeFileSync(path, content);
    await expect(read()).rejects.toThrow(message);
  });

  test("refuses a file that is not there", async () => {
    await expect(read()).rejects.toThrow(/ledger\.ndjson: expected a ledger that can be read, got no such file/);
  });
});
