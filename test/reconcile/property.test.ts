import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { judgeRun, violationsOf } from "./judge-run.ts";
import { plantedRun } from "./planted-run.ts";
import { ledgerCalls, spansOf, truthfulRun } from "./truthful-run.ts";

const seed = Number(process.env["FC_SEED"] ?? Date.now() % 2 ** 31);
const runs = Number(process.env["FC_RUNS"] ?? 300);
console.log(`reconciliation: FC_SEED=${seed} FC_RUNS=${runs}`);

describe("a run whose spans tell the truth", () => {
  test("has no violation, and every call has its span", () => {
    fc.assert(
      fc.property(truthfulRun, fc.infiniteStream(fc.nat()), (run, shuffle) => {
        const spans = spansOf(run)
          .map((span) => ({ span, order: shuffle.next().value as number }))
          .toSorted((a, b) => a.order - b.order)
          .map(({ span }) => span);
        const summary = judgeRun(ledgerCalls(run), spans);
        expect(violationsOf(summary)).toEqual([]);
        const { matched, retriedWithin, callsWithoutSpan, cannotTell, calls } = summary.ledger!;
        expect(matched.byResponseId + matched.byTraceparent + matched.byTime).toBe(run.told.length);
        expect([callsWithoutSpan, cannotTell.calls, cannotTell.spans]).toEqual([0, 0, 0]);
        expect(retriedWithin).toBe(calls - run.told.length);
      }),
      { seed, numRuns: runs },
    );
  });
});

/** In milliseconds; longer than any span, so that each call that is tied shows it. */
const skews = fc.oneof(fc.integer({ min: -30_000, max: -1000 }), fc.integer({ min: 1000, max: 30_000 }));

describe("a run whose spans have another clock than its provider", () => {
  test("has no violation, whatever ties the two together", () => {
    fc.assert(
      fc.property(truthfulRun, skews, (run, skew) => {
        // Where nothing shows the difference, calls and spans at like times look like pairs.
        fc.pre(run.told.some(({ propagates, attempts }) => propagates || attempts.at(-1)?.response?.id !== undefined));
        const spans = spansOf(run).map((span) => ({
          ...span,
          start: String(BigInt(span.start!) + BigInt(skew) * 1_000_000n),
          end: String(BigInt(span.end!) + BigInt(skew) * 1_000_000n),
        }));
        expect({ skew, violations: violationsOf(judgeRun(ledgerCalls(run), spans)) }).toEqual({ skew, violations: [] });
      }),
      { seed, numRuns: runs },
    );
  });
});

describe("a run with planted differences", () => {
  test("has exactly these violations", () => {
    fc.assert(
      fc.property(plantedRun, ({ run, expected, planted }) => {
        const summary = judgeRun(ledgerCalls(run), spansOf(run));
        expect({ planted, violations: violationsOf(summary) }).toEqual({ planted, violations: expected.toSorted() });
        const { matched, retriedWithin, callsWithoutSpan, furtherSpans, spansWithoutCall, cannotTell, ...ledger } =
          summary.ledger!;
        const tied = matched.byResponseId + matched.byTraceparent + matched.byTime;
        expect(ledger.calls).toBe(tied + retriedWithin + callsWithoutSpan + cannotTell.calls);
        expect(ledger.spans).toBe(tied + furtherSpans + spansWithoutCall + cannotTell.spans);
      }),
      { seed, numRuns: runs },
    );
  });
});
