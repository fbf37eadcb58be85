import { Agent, request } from "node:http";
import { connect, type Socket } from "node:net";
import { expect, test } from "vitest";
import type { Result } from "../../src/result/result.ts";
import { goodSpan, tracesJson } from "./otlp-samples.ts";
import { startSinkCommand } from "./running-sink.ts";

function post(url: string, agent: Agent): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const headers = { "content-type": "application/json" };
    const sent = request(`${url}/v1/traces`, { method: "POST", headers, agent }, (response) => {
      response.resume();
      response.once("end", () => resolve(response.statusCode));
    });
    sent.once("error", reject);
    sent.end(tracesJson(goodSpan));
  });
}

function open(url: string | undefined): Promise<Socket> {
  return new Promise((resolve) => {
    const socket = connect(Number(new URL(url ?? "").port), "127.0.0.1");
    socket.on("error", () => undefined);
    socket.once("connect", () => resolve(socket));
    socket.once("close", () => resolve(socket));
  });
}

test("a sink that may open 64 files goes on, and connections that it had to close make the run inconclusive", async () => {
  const sink = await startSinkCommand(["--admin-port", "0"], { maxOpenFiles: 64 });
  const agent = new Agent({ keepAlive: true });
  expect(await post(sink.httpUrl, agent)).toBe(200);
  const urls = [sink.httpUrl, sink.grpcUrl, sink.adminUrl];
  const sockets = await Promise.all(Array.from({ length: 200 }, (_, index) => open(urls[index % urls.length])));
  expect(await post(sink.httpUrl, agent)).toBe(200);
  for (const socket of sockets) socket.destroy();
  await expect.poll(() => post(sink.httpUrl, new Agent()).catch(() => 0), { timeout: 30_000 }).toBe(200);
  agent.destroy();
  sink.child.kill("SIGTERM");
  const run = await sink.end;
  const result = JSON.parse(run.stdout) as Result;
  expect([run.code, result.verdict, result.received.spans]).toEqual([1, "inconclusive", 3]);
  expect(result.problems.map(({ fix }) => fix)).toContainEqual(expect.stringContaining("ulimit -n"));
});
