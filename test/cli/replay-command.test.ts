import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { readReplayOptions } from "../../src/cli/replay-options.ts";
import type { ReplaySummary } from "../../src/cli/replay-summary.ts";
import { readLedger } from "../../src/ledger/read-ledger.ts";
import type { LedgerSpan } from "../../src/ledger/ledger.ts";
import { spanFacts } from "../../src/otlp/span-facts.ts";
import type { Result } from "../../src/result/result.ts";
import { Journal } from "../../src/sink/journal.ts";
import { httpServer, refusingPort, tcpServer } from "../driver/hostile-servers.ts";
import { makeAuthority } from "../sink/certificates.ts";
import { openSink } from "../sink/open-sink.ts";
import { cli, endOf, startCli } from "./run-cli.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "genai-testkit-replay-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

async function replay(port: number, ...options: readonly string[]) {
  const run = await cli(["replay", "rag/query", "--to", `127.0.0.1:${port}`, "--semconv", "1.41.1", ...options]);
  return { ...run, summary: options.includes("--json") ? (JSON.parse(run.stdout) as ReplaySummary) : undefined };
}

interface Arrived extends ReturnType<typeof spanFacts> {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string;
}

async function keepingSink() {
  const arrived: Arrived[] = [];
  const { sink, refused } = await openSink({
    onRequest: (request) => {
      if (request.signal !== "traces") return;
      request.forEachSpan((span) => {
        const { traceId, spanId, parentSpanId } = span;
        arrived.push({ traceId, spanId, parentSpanId, ...spanFacts(span) });
      });
    },
  });
  return { sink, refused, arrived };
}

