import { expect, test } from "vitest";
import type { Delivery } from "../../src/driver/deliver.ts";
import { Patience } from "../../src/driver/patience.ts";
import { failed } from "../../src/driver/reply.ts";
import { Tally } from "../../src/driver/tally.ts";

const delivery: Delivery = { acknowledged: true, rejectedSpans: 0, message: "", failures: [], unsure: false };

test("spans are counted by what became of them", () => {
  const tally = new Tally();
  tally.add(delivery, 10);
  tally.add({ ...delivery, rejectedSpans: 3, message: "quota" }, 10);
  tally.add({ ...delivery, failures: [failed("timeout", "late")], unsure: true }, 10);
  tally.add({ ...delivery, acknowledged: false, failures: [failed("refused", "HTTP 400")] }, 10);
  tally.add(
    {
      ...delivery,
      acknowledged: false,
      failures: [failed("broken", "reset"), failed("timeout", "slow")],
      unsure: true,
    },
    10,
  );
  expect(tally.spans).toEqual({ sent: 50, acknowledged: 27, rejected: 3, lost: 10, unsure: 10, maybeTwice: 10 });
  expect(tally.requests).toEqual({ sent: 5, acknowledged: 3, attempts: 7 });
  expect(tally.failures).toEqual([
    { kind: "timeout", count: 2, example: "late" },
    { kind: "refused", count: 1, example: "HTTP 400" },
    { kind: "broken", count: 1, example: "reset" },
  ]);
  expect(tally.rejection).toBe("quota");
});

test("a target that rejects more spans than it was sent has rejected those", () => {
  const tally = new Tally();
  tally.add({ ...delivery, rejectedSpans: 99 }, 10);
  expect(tally.spans).toMatchObject({ acknowledged: 0, rejected: 10 });
});

test("patience ends 10 s after the start without an acknowledgement, 30 s after the last one, later where a wait was asked for", () => {
  let now = 0;
  const never = new AbortController();
  const silent = new Patience(never, () => now);
  const once = new AbortController();
  const restarting = new Patience(once, () => now);
  now = 4_000;
  restarting.acknowledged();
  silent.failed();
  expect(never.signal.aborted).toBe(false);
  now = 16_000;
  silent.failed();
  restarting.failed();
  expect([never.signal.aborted, once.signal.aborted]).toEqual([true, false]);
  expect(never.signal.reason).toBe("the target has acknowledged nothing for 16 s");
  const asking = new AbortController();
  const busy = new Patience(asking, () => now);
  busy.failed(20_000);
  now = 35_000;
  busy.failed();
  restarting.failed();
  expect([once.signal.aborted, asking.signal.aborted]).toEqual([true, false]);
  now = 46_000;
  busy.failed();
  expect(asking.signal.aborted).toBe(true);
});
