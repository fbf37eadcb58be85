import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { childEnvironment } from "../../src/cli/child-environment.ts";
import type { Result } from "../../src/result/result.ts";
import { goodSpan, tracesJson } from "./otlp-samples.ts";
import { cli, endOf, startCli } from "./run-cli.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "genai-testkit-command-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A program that posts a request to the endpoint it finds in its environment, then does something else. */
function program(name: string, after: string): string {
  const path = join(folder, name);
  writeFileSync(
    path,
    `const body = ${JSON.stringify(tracesJson(goodSpan))};
     const url = process.env.OTEL_EXPORTER_OTLP_ENDPOINT + "/v1/traces";
     const response = await fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body });
     if (!response.ok) throw new Error("refused: " + response.status);
     ${after}`,
  );
  return path;
}

const check = ["check", "--semconv", "1.41.1", "--json", "--"];

describe("check -- <command>", () => {
  test("runs the command against the sink, judges, and keeps the command's output off standard output", async () => {
    const run = await cli([...check, "node", program("good.mjs", 'console.log("hello from the app");')]);
    const result = JSON.parse(run.stdout) as Result;
    expect([run.code, result.verdict, result.received.spans]).toEqual([0, "pass", 1]);
    expect(result.run.command).toEqual({ argv: ["node", join(folder, "good.mjs")], exitCode: 0, signal: null });
    expect(run.stderr).toContain("hello from the app");
  });

  test("waits for what a process left behind still sends", async () => {
    // The parent ends as soon as the one left behind is ready to send, so that only the sending is waited for.
    const late = join(folder, "late.mjs");
    writeFileSync(
      late,
      `process.send("ready"); process.disconnect(); await import(${JSON.stringify(program("sends.mjs", ""))});`,
    );
    const path = join(folder, "parent.mjs");
    writeFileSync(
      path,
      `import { fork } from "node:child_process";
       const child = fork(${JSON.stringify(late)}, { detached: true, stdio: "ignore" });
       child.once("message", () => process.exit(0));`,
    );
    const run = await cli([...check, "node", path]);
    expect((JSON.parse(run.stdout) as Result).received.spans).toBe(1);
  });

  test("a command's own failure gives exit 1 and stands in the Result; what it sent is judged", async () => {
    const run = await cli([...check, "node", program("fails.mjs", "process.exit(7);")]);
    const result = JSON.parse(run.stdout) as Result;
    expect([run.code, result.verdict, result.received.spans]).toEqual([1, "pass", 1]);
    expect(result.run.command?.exitCode).toBe(7);
    expect(result.reasons.map((reason) => reason.code)).toContain("command-failed");
  });

  test("a command that is killed: its signal stands in the Result", async () => {
    const run = await cli([
      ...check,
      "node",
      program("dies.mjs", 'process.kill(process.pid, "SIGKILL"); await new Promise(() => {});'),
    ]);
    const result = JSON.parse(run.stdout) as Result;
    expect(run.code).toBe(1);
    expect(result.run.command).toMatchObject({ exitCode: null, signal: "SIGKILL" });
    expect(result.received.spans).toBe(1);
  });

  test("a command that sends nothing is inconclusive, with the likely causes", async () => {
    const run = await cli([...check, "node", "-e", "0"]);
    const result = JSON.parse(run.stdout) as Result;
    expect([run.code, result.verdict, result.reasons[0]?.code]).toEqual([1, "inconclusive", "nothing-received"]);
    expect(result.reasons[0]?.message).toContain("flushed");
  });

  test("a request that the sink refuses makes the run inconclusive and is told", async () => {
    const path = join(folder, "refused.mjs");
    writeFileSync(
      path,
      `await fetch(process.env.OTEL_EXPORTER_OTLP_ENDPOINT + "/v1/traces", { method: "POST", headers: { "content-type": "application/json" }, body: "{oops" });`,
    );
    const run = await cli([...check, "node", path]);
    const result = JSON.parse(run.stdout) as Result;
    expect([run.code, result.verdict, result.received.refused]).toEqual([1, "inconclusive", 1]);
    expect(result.reasons[0]?.code).toBe("request-refused");
    expect(result.problems).toHaveLength(1);
  });

  test("a command that cannot start is exit 2 with its name", async () => {
    const run = await cli([...check, "no-such-program-anywhere"]);
    expect(run.code).toBe(2);
    expect(run.stderr).toContain('cannot start the command "no-such-program-anywhere"');
  });

  test("the command's own -- and options are its own", async () => {
    const run = await cli([
      ...check,
      "node",
      "-e",
      "console.error(process.argv.slice(1).join('|'))",
      "--",
      "--json",
      "--semconv",
    ]);
    expect(run.stderr).toContain("--json|--semconv");
  });

  test("Ctrl-C reaches the command, and what it had sent is still judged", async () => {
    const child = startCli([
      ...check,
      "node",
      program("waits.mjs", 'console.error("ready"); setInterval(() => {}, 1000);'),
    ]);
    const end = endOf(child);
    await new Promise<void>((resolve) =>
      child.stderr?.on("data", (chunk: Buffer) => chunk.includes("ready") && resolve()),
    );
    child.kill("SIGINT");
    const run = await end;
    const result = JSON.parse(run.stdout) as Result;
    expect(run.code).toBe(1);
    expect(result.received.spans).toBe(1);
    expect(result.run.command?.signal).toBe("SIGINT");
  });
});

