import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { ReplaySummary } from "../../src/cli/replay-summary.ts";
import type { Result } from "../../src/result/result.ts";
import { Journal } from "../../src/sink/journal.ts";
import { refusingPort } from "../driver/hostile-servers.ts";
import { openSink } from "../sink/open-sink.ts";
import { startLive, untilGone, type LiveRun } from "./live-run.ts";
import { cli } from "./run-cli.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "genai-testkit-live-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const storm = `
description: Calls that are refused, cut and slow, and made again.
services: [desk, clerk]
propagation: b3
providers:
  openai:
    capacity: { concurrent: 2, queue: 1, status: 429, retryAfter: 1s }
    outages: [{ from: 1s, for: 1s, status: hang, share: 50% }]
models:
  gpt-4o: { provider: openai, latency: { uniform: { from: 200ms, to: 600ms } }, errors: { "500": 10%, reset: 10% } }
retries:
  brave: { attempts: 3, timeout: 2s, backoff: { first: 200ms, factor: 2, most: 1s }, jitter: full }
agents:
  desk: { service: desk, model: gpt-4o, steps: [{ agent: clerk }, { retry: { policy: brave, steps: [{ stream: {} }] } }] }
  clerk: { service: clerk, model: gpt-4o, steps: [{ retry: { policy: brave, steps: [{ chat: {} }] } }] }
run: { service: desk, request: POST /ask, steps: [{ agent: desk }] }
arrival: { constant: 8/s }
`;

describe("the ledger of live services", () => {
  test.each([
    ["multi-agent/remote", "50"],
    ["chat/cancelled", "50"],
    ["a storm", "2"],
  ])("%s: calls and spans are held against what arrived, and nothing is found", async (name, speed) => {
    const [received, ledger] = [join(folder, "received.ndjson"), join(folder, "sent.ndjson")];
    const scenario = name === "a storm" ? join(folder, "storm.yaml") : name;
    if (name === "a storm") writeFileSync(scenario, storm);
    const journal = Journal.open(received);
    const { sink } = await openSink({ onRequest: (request) => journal.append(request) });
    const to = ["--to", sink.httpUrl, "--protocol", "http/protobuf", "--semconv", "1.41.1"];
    const live = ["--driver", "live", "--speed", speed, "--traces", "25", "--ledger", ledger, "--json"];
    const replayed = await cli(["replay", scenario, ...to, ...live]);
    journal.close();
    const summary = JSON.parse(replayed.stdout) as ReplaySummary;
    expect([replayed.code, summary.reasons]).toEqual([0, []]);
    const checked = await cli(["check", received, "--semconv", "1.41.1", "--ledger", ledger, "--json"]);
    const result = JSON.parse(checked.stdout) as Result;
    expect(result.findings.filter(({ level }) => level === "violation")).toEqual([]);
    expect([checked.code, result.verdict]).toEqual([0, "pass"]);
    expect(result.ledger).toMatchObject({ calls: summary.live?.calls.attempts, whole: true });
    expect(result.sent).toMatchObject({ spans: summary.spans.sent, arrived: summary.spans.sent });
    if (name === "a storm") {
      const { calls, attempts, answered } = summary.live!.calls;
      expect([attempts > calls, answered < attempts]).toEqual([true, true]);
    }
  });
});

describe("no service outlives a live run", () => {
  /** Four services that are at work. */
  async function atWork(): Promise<LiveRun> {
    const first = Promise.withResolvers<void>();
    const { sink } = await openSink({ onRequest: () => first.resolve() });
    const to = ["--to", `127.0.0.1:${sink.grpcPort}`, "--semconv", "1.41.1"];
    const run = await startLive(4, ["multi-agent/remote", ...to, "--speed", "10", "--duration", "10m", "--json"]);
    await first.promise;
    return run;
  }

  test("whose service is killed: it is named, and the run is inconclusive", async () => {
    const { end, services } = await atWork();
    process.kill(services[1] as number, "SIGKILL");
    const { code, stdout } = await end;
    const { verdict, reasons } = JSON.parse(stdout) as ReplaySummary;
    expect([code, verdict, reasons[0]?.code]).toEqual([1, "inconclusive", "stopped"]);
    expect(reasons[0]?.message).toMatch(
      new RegExp(`the service (concierge|travel|weather|legacy) \\(pid ${services[1]}\\) was ended by SIGKILL`),
    );
    await untilGone(services);
  });

  test("at Ctrl-C, which the terminal sends to all of them", async () => {
    const { child, end, services } = await atWork();
    for (const pid of [child.pid as number, ...services]) process.kill(pid, "SIGINT");
    const { code, stdout } = await end;
    expect([code, (JSON.parse(stdout) as ReplaySummary).reasons[0]?.message]).toEqual([
      1,
      "The run ended before its time: it was asked to stop.",
    ]);
    await untilGone(services);
  });

  test("that is killed itself", async () => {
    const { child, end, services } = await atWork();
    child.kill("SIGKILL");
    await end;
    await untilGone(services);
  });
});

test("a target that refuses: every span is accounted for, and the calls were made all the same", async () => {
  const ledger = join(folder, "sent.ndjson");
  const to = ["--to", `127.0.0.1:${await refusingPort()}`, "--protocol", "http/json", "--timeout", "1s"];
  const live = ["--driver", "live", "--speed", "200", "--traces", "10", "--ledger", ledger, "--json"];
  const { code, stdout } = await cli(["replay", "rag/query", ...to, ...live]);
  const { spans, droppedSpans, offeredSpans, failures, reasons, live: figures } = JSON.parse(stdout) as ReplaySummary;
  expect([code, reasons.map((reason) => reason.code)]).toEqual([1, ["nothing-acknowledged"]]);
  expect(failures.map(({ kind }) => kind)).toEqual(["unreachable"]);
  expect([spans.acknowledged, spans.lost + droppedSpans]).toEqual([0, offeredSpans]);
  expect(figures?.calls.answered).toBe(figures?.calls.calls);
});

test.each([
  [["--speed", "2"], /--speed: expected --driver live beside it, got --driver otlp/],
  [["--driver", "live", "--speed", "0"], /--speed: expected a number above 0, at most 10000, got "0"/],
  [["--driver", "live", "--speed", "fast"], /--speed: expected a number above 0/],
  [["--driver", "life"], /--driver: expected otlp, sdk, live, got "life"; did you mean live\?/],
])("%j is wrong usage: exit 2, and says what to do", async (options, message) => {
  const { code, stdout, stderr } = await cli(["replay", "rag/query", "--to", "localhost:1", ...options]);
  expect([code, stdout]).toEqual([2, ""]);
  expect(stderr).toMatch(message);
});

test("a scenario that cannot go otherwise than planned is refused where calls decide", async () => {
  const scenario = join(folder, "storm.yaml");
  writeFileSync(scenario, `${storm}cancel: { share: 10%, after: 1s }\n`);
  const { code, stderr } = await cli(["replay", scenario, "--to", "localhost:1", "--driver", "live"]);
  expect(code).toBe(2);
  expect(stderr).toMatch(
    /the live driver cannot play this scenario: beside a provider with capacity or outages it has cancel/,
  );
});
