import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { goodSpan, tracesJson } from "./cli/otlp-samples.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
let folder = "";
let listing: readonly string[] = [];

/** The package as npm would publish it, installed in a folder of its own with its dependencies beside it. */
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "genai-testkit-package-"));
  execFileSync("npm", ["run", "build"], { cwd: root, stdio: "pipe" });
  execFileSync("npm", ["pack", "--pack-destination", folder], { cwd: root, stdio: "pipe" });
  const tarball = readdirSync(folder).find((name) => name.endsWith(".tgz"));
  if (tarball === undefined) throw new Error("npm pack made no tarball");
  listing = execFileSync("tar", ["tzf", join(folder, tarball)], { encoding: "utf8" })
    .trimEnd()
    .split("\n");
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "elsewhere", private: true, type: "module" }));
  execFileSync("npm", ["install", "--no-audit", "--no-fund", "--ignore-scripts", join(folder, tarball)], {
    cwd: folder,
    stdio: "pipe",
  });
});
afterAll(() => rmSync(folder, { recursive: true }));

describe("the published package", () => {
  test("runs both bins outside the checkout, reports included", () => {
    const input = tracesJson(goodSpan);
    for (const bin of ["otel-genai-testkit", "genai-testkit"]) {
      const run = spawnSync(
        join(folder, "node_modules", ".bin", bin),
        ["check", "-", "--semconv", "1.41.1", "--out", "out"],
        {
          cwd: folder,
          input,
          encoding: "utf8",
          env: { ...process.env, PATH: `${dirname(process.execPath)}:${process.env["PATH"]}` },
        },
      );
      expect([run.status, run.stdout.includes("PASS")]).toEqual([0, true]);
      expect(existsSync(join(folder, "out", "report.html"))).toBe(true);
    }
  });

  test("brings its scenarios, the broken ones too", () => {
    const main = join("node_modules", "otel-genai-testkit", "dist", "cli", "main.js");
    for (const name of ["rag/query", "broken/span-kind/chat-of-a-server"]) {
      const run = spawnSync(process.execPath, [main, "generate", name, "--traces", "2"], {
        cwd: folder,
        encoding: "utf8",
      });
      expect([run.status, run.stdout.startsWith('{"resourceSpans":')]).toEqual([0, true]);
    }
  });

  test("gives the library and its schema to importers", () => {
    const program = join(folder, "use.mjs");
    writeFileSync(
      program,
      `import { Checker, decodeJson, listVersions } from "otel-genai-testkit";
       import schema from "otel-genai-testkit/schema/result.schema.json" with { type: "json" };
       const checker = new Checker(["1.41.1"]);
       checker.accept(decodeJson("traces", process.argv[2]));
       console.log(JSON.stringify({ spans: checker.summary().spans, versions: listVersions().length, schema: schema.$id }));`,
    );
    const out = execFileSync(process.execPath, [program, tracesJson(goodSpan)], { cwd: folder, encoding: "utf8" });
    expect(JSON.parse(out)).toEqual({
      spans: 1,
      versions: 21,
      schema: "https://otel-genai-testkit.dev/schema/result-1.0.schema.json",
    });
  });

  test("gives the fake providers to importers, with msw where that is installed", () => {
    symlinkSync(join(root, "node_modules", "msw"), join(folder, "node_modules", "msw"));
    const program = join(folder, "use-provider.mjs");
    writeFileSync(
      program,
      `import { startProvider } from "otel-genai-testkit";
       import { loadScript, providerHandlers } from "otel-genai-testkit/provider";
       import ledger from "otel-genai-testkit/schema/ledger.schema.json" with { type: "json" };
       import script from "otel-genai-testkit/schema/provider-script.schema.json" with { type: "json" };
       import { writeFileSync } from "node:fs";
       writeFileSync("script.yaml", "conversations: [{ turns: [{ text: Hello. }] }]");
       const provider = await startProvider({ ledger: "calls.ndjson", script: loadScript("script.yaml").script });
       const body = JSON.stringify({ model: "m", input: "x" });
       const reply = await (await fetch(provider.url + "/v1/responses", { method: "POST", body })).json();
       await provider.stop();
       console.log(reply.output[0].content[0].text, providerHandlers().handlers.length, ledger.title !== script.title);`,
    );
    const out = execFileSync(process.execPath, [program], { cwd: folder, encoding: "utf8" });
    expect(out).toBe("Hello. 3 true\n");
  });

  test("has the services of a live replay, where the SDK is installed", () => {
    const main = join("node_modules", "otel-genai-testkit", "dist", "cli", "main.js");
    const args = ["replay", "rag/query", "--to", "http://127.0.0.1:9", "--protocol", "http/json", "--driver", "live"];
    const fast = ["--speed", "1000", "--traces", "2", "--timeout", "1s", "--json"];
    const run = (): { readonly status: number | null; readonly stdout: string; readonly stderr: string } =>
      spawnSync(process.execPath, [main, ...args, ...fast], { cwd: folder, encoding: "utf8" });
    const without = run();
    expect([without.status, without.stderr]).toEqual([2, expect.stringContaining("npm i @opentelemetry/api@1.9")]);
    symlinkSync(join(root, "node_modules", "@opentelemetry"), join(folder, "node_modules", "@opentelemetry"));
    // Nobody listens there: the services do what they are there for all the same.
    const { live } = JSON.parse(run().stdout) as { live: { calls: { answered: number }; deviations: number } };
    expect([live.calls.answered > 0, live.deviations]).toEqual([true, 0]);
  });

  test("holds what it needs and nothing else", () => {
    const folders = new Set(listing.map((path) => path.split("/")[1] ?? ""));
    expect([...folders].toSorted()).toEqual([
      "LICENSE",
      "NOTICE",
      "README.md",
      "dist",
      "package.json",
      "scenarios",
      "specs",
    ]);
    expect(listing.filter((path) => path.endsWith(".ts") && !path.endsWith(".d.ts"))).toEqual([]);
  });

  test("publint finds nothing wrong", async () => {
    const { publint } = await import("publint");
    const { messages } = await publint({ pkgDir: root, level: "warning", strict: true });
    expect(messages).toEqual([]);
  });
});

describe("package-lock.json", () => {
  test("names no host", () => {
    expect(readFileSync(join(root, "package-lock.json"), "utf8")).not.toMatch(/"resolved": "http/);
  });
});