describe("replay", () => {
  test.each(["grpc", "http/protobuf", "http/json"])(
    "by %s: the ledger holds exactly what arrived",
    async (protocol) => {
      const { sink, arrived, refused } = await keepingSink();
      const ledger = join(folder, "sent.ndjson");
      const port = protocol === "grpc" ? sink.grpcPort : sink.httpPort;
      const sent = ["--protocol", protocol, "--rate", "max", "--traces", "250", "--batch", "64", "--ledger", ledger];
      const { code, summary } = await replay(port, ...sent, "--json");
      expect([code, summary?.verdict, refused]).toEqual([0, "pass", []]);
      const lines: LedgerSpan[] = [];
      const reading = await readLedger(ledger, (entry) => {
        if (entry.type === "span") lines.push(entry);
      });
      expect([reading.whole, reading.header.source]).toEqual([true, "replay"]);
      const byId = (a: { spanId: string }, b: { spanId: string }): number => (a.spanId < b.spanId ? -1 : 1);
      expect(lines.map(({ type: _type, delivery: _delivery, ...facts }) => facts).toSorted(byId)).toEqual(
        arrived.toSorted(byId),
      );
      expect(new Set(lines.map(({ delivery }) => delivery))).toEqual(new Set(["acknowledged"]));
      expect(summary?.spans).toMatchObject({ sent: lines.length, acknowledged: lines.length, lost: 0 });
      expect(new Set(lines.map(({ traceId }) => traceId)).size).toBe(250);
    },
  );

  test.each(["otlp", "sdk"])(
    "over TLS, with an authority that NODE_EXTRA_CA_CERTS names: the %s driver",
    async (driver) => {
      const authority = makeAuthority("ours");
      const { certificate, key } = authority.issue();
      const file = join(folder, "ca.pem");
      writeFileSync(file, authority.certificate);
      const { sink, taken } = await openSink({ tls: { certificate, key } });
      // HTTP has the authorities of Node itself; gRPC has to be given them.
      const args = ["replay", "rag/query", "--to", sink.grpcUrl, "--driver", driver, "--rate", "max", "--traces", "5"];
      const { code } = await cli(args, { env: { NODE_EXTRA_CA_CERTS: file } });
      expect([code, taken.length]).toEqual([0, 1]);
    },
  );

  test("the same seed sends the same spans, another one other ids", async () => {
    const ids: string[] = [];
    for (const seed of ["5", "5", "6"]) {
      const { sink, arrived } = await keepingSink();
      await replay(sink.grpcPort, "--rate", "max", "--traces", "20", "--seed", seed);
      ids.push(
        arrived
          .map(({ traceId, spanId }) => traceId + spanId)
          .toSorted()
          .join(),
      );
    }
    expect([ids[0] === ids[1], ids[0] === ids[2]]).toEqual([true, false]);
  });

  test("sends at a rate, and says what was offered and achieved", async () => {
    const { sink } = await keepingSink();
    const { summary } = await replay(sink.grpcPort, "--rate", "1000spans", "--duration", "1s", "--json");
    expect(summary).toMatchObject({ verdict: "pass", model: "open", dropped: 0 });
    expect(summary?.rates.offered).toBeCloseTo(1000, -2);
    expect(summary?.spans.sent).toBeGreaterThan(600);
    expect(summary?.spans.sent).toBeLessThanOrEqual(1000);
    expect(summary?.latency.sinceIntended?.count).toBe(summary?.requests.acknowledged);
  });

  test("prints a summary in words", async () => {
    const { sink } = await keepingSink();
    const { code, stdout } = await replay(sink.grpcPort, "--traces", "10", "--rate", "100");
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^PASS {2}rag\/query by the otlp driver to http:\/\/127\.0\.0\.1:\d+ \(grpc\), semconv 1\.41\.1, seed 1\n/,
    );
    expect(stdout).toMatch(/^Spans {5}50 sent, 50 acknowledged$/m);
    expect(stdout).toMatch(/^Latency {3}since due: {3}p50 .*\(n = \d+\)$/m);
  });

  test("drops and counts what a slow target cannot take at the offered rate", async () => {
    const port = await httpServer((incoming, response) => {
      incoming.resume();
      setTimeout(() => response.end(), 2000);
    });
    const slow = [
      "--protocol",
      "http/protobuf",
      "--rate",
      "4000",
      "--traces",
      "3000",
      "--in-flight",
      "1",
      "--batch",
      "1",
    ];
    const { code, summary } = await replay(port, ...slow, "--duration", "2s", "--json");
    expect([code, summary?.verdict]).toEqual([1, "inconclusive"]);
    expect(summary?.dropped).toBeGreaterThan(500);
    expect(summary?.arrived).toBe((summary?.begun ?? 0) + (summary?.dropped ?? 0));
  });

  test("ends at Ctrl-C with what it has", async () => {
    const first = Promise.withResolvers<void>();
    const { sink } = await openSink({ onRequest: () => first.resolve() });
    const child = startCli([
      "replay",
      "rag/query",
      "--to",
      `127.0.0.1:${sink.grpcPort}`,
      "--duration",
      "10m",
      "--json",
    ]);
    const end = endOf(child);
    await first.promise;
    child.kill("SIGINT");
    const { code, stdout } = await end;
    expect([code, (JSON.parse(stdout) as ReplaySummary).reasons[0]?.message]).toEqual([
      1,
      "The run ended before its time: it was asked to stop.",
    ]);
  });
});

test.each([
  ["sdk", []],
  ["live", ["--speed", "100"]],
] as const)("Ctrl-C ends the %s driver soon, whatever a target that stalls may take", async (driver, options) => {
  const asked = Promise.withResolvers<void>();
  const port = await tcpServer((socket) => socket.resume().once("data", () => asked.resolve()));
  const to = ["--to", `127.0.0.1:${port}`, "--protocol", "http/protobuf", "--timeout", "10m", "--driver", driver];
  const child = startCli(["replay", "rag/query", ...to, ...options, "--traces", "5", "--rate", "max", "--json"]);
  const end = endOf(child);
  await asked.promise;
  child.kill("SIGINT");
  const { code, stdout } = await end;
  const { spans, droppedSpans, offeredSpans, reasons } = JSON.parse(stdout) as ReplaySummary;
  expect([code, reasons[0]?.code]).toEqual([1, "stopped"]);
  expect([spans.acknowledged, spans.unsure + droppedSpans]).toEqual([0, offeredSpans]);
});

test("a target that refuses makes a run inconclusive, exit code 1, and is named", async () => {
  const limits = ["--retries", "0", "--rate", "max", "--traces", "10"];
  const { code, stdout, stderr } = await replay(await refusingPort(), ...limits);
  expect([code, stderr]).toEqual([1, ""]);
  expect(stdout).toMatch(/^INCONCLUSIVE {2}rag\/query .*\n {2}The target acknowledged no span\.\n {4}Start the target/);
  expect(stdout).toMatch(/^Spans {5}50 sent, 0 acknowledged, 50 lost$/m);
  expect(stdout).toMatch(/^ {10}1 × unreachable: /m);
});

