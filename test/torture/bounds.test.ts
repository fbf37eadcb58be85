import { fork } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Result } from "../../src/result/result.ts";
import type { Service } from "./healthy-service.ts";
import { scenarios } from "./hostile-clients.ts";
import { peakMb, startSinkProcess, type SinkProcess } from "./sink-process.ts";

const mostMb = 512;
/** Of each scenario's full load. */
const weight = 0.1;

const hasProc = existsSync("/proc/self/status");
if (!hasProc) console.warn("not tested here: how much memory the sink takes, as this system has no /proc to tell it");

describe.runIf(hasProc)("one sink through everything that hostile clients send", () => {
  const folder = mkdtempSync(join(tmpdir(), "bounds-"));
  let sink: SinkProcess;
  let healthySpans = 0;

  beforeAll(async () => {
    sink = await startSinkProcess(folder);
  }, 60_000);

  afterAll(() => {
    sink.kill();
    rmSync(folder, { recursive: true });
  });

  test.each(scenarios)(
    "$name",
    async ({ name, run }) => {
      const service = startService(sink);
      await run(sink, weight);
      const { exports, spans, slowestMs, failures } = await service.end();
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
    expect(await sink.stop()).toBe(1);
    const result = JSON.parse(readFileSync(join(folder, "result.json"), "utf8")) as Result;
    expect(result.verdict).toBe("inconclusive");
    expect(result.received.spans).toBeGreaterThanOrEqual(healthySpans);
    expect(result.problems.length).toBeGreaterThan(0);
  }, 60_000);
});

function startService({ grpcPort, httpPort }: SinkProcess): { end: () => Promise<Service> } {
  const child = fork(join(import.meta.dirname, "healthy-service.ts"), [String(grpcPort), String(httpPort)]);
  return {
    end: async () => {
      child.send("end");
      const [service] = (await once(child, "message")) as [Service];
      return service;
    },
  };
}
