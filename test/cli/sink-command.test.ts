import type { ChildProcess } from "node:child_process";
import { createServer, type AddressInfo } from "node:net";
import { describe, expect, test } from "vitest";
import type { Result } from "../../src/result/result.ts";
import { goodSpan, tracesJson } from "./otlp-samples.ts";
import { cli, endOf, startCli, type CliRun } from "./run-cli.ts";

interface RunningSink {
  readonly child: ChildProcess;
  readonly end: Promise<CliRun>;
  readonly httpUrl: string;
  readonly adminUrl: string | undefined;
}

async function sink(...args: string[]): Promise<RunningSink> {
  const child = startCli(["sink", "--grpc-port", "0", "--http-port", "0", "--semconv", "1.41.1", "--json", ...args]);
  const end = endOf(child);
  let said = "";
  await new Promise<void>((resolve, reject) => {
    child.stderr?.on("data", (chunk: Buffer) => {
      said += chunk.toString();
      if (said.includes("Stop with")) resolve();
    });
    child.once("close", () => reject(new Error(`the sink ended: ${said}`)));
  });
  const url = (what: string): string | undefined => new RegExp(`${what} on (http://[^,\\s]+)`).exec(said)?.[1];
  return { child, end, httpUrl: url("OTLP/HTTP") ?? "", adminUrl: url("admin") };
}

function post(url: string): Promise<Response> {
  return fetch(`${url}/v1/traces`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: tracesJson(goodSpan),
  });
}

describe("sink", () => {
  test.each(["SIGINT", "SIGTERM"] as const)("receives until %s, then judges", async (signal) => {
    const { child, end, httpUrl } = await sink();
    expect((await post(httpUrl)).status).toBe(200);
    child.kill(signal);
    const run = await end;
    const result = JSON.parse(run.stdout) as Result;
    expect([run.code, result.verdict, result.run.mode, result.received.spans]).toEqual([0, "pass", "sink", 1]);
  });

  test("serves health, a report while it runs, and stop on the admin port", async () => {
    const { end, httpUrl, adminUrl } = await sink("--admin-port", "0");
    expect((await fetch(`${adminUrl}/health`)).status).toBe(200);
    await post(httpUrl);
    const report = (await (await fetch(`${adminUrl}/report`)).json()) as Result;
    expect(report.received.spans).toBe(1);
    await post(httpUrl);
    expect((await fetch(`${adminUrl}/stop`, { method: "POST" })).ok).toBe(true);
    const run = await end;
    expect((JSON.parse(run.stdout) as Result).received.spans).toBe(2);
    expect(run.code).toBe(0);
  });

  test("a busy port is exit 2 and says which and what to do", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    const { port } = server.address() as AddressInfo;
    const run = await cli(["sink", "--http-port", String(port), "--grpc-port", "0"]);
    server.close();
    expect(run.code).toBe(2);
    expect(run.stderr).toContain(String(port));
    expect(run.stderr).toContain("--http-port");
  });
});
