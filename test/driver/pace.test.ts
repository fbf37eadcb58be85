import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { pace, type Pacing } from "../../src/driver/pace.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const every = (ms: number): Iterator<number, undefined> =>
  (function* times() {
    for (let at = 0; ; at += ms) yield at;
  })();

const open = (ms: number, maxQueue = 1000, maxWaitMs = Infinity): Pacing["arrivals"] => ({
  model: "open",
  times: every(ms),
  maxQueue,
  maxWaitMs,
});

/** Jobs that take so long, one by one; the last figure holds for all further ones. */
function lasting(...durations: readonly number[]): { job: (k: number) => Promise<boolean>; begun: number[] } {
  const begun: number[] = [];
  const job = (k: number): Promise<boolean> => {
    begun.push(k);
    const duration = durations[Math.min(k, durations.length - 1)] as number;
    return new Promise((resolve) => setTimeout(() => resolve(true), duration));
  };
  return { job, begun };
}

async function run(job: (k: number) => Promise<boolean>, pacing: Partial<Pacing>, over = new AbortController()) {
  const limits: Pacing = { arrivals: open(10), maxInFlight: 4, maxJobs: 100, durationMs: Infinity };
  const running = pace(job, { ...limits, ...pacing }, over.signal);
  await vi.advanceTimersByTimeAsync(100_000);
  return running;
}

describe("the open model", () => {
  test("begins jobs when they are due", async () => {
    const { job, begun } = lasting(5);
    const figures = await run(job, { maxJobs: 50 });
    expect(begun).toEqual(Array.from({ length: 50 }, (_, k) => k));
    expect(figures).toMatchObject({ arrived: 50, begun: 50, dropped: 0, elapsedMs: 495 });
    expect([figures.sinceIntended?.p50, figures.sinceIntended?.max]).toEqual([5, 5]);
  });

  test("shows what a stalled target kept waiting, which the time since each job began hides", async () => {
    // The first job holds the only place for 500 ms, in which 50 more fall due.
    const figures = await run(lasting(500, 1).job, { maxInFlight: 1, maxJobs: 100 });
    expect(figures).toMatchObject({ arrived: 100, begun: 100, dropped: 0 });
    expect(figures.sinceBegun?.p50).toBe(1);
    expect(figures.sinceIntended?.p50).toBeGreaterThan(20);
    expect(figures.sinceIntended?.p90).toBeGreaterThan(300);
  });

  test("drops what comes when the queue is full, and counts it", async () => {
    const { job, begun } = lasting(1000);
    const figures = await run(job, { maxInFlight: 2, maxJobs: 100, arrivals: open(10, 3) });
    // Two begin, three wait; 94 come within the first second and find no room.
    expect(figures.arrived).toBe(100);
    expect(figures.begun + figures.dropped).toBe(100);
    expect(figures.dropped).toBe(95);
    expect(begun).toEqual([0, 1, 2, 3, 4]);
  });

  test("drops what has waited too long, so that the run ends soon after its last arrival", async () => {
    const figures = await run(lasting(400).job, { maxInFlight: 1, arrivals: open(10, 1000, 1000) });
    // 100 come within a second; those that began did so at 0, 400, 800, 1200 and 1600 ms.
    expect(figures).toMatchObject({ arrived: 100, begun: 5, dropped: 95, elapsedMs: 2000 });
  });

  test("ends with its duration", async () => {
    const figures = await run(lasting(1).job, { durationMs: 200 });
    expect(figures.arrived).toBe(20);
  });
});

describe("the closed model", () => {
  test("keeps so many under way, and offers no more than the target takes", async () => {
    let underWay = 0;
    let most = 0;
    const job = async (): Promise<boolean> => {
      most = Math.max(most, ++underWay);
      await new Promise((resolve) => setTimeout(resolve, 20));
      underWay--;
      return true;
    };
    const figures = await run(job, { arrivals: { model: "closed" }, maxInFlight: 3, maxJobs: 30 });
    expect([most, figures.begun, figures.dropped, figures.elapsedMs]).toEqual([3, 30, 0, 200]);
  });

  test("begins nothing after its duration", async () => {
    const figures = await run(lasting(30).job, { arrivals: { model: "closed" }, maxInFlight: 1, durationMs: 100 });
    expect([figures.begun, figures.elapsedMs]).toEqual([4, 120]);
  });
});

test("a run that is broken off drops what has not begun and waits for what has", async () => {
  const over = new AbortController();
  setTimeout(() => over.abort(), 105);
  const figures = await run(lasting(300).job, { maxInFlight: 2 }, over);
  expect(figures).toMatchObject({ arrived: 11, begun: 2, dropped: 9, elapsedMs: 310 });
});

test("latencies are those of jobs that were done well", async () => {
  const figures = await run(async (k) => k % 2 === 0, { maxJobs: 10 });
  expect([figures.begun, figures.sinceBegun?.count]).toEqual([10, 5]);
  expect((await run(async () => false, { maxJobs: 2 })).sinceIntended).toBeUndefined();
});
