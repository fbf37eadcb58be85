import { connect, createServer, type AddressInfo } from "node:net";
import { describe, expect, test } from "vitest";
import type { Result } from "../../src/result/result.ts";
import { goodSpan, tracesJson } from "./otlp-samples.ts";
import { cli } from "./run-cli.ts";
import { startSinkCommand } from "./running-sink.ts";

function post(url: string): Promise<Response> {
  return fetch(`${url}/v1/traces`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: tracesJson(goodSpan),
  });
}

/** Asks without a word, as a request could get in before the signal does. */
function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}

describe("sink", () => {
  test.each(["SIGINT", "SIGTERM"] as const)("receives until %s, then judges", async (signal) => {
    const { child, end, httpUrl } = await startSinkCommand();
    expect((await post(httpUrl)).status).toBe(200);
    child.kill(signal);
    const run = await end;
    const result = JSON.parse(run.stdout) as Result;
    expect([run.code, result.verdict, result.run.mode, result.received.spans]).toEqual([0, "pass", "sink", 1]);
  });

  test.each(["SIGINT", "SIGTERM"] as const)(
    "lets a request under way finish after %s, and judges it too",
    async (signal) => {
      const { child, end, httpUrl } = await startSinkCommand();
      const body = tracesJson(goodSpan);
      const port = Number(new URL(httpUrl).port);
      const socket = connect(port, "127.0.0.1");
      let answer = "";
      const closed = new Promise((resolve) => socket.on("close", resolve));
      socket.on("data", (chunk) => (answer += chunk.toString()));
      socket.write(
        "POST /v1/traces HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n" +
          `content-length: ${body.length}\r\nexpect: 100-continue\r\n\r\n${body.slice(0, 50)}`,
      );
      // The answer to that tells that the request is under way.
      await expect.poll(() => answer, { timeout: 30_000 }).toBe("HTTP/1.1 100 Continue\r\n\r\n");
      child.kill(signal);
      // That it takes nothing new tells that the signal has come.
      await expect.poll(() => accepts(port), { timeout: 30_000 }).toBe(false);
      // A second one must not cost the verdict.
      child.kill(signal);
      socket.write(body.slice(50));
      await closed;
      expect(answer).toContain("\r\n\r\nHTTP/1.1 200");
      const run = await end;
      expect([run.code, (JSON.parse(run.stdout) as Result).received.spans]).toEqual([0, 1]);
    },
  );

  test("serves health, a report while it runs, and stop on the admin port", async () => {
    const { end, httpUrl, adminUrl } = await startSinkCommand(["--admin-port", "0"]);
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

  test.each(["--http-port", "--grpc-port", "--admin-port"])(
    "a busy %s is exit 2 and says what to do",
    async (option) => {
      const server = createServer().listen(0, "127.0.0.1");
      await new Promise((resolve) => server.once("listening", resolve));
      const { port } = server.address() as AddressInfo;
      const free = ["--http-port", "--grpc-port"].filter((other) => other !== option).flatMap((other) => [other, "0"]);
      const run = await cli(["sink", ...free, option, String(port)]);
      server.close();
      expect([run.code, run.stdout]).toEqual([2, ""]);
      expect(run.stderr).toContain(`error: 127.0.0.1:${port}`);
      expect(run.stderr).toContain(option);
      expect(run.stderr).not.toContain("bug");
    },
  );
});