describe("childEnvironment", () => {
  test("clears what would win over the endpoint, and keeps the rest", () => {
    const environment = childEnvironment(
      {
        PATH: "/bin",
        OTEL_SERVICE_NAME: "svc",
        OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "http://elsewhere:4317",
        OTEL_EXPORTER_OTLP_METRICS_PROTOCOL: "grpc",
        OTEL_EXPORTER_OTLP_HEADERS: "api-key=secret",
        OTEL_EXPORTER_OTLP_LOGS_HEADERS: "api-key=secret",
        OTEL_EXPORTER_OTLP_CERTIFICATE: "/ca.pem",
        OTEL_SDK_DISABLED: "true",
        OTEL_TRACES_EXPORTER: "console",
        no_proxy: "internal",
      },
      "http://127.0.0.1:1234",
    );
    expect(environment).toEqual({
      PATH: "/bin",
      OTEL_SERVICE_NAME: "svc",
      OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:1234",
      OTEL_EXPORTER_OTLP_PROTOCOL: "http/protobuf",
      OTEL_EXPORTER_OTLP_INSECURE: "true",
      OTEL_TRACES_EXPORTER: "otlp",
      OTEL_METRICS_EXPORTER: "otlp",
      OTEL_LOGS_EXPORTER: "otlp",
      NO_PROXY: "127.0.0.1,localhost",
      no_proxy: "internal,127.0.0.1,localhost",
    });
  });

  test("keeps a protocol that was chosen", () => {
    expect(childEnvironment({ OTEL_EXPORTER_OTLP_PROTOCOL: "grpc" }, "x")["OTEL_EXPORTER_OTLP_PROTOCOL"]).toBe("grpc");
  });
});

describe("one Node", () => {
  test("npm scripts are guarded against a Node that is too old", () => {
    const guard = new URL("../tools/require-node.mjs", import.meta.url).pathname;
    expect(spawnSync(process.execPath, [guard]).status).toBe(0);
    const old = `Object.defineProperty(process, "versions", { value: { node: "20.20.2" } }); await import(${JSON.stringify(guard)});`;
    const run = spawnSync(process.execPath, ["--input-type=module", "-e", old], { encoding: "utf8" });
    expect(run.status).toBe(2);
    expect(run.stderr).toContain("needs Node >= 22.18");
  });
});
