import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { Agent, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readTelemetryFile } from "../../src/otlp/read-telemetry.ts";
import type { Result } from "../../src/result/result.ts";
import { protobufOf, spanJson, tracesJson } from "../otlp/sample-requests.ts";
import { exportByGrpc } from "../sink/grpc-export.ts";
import { Random } from "../torture/random.ts";
import { cli } from "./run-cli.ts";
import { startSinkCommand, type RunningSink } from "./running-sink.ts";

const ROUNDS = 4;
const CONNECTIONS = 4;

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "genai-testkit-saved-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** The names of the spans in a file of --save, and how many places in it could not be read. */
async function readBack(file: string): Promise<{ names: string[]; problems: number }> {
  const names: string[] = [];
  let problems = 0;
  for await (const item of readTelemetryFile(file)) {
    if ("problem" in item) problems++;
    else if (item.request.signal === "traces") item.request.forEachSpan((span) => names.push(span.name));
  }
  return { names, problems };
}

interface Sent {
  readonly names: readonly string[];
  readonly body: Buffer;
}

function requestOf(name: string, random: Random): Sent {
  // Large ones are written in several pieces, and now and then a kill comes between two.
  const [spans, padding] = random.chance(40) ? [20, 20_000 + random.nat(80_000)] : [1, random.nat(5000)];
  const names = Array.from({ length: spans }, (_, index) => `${name} span ${index}`);
  return { names, body: protobufOf(tracesJson(names.map((each, index) => spanJson(index, { name: each, padding })))) };
}

function postOn(agent: Agent, url: string, body: Buffer): Promise<boolean> {
  return new Promise((resolve) => {
    const sent = request(`${url}/v1/traces`, {
      agent,
      method: "POST",
      headers: { "content-type": "application/x-protobuf", "content-length": body.length },
    });
    sent.on("response", (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    sent.on("error", () => resolve(false));
    sent.end(body);
  });
}

/** Sends one request after the other until the sink is gone; tells what was acknowledged. */
async function sendUntilDead(sink: RunningSink, name: string, random: Random, acknowledged: string[]): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const overGrpc = random.chance(50);
  for (let index = 0; ; index++) {
    const { names, body } = requestOf(`${name} request ${index}`, random);
    const answered = overGrpc
      ? (await exportByGrpc({ url: sink.grpcUrl, body })).code === 0
      : await postOn(agent, sink.httpUrl, body);
    if (!answered) break;
    acknowledged.push(...names);
  }
  agent.destroy();
}

describe("a sink that is killed", () => {
  test("has everything it acknowledged in its file, which the next one continues", async () => {
    const seed = Math.floor(Math.random() * 2 ** 31);
    // Whoever sees this fail needs it.
    console.log(`seed of the kills: ${seed}`);
    const file = join(folder, "killed.ndjson");
    const acknowledged: string[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const random = new Random(seed + round);
      const sink = await startSinkCommand(["--save", file]);
      const senders = Array.from({ length: CONNECTIONS }, (_, connection) =>
        sendUntilDead(sink, `round ${round} connection ${connection}`, new Random(random.nat(2 ** 31)), acknowledged),
      );
      const before = acknowledged.length;
      await expect.poll(() => acknowledged.length - before, { timeout: 20_000 }).toBeGreaterThan(random.nat(40));
      await sleep(random.nat(20));
      sink.child.kill("SIGKILL");
      await Promise.all([...senders, sink.end]);
      const { names, problems } = await readBack(file);
      const saved = new Set(names);
      expect(acknowledged.filter((name) => !saved.has(name))).toEqual([]);
      expect(saved.size).toBe(names.length);
      // One torn line a kill at most.
      expect(problems).toBeLessThanOrEqual(round + 1);
    }
    expect(acknowledged.length).toBeGreaterThan(ROUNDS);
  });

  test("leaves a torn line at most: check reports it and judges the rest, before and after the file is continued", async () => {
    const file = join(folder, "torn.ndjson");
    const send = async (args: readonly string[]): Promise<void> => {
      const sink = await startSinkCommand(args);
      const agent = new Agent();
      for (let index = 0; index < 3; index++)
        expect(await postOn(agent, sink.httpUrl, requestOf(`${index}`, new Random(1)).body)).toBe(true);
      sink.child.kill("SIGTERM");
      await sink.end;
    };
    const check = async (): Promise<Result> =>
      JSON.parse((await cli(["check", "--json", "--semconv", "1.41.1", "--fail-on", "never", file])).stdout) as Result;
    await send(["--save", file]);
    const whole = readFileSync(file);
    writeFileSync(file, whole.subarray(0, whole.length - 20));
    const torn = await check();
    expect([torn.verdict, torn.received.spans]).toEqual(["inconclusive", 2]);
    expect(torn.reasons[0]?.code).toBe("input-damaged");
    expect(torn.problems).toMatchObject([{ where: expect.stringMatching(/torn\.ndjson.*line 3/), count: 1 }]);
    await send(["--save", file]);
    const continued = await check();
    expect([continued.verdict, continued.received.spans]).toEqual(["inconclusive", 5]);
    expect(continued.problems).toMatchObject([{ where: expect.stringMatching(/line 3/), count: 1 }]);
  });
});

describe("a file that cannot take more", () => {
  test.runIf(existsSync("/dev/full"))(
    "nothing is acknowledged when nothing can be written, and the run is inconclusive",
    async () => {
      const sink = await startSinkCommand(["--save", "/dev/full"]);
      const { body } = requestOf("lost", new Random(1));
      const reply = await fetch(`${sink.httpUrl}/v1/traces`, {
        method: "POST",
        headers: { "content-type": "application/x-protobuf" },
        body: new Uint8Array(body),
      });
      expect([reply.status, reply.headers.get("retry-after")]).toEqual([503, "5"]);
      expect((await exportByGrpc({ url: sink.grpcUrl, body })).code).toBe(14);
      sink.child.kill("SIGTERM");
      const run = await sink.end;
      const result = JSON.parse(run.stdout) as Result;
      expect([run.code, result.verdict, result.received.spans, result.received.refused]).toEqual([
        1,
        "inconclusive",
        0,
        2,
      ]);
      expect(result.problems[0]?.actual).toMatch(/ENOSPC/);
    },
  );

  test("what was acknowledged before it was full is in it", async () => {
    const file = join(folder, "full.ndjson");
    const sink = await startSinkCommand(["--save", file, "--fail-on", "never"], { maxFileBlocks: 20_000 });
    const agent = new Agent({ keepAlive: true });
    const acknowledged: string[] = [];
    let refused = 0;
    for (let index = 0; refused < 5 && index < 400; index++) {
      const { names, body } = requestOf(`${index}`, new Random(index));
      if (await postOn(agent, sink.httpUrl, body)) acknowledged.push(...names);
      else refused++;
    }
    agent.destroy();
    sink.child.kill("SIGTERM");
    const result = JSON.parse((await sink.end).stdout) as Result;
    expect(refused).toBe(5);
    expect([result.verdict, result.received.refused]).toEqual(["inconclusive", refused]);
    // The first part of a large request may be in the file, and judged, when its rest found no room.
    const { names } = await readBack(file);
    const saved = new Set(names);
    expect(acknowledged.filter((name) => !saved.has(name))).toEqual([]);
    expect(result.received.spans).toBe(names.length);
  });
});
