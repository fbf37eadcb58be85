import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Result } from "../../src/result/result.ts";
import { goodSpan, tracesJson, tracesProtobuf } from "./otlp-samples.ts";
import { cli } from "./run-cli.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "genai-testkit-cli-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

const { "gen_ai.provider.name": _, ...withoutProvider } = goodSpan;
const pin = ["--semconv", "1.41.1"];

describe("check <files>", () => {
  test("exits 0 with a pass on a conforming span, in every form it may come in", async () => {
    const json = tracesJson(goodSpan);
    const message = tracesProtobuf(goodSpan);
    const length = Buffer.alloc(4);
    length.writeUInt32BE(message.length);
    const files = [
      file("one.json", JSON.stringify(JSON.parse(json), null, 2)),
      file("lines.ndjson", `${json}\n${json}\n`),
      file("lines.ndjson.gz", gzipSync(`${json}\n`)),
      file("lines.ndjson.zst", zstdCompressSync(Buffer.from(`${json}\n`))),
      file("one.binpb", message),
      file("records.binpb", Buffer.concat([length, message, length, message])),
    ];
    const run = await cli(["check", ...files, ...pin, "--json"]);
    const result = JSON.parse(run.stdout) as Result;
    expect(result.problems).toEqual([]);
    expect(result.received.spans).toBe(8);
    expect(result.findings.filter((finding) => finding.level === "violation")).toEqual([]);
    expect([run.code, result.verdict]).toEqual([0, "pass"]);
  });

  test("exits 1 on a violation and says what, where and what to do", async () => {
    const run = await cli(["check", file("bad.json", tracesJson(withoutProvider)), ...pin]);
    expect(run.code).toBe(1);
    expect(run.stdout).toMatch(/FAIL/);
    expect(run.stdout).toContain("gen_ai.provider.name");
    expect(run.stdout).toContain("required-attribute-missing");
  });

  test("--fail-on moves the gate", async () => {
    const bad = file("bad.json", tracesJson(withoutProvider));
    const improvable = file("improvable.json", tracesJson({ ...goodSpan, "gen_ai.made_up": "x" }));
    expect((await cli(["check", bad, ...pin, "--fail-on", "never"])).code).toBe(0);
    expect((await cli(["check", improvable, ...pin])).code).toBe(0);
    expect((await cli(["check", improvable, ...pin, "--fail-on", "improvement"])).code).toBe(1);
  });

  test("reads standard input", async () => {
    const run = await cli(["check", "-", ...pin, "--json"], { input: tracesJson(goodSpan) });
    expect((JSON.parse(run.stdout) as Result).received.spans).toBe(1);
    expect(run.code).toBe(0);
  });

  test("judges each pinned version on its own, the worst on top; without a pin the newest stable, and says so", async () => {
    const both = await cli(["check", file("new.json", tracesJson(goodSpan)), "--semconv", "1.36.0", ...pin, "--json"]);
    const result = JSON.parse(both.stdout) as Result;
    expect(result.versions.map(({ semconv, verdict }) => [semconv, verdict])).toEqual([
      ["1.36.0", "fail"],
      ["1.41.1", "pass"],
    ]);
    expect([result.verdict, both.code]).toEqual(["fail", 1]);
    const none = await cli(["check", file("new.json", tracesJson(goodSpan)), "--json"]);
    expect((JSON.parse(none.stdout) as Result).semconv).toEqual({ pins: ["genai-2026-08-03"], chosenBy: "default" });
    expect(none.stderr).toContain("genai-2026-08-03");
  });

  test("a moved version is judged as the one whose facts it has, with a notice", async () => {
    const run = await cli(["check", file("good.json", tracesJson(goodSpan)), "--semconv", "1.44.0", "--json"]);
    expect((JSON.parse(run.stdout) as Result).semconv.pins).toEqual(["1.41.1"]);
    expect(run.stderr).toContain("moved");
  });

  test("--out writes JSON and HTML, --save keeps the input, readable by nobody else and by check again", async () => {
    const out = join(folder, "out", "deep");
    const saved = join(folder, "saved.ndjson");
    const run = await cli(["check", file("good.json", tracesJson(goodSpan)), ...pin, "--out", out, "--save", saved]);
    expect(run.code).toBe(0);
    expect((JSON.parse(readFileSync(join(out, "result.json"), "utf8")) as Result).verdict).toBe("pass");
    expect(readFileSync(join(out, "report.html"), "utf8")).toContain("<!doctype html>");
    expect(statSync(saved).mode & 0o777).toBe(0o600);
    const again = await cli(["check", saved, ...pin, "--json"]);
    expect((JSON.parse(again.stdout) as Result).received.spans).toBe(1);
  });
});