describe("wrong usage", () => {
  const raw = { to: "localhost", protocol: "grpc", driver: "otlp", timeout: "10s", retries: "4", seed: "1" };

  test.each([
    [{ rate: "fast" }, /--rate: expected traces a second/],
    [{ protocol: "http" }, /--protocol: expected grpc, http\/protobuf, http\/json, got "http"/],
    [{ driver: "otpl" }, /--driver: .* did you mean otlp\?/],
    [{ duration: "5" }, /--duration: expected a duration such as 30s/],
    [{ header: ["secret"] }, /--header: expected name=value/],
    [{ header: ["autho rization=Bearer s3cret"] }, /^--header: expected name=value in ASCII, got "autho rization=…"$/],
    [{ traces: "0" }, /--traces: expected a whole number from 1/],
    [{ to: "ftp://host" }, /--to: expected http\(s\):\/\/host:port/],
    [{ to: "" }, /--to: expected/],
  ])("%j is told", (options, message) => {
    expect(() => readReplayOptions({ ...raw, ...options })).toThrow(message);
  });

  test.each([
    ["localhost", "http://localhost:4317/"],
    ["localhost:80", "http://localhost/"],
    ["http://collector:4318", "http://collector:4318/"],
    ["https://otlp.example.com/v1/traces", "https://otlp.example.com/"],
    ["https://otlp.example.com/tenant", "https://otlp.example.com/tenant"],
    ["[::1]:4317", "http://[::1]:4317/"],
  ])("--to %s is %s", (to, endpoint) => {
    expect(readReplayOptions({ ...raw, to }).endpoint.href).toBe(endpoint);
  });

  test("exits with 2: an unknown scenario, a ledger that cannot be written", async () => {
    const unknown = await cli(["replay", "rag/querry", "--to", "localhost:1"]);
    expect([unknown.code, unknown.stderr]).toEqual([2, expect.stringContaining("did you mean rag/query?")]);
    const unwritable = await replay(1, "--ledger", "/nowhere/ledger");
    expect([unwritable.code, unwritable.stdout]).toEqual([2, ""]);
    expect(unwritable.stderr).toContain("--ledger /nowhere/ledger: expected a file that can be written");
  });
});

describe("check --ledger holds what arrived against what was sent", () => {
  test("all of it, and what a file has lost, doubled or torn", async () => {
    const [saved, ledger] = [join(folder, "arrived.ndjson"), join(folder, "sent.ndjson")];
    const journal = Journal.open(saved);
    const { sink } = await openSink({ journal });
    const { code } = await replay(
      sink.grpcPort,
      "--driver",
      "sdk",
      "--rate",
      "max",
      "--traces",
      "30",
      "--ledger",
      ledger,
    );
    journal.close();
    expect(code).toBe(0);
    const check = async (files: readonly string[], held = ledger) => {
      const run = await cli(["check", ...files, "--ledger", held, "--semconv", "1.41.1", "--json"]);
      return { code: run.code, result: JSON.parse(run.stdout) as Result };
    };
    const whole = await check([saved]);
    expect([whole.code, whole.result.sent]).toEqual([
      0,
      {
        whole: true,
        spans: 150,
        acknowledged: 150,
        arrived: 150,
        lost: 0,
        duplicated: 0,
        altered: 0,
        split: 0,
        notSent: 0,
      },
    ]);
    const less = join(folder, "less.ndjson");
    writeFileSync(less, readFileSync(saved, "utf8").replace('"name":"POST /questions"', '"name":"GET /questions"'));
    const doubled = await check([saved, less]);
    expect([doubled.code, doubled.result.sent]).toMatchObject([1, { duplicated: 150, altered: 1 }]);
    expect(new Set(doubled.result.findings.map(({ ruleId }) => ruleId))).toEqual(
      new Set(["sent-span-altered", "sent-span-duplicated"]),
    );
    const torn = join(folder, "torn.ndjson");
    writeFileSync(torn, readFileSync(ledger, "utf8").split("\n").slice(0, -20).join("\n"));
    const missing = await check([saved], torn);
    expect([missing.code, missing.result.verdict, missing.result.sent?.whole]).toEqual([1, "inconclusive", false]);
    expect(missing.result.sent?.notSent).toBeGreaterThan(0);
  });
});
