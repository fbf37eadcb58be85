import { expect, test } from "vitest";
import { deliver, type Delivery, type RetryPolicy } from "../../src/driver/deliver.ts";
import { failed, type Reply } from "../../src/driver/reply.ts";

const policy: RetryPolicy = { maxAttempts: 4, firstWaitMs: 1, longestWaitMs: 50, longestAskedMs: 50 };
const taken: Reply = { acknowledged: true, rejectedSpans: 0, message: "" };
const body = Buffer.from("request");

async function delivering(
  replies: readonly Reply[],
  over = new AbortController().signal,
): Promise<{ delivery: Delivery; sent: Buffer[] }> {
  const sent: Buffer[] = [];
  const send = async (bytes: Buffer): Promise<Reply> => {
    sent.push(bytes);
    return replies[Math.min(sent.length, replies.length) - 1] as Reply;
  };
  const delivery = await deliver({ send, close: () => {} }, body, policy, () => 0.5, over);
  return { delivery, sent };
}

test("the same bytes are sent again until they are acknowledged", async () => {
  const { delivery, sent } = await delivering([failed("busy", "HTTP 503"), failed("broken", "reset"), taken]);
  expect(sent).toEqual([body, body, body]);
  expect([delivery.acknowledged, delivery.failures.map(({ kind }) => kind)]).toEqual([true, ["busy", "broken"]]);
  // The broken connection may have carried them all the same.
  expect(delivery.unsure).toBe(true);
});

test("what OTLP does not let a client repeat is given up at once", async () => {
  for (const kind of ["refused", "nonsense"] as const) {
    const { delivery, sent } = await delivering([failed(kind, "no")]);
    expect([delivery.acknowledged, sent.length]).toEqual([false, 1]);
  }
});

test("a request is given up after the last attempt, and where the target asks for a longer wait than is bearable", async () => {
  expect((await delivering([failed("unreachable", "refused")])).sent).toHaveLength(4);
  expect((await delivering([failed("busy", "HTTP 429", 60_000)])).sent).toHaveLength(1);
});

test("a target that says how long to wait is waited for", async () => {
  const start = performance.now();
  const { sent } = await delivering([failed("busy", "HTTP 429", 40), taken]);
  expect(sent).toHaveLength(2);
  // Timers may fire a millisecond early.
  expect(performance.now() - start).toBeGreaterThanOrEqual(38);
});

test("the end of a run ends waiting", async () => {
  const over = new AbortController();
  setTimeout(() => over.abort(), 5);
  const { delivery, sent } = await delivering([failed("busy", "HTTP 429", 50)], over.signal);
  expect([delivery.acknowledged, sent.length]).toEqual([false, 1]);
});
