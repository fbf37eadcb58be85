import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Result } from "../../src/result/result.ts";
import type { Service } from "./healthy-service.ts";
import { scenarios } from "./hostile-clients.ts";
import { peakMb, resetPeak, startSinkProcess, type SinkProcess } from "./sink-process.ts";

const mostMb = 512;

const hasProc = existsSync("/proc/self/status");
if (!hasProc) console.warn("not tested here: how much memory the sink takes, as this system has no /proc to tell it");

describe.runIf(hasProc)("one sink through everything that hostile clients send", () => {
  const folder = mkdtempSync(join(tmpdir(), "bounds-"));
  let sink: SinkProcess;
  let service: ChildProcess;
  let healthySpans = 0;

  beforeAll(async () => {
    sink = await startSinkProcess(folder);
    service = fork(join(import.meta.dirname, "healthy-service.ts"), [String(sink.grpcPort), String(sink.httpPort)]);
    await ask(service, "how is it going");
  }, 60_000);

  afterAll(() => {
    service.kill();
    sink.kill();
    rmSync(folder, { recursive: true });
  });

  test.each(scenarios)(
    "$name",
    async ({ name, run }) => {
      resetPeak(sink.pid);
      await run(sink);
      const { exports, spans, slowestMs, failures } = await ask(service, "how is it going");
      healthySpans += spans;
      console.log(`${name}: ${peakMb(sink.pid)} MB, ${exports} exports beside it, the slowest ${slowestMs} ms`);
      expect(sink.exit()).toBeUndefined();
      expect(peakMb(sink.pid)).toBeLessThanOrEqual(mostMb);
      expect(failures).toEqual([]);
      expect(spans).toBeGreaterThanOrEqual(2);
    },
    300_000,
  );

  test("the verdict is inconclusive, and what was acknowledged is counted", async () => {
    healthySpans += (await ask(service, "end")).spans;
    expect(await sink.stop()).toBe(1);
    const result = JSON.parse(readFileSync(join(folder, "result.json"), "utf8")) as Result;
    expect(result.verdict).toBe("inconclusive");
    expect(result.received.spans).toBeGreaterThanOrEqual(healthySpans);
    expect(result.problems.length).toBeGreaterThan(0);
  }, 60_000);
});

async function ask(service: ChildProcess, what: "how is it going" | "end"): Promise<Service> {
  const answer = once(service, "message");
  service.send(what);
  const [told] = (await answer) as [Service];
  return told;
}