describe("check <files>, bad input", () => {
  test.each([
    ["a truncated protobuf", "cut.binpb", tracesProtobuf(goodSpan).subarray(0, 60)],
    ["JSON that is not OTLP", "other.json", '{"hello": "world"}'],
    ["text", "text.txt", "hello"],
    ["an empty file", "empty.json", ""],
  ])("%s is inconclusive, exit 1, with the file's name", async (_what, name, content) => {
    const path = file(name, content);
    const run = await cli(["check", path, ...pin, "--json"]);
    const result = JSON.parse(run.stdout) as Result;
    expect([run.code, result.verdict]).toEqual([1, "inconclusive"]);
    expect(result.reasons[0]?.fix).not.toBe("");
    if (content.length > 0) expect(result.problems[0]?.where).toContain(path);
  });

  test("what came before the damage is judged and reported", async () => {
    const good = tracesJson(withoutProvider);
    const path = file("torn.ndjson", `${good}\n${good.slice(0, 200)}`);
    const run = await cli(["check", path, ...pin, "--json"]);
    const result = JSON.parse(run.stdout) as Result;
    expect(result.received.spans).toBe(1);
    expect(result.verdict).toBe("fail");
    expect(result.reasons.map((reason) => reason.code)).toEqual(["findings", "input-damaged"]);
    expect(result.problems[0]?.where).toMatch(/torn\.ndjson.*line 2/);
  });

  test("an unwritable --out still prints the verdict, and exits 2", async () => {
    const blocker = file("a-file", "");
    const run = await cli([
      "check",
      file("bad.json", tracesJson(withoutProvider)),
      ...pin,
      "--out",
      join(blocker, "out"),
    ]);
    expect(run.code).toBe(2);
    expect(run.stdout).toMatch(/FAIL/);
    expect(run.stderr).toContain(join(blocker, "out"));
  });

  test.runIf(existsSync("/dev/full"))("a full disk under --save loses no verdict, and exits 2", async () => {
    const run = await cli(["check", file("good.json", tracesJson(goodSpan)), ...pin, "--save", "/dev/full"]);
    expect(run.stdout).toMatch(/PASS/);
    expect(run.stderr).toMatch(/--save \/dev\/full: .*ENOSPC/);
    expect(run.code).toBe(2);
  });

  test("--save into the input itself is refused, and leaves it as it was", async () => {
    const path = file("itself.ndjson", `${tracesJson(goodSpan)}\n`);
    const before = readFileSync(path, "utf8");
    const run = await cli(["check", path, ...pin, "--save", join(folder, ".", "itself.ndjson")]);
    expect([run.code, run.stdout]).toEqual([2, ""]);
    expect(run.stderr).toMatch(/--save .*another file than the input/);
    expect(readFileSync(path, "utf8")).toBe(before);
  });

  test.each([
    [["check", "no-such-file.json"], /no such file: no-such-file\.json/],
    [["check"], /nothing to check/],
    [["check", "-", "--semconv", "1.411"], /unknown version "1\.411"; did you mean 1\.41\.1/],
    [["check", "-", "--fail-on", "violations"], /did you mean violation/],
    [["check", "-", "--reporter", "htlm"], /did you mean html/],
    [["check", "-", "--reporter", "json", "--reporter", "terminal"], /standard output/],
    [["check", "-", "--semvonc", "1.41.1"], /Did you mean --semconv/],
    [["chek"], /Did you mean check/],
    [["check", "a.json", "--", "true"], /both files \(a\.json\) and a command/],
    [["check", "--"], /command is empty/],
    [["check", "-", "--save", "/no/such/folder/x"], /--save/],
    [["explain", "span-kidn"], /did you mean span-kind/],
    [["sink", "--grpc-port", "70000"], /--grpc-port: expected a port/],
  ])("%j is wrong usage: exit 2, one clear message, nothing on standard output", async (args, message) => {
    const run = await cli(args);
    expect(run.stderr).toMatch(message);
    expect(run.stderr).not.toMatch(/ at .*\.ts:\d+/);
    expect([run.code, run.stdout]).toEqual([2, ""]);
  });
});

describe("help", () => {
  test("fits, and ends with examples and exit codes", async () => {
    for (const args of [["--help"], ["check", "--help"], ["sink", "--help"]]) {
      const run = await cli(args);
      expect(run.code).toBe(0);
      const lines = run.stdout.trimEnd().split("\n");
      expect(lines.length).toBeLessThanOrEqual(60);
      expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(100);
      expect(run.stdout).toContain("Examples:");
      expect(run.stdout).toContain("Exit codes:");
    }
  });

  test("is also what `help` prints", async () => {
    const asked = await Promise.all([cli(["help", "check"]), cli(["check", "--help"])]);
    expect(asked[0]).toEqual(asked[1]);
  });

  test("every rule has a page in explain", async () => {
    const list = await cli(["explain"]);
    const ids = list.stdout
      .trimEnd()
      .split("\n")
      .map((line) => line.split(" ")[0] ?? "");
    expect(ids.length).toBeGreaterThan(10);
    const page = await cli(["explain", ids[0] ?? ""]);
    expect(page.stdout).toContain("https://");
    expect(page.code).toBe(0);
  });
});
