import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { evenly } from "../../src/driver/arrival-times.ts";
import { drawTraces } from "../../src/driver/draw-traces.ts";
import type { Replay, ReplayFigures } from "../../src/driver/replay.ts";
import { replayReasons } from "../../src/driver/replay-reasons.ts";
import { replaySdk } from "../../src/driver/replay-sdk.ts";
import { installed } from "../../src/driver/sdk/load-sdk.ts";
import { LedgerFile } from "../../src/ledger/ledger-file.ts";
import type { LedgerSpan } from "../../src/ledger/ledger.ts";
import { readLedger } from "../../src/ledger/read-ledger.ts";
import { spanFacts } from "../../src/otlp/span-facts.ts";
import { builtInScenario } from "../../src/scenario/built-in.ts";
import { compileScenario } from "../../src/scenario/compile/compile-scenario.ts";
import { readScenario } from "../../src/scenario/read/read-scenario.ts";
import { Spec } from "../../src/semconv/spec.ts";
import { openSink } from "../sink/open-sink.ts";
import { grpcAnswer, http2Server, httpServer, refusingPort, tcpServer } from "./hostile-servers.ts";

const { text, file } = builtInScenario("multi-agent/remote");
const program = compileScenario(readScenario(text, file));
const traces = drawTraces(program, new Spec("1.41.1"), 1, 40);

function replayOf(endpoint: string, changes: Partial<Replay> = {}): Replay {
  return {
    traces,
    wanted: 40,
    durationMs: Infinity,
    maxInFlight: 4,
    spansPerRequest: 512,
    services: program.services,
    toolVersion: "0.0.0",
    schemaUrl: "",
    idSeed: 1,
    protocol: "http/protobuf",
    gzip: false,
    retries: 0,
    target: { endpoint: new URL(endpoint), headers: {}, timeoutMs: 700 },
    over: new AbortController(),
    onProgress: () => {},
    ...changes,
  };
}

const webPage = (): Promise<number> =>
  httpServer((_, response) => response.setHeader("content-type", "text/html").end("<p>Welcome"));

const reasonsOf = (figures: Awaited<ReturnType<typeof replaySdk>>): string[] =>
  replayReasons(figures, undefined).map(({ code }) => code);

async function ledgerOf(
  changes: (ledger: LedgerFile) => Replay,
): Promise<{ lines: LedgerSpan[]; whole: boolean; figures: ReplayFigures }> {
  const folder = mkdtempSync(join(tmpdir(), "genai-testkit-sdk-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, "sent.ndjson");
  const ledger = LedgerFile.create(path);
  const figures = await replaySdk(changes(ledger));
  ledger.close();
  const lines: LedgerSpan[] = [];
  const { whole } = await readLedger(path, (entry) => entry.type === "span" && lines.push(entry));
  return { lines, whole, figures };
}

test.each([false, true])("the ledger holds exactly what arrived, with gzip: %s", async (gzip) => {
  const arrived: object[] = [];
  const { sink } = await openSink({
    token: "secret",
    onRequest: (request) => {
      if (request.signal !== "traces") return;
      request.forEachSpan((span) => {
        const { traceId, spanId, parentSpanId } = span;
        arrived.push({ type: "span", traceId, spanId, parentSpanId, ...spanFacts(span), delivery: "acknowledged" });
      });
    },
  });
  const target = { endpoint: new URL(sink.httpUrl), headers: { authorization: "Bearer secret" }, timeoutMs: 5000 };
  const { lines, whole } = await ledgerOf((ledger) => replayOf(sink.httpUrl, { ledger, target, gzip }));
  const sorted = (spans: readonly object[]): string[] =>
    spans.map((span) => JSON.stringify(Object.entries(span).toSorted())).toSorted();
  expect(whole).toBe(true);
  expect(lines.length).toBeGreaterThan(300);
  expect(sorted(lines)).toEqual(sorted(arrived));
});

describe("a target that is none", () => {
  test.each([
    ["refuses", "unreachable", refusingPort],
    ["stalls", "timeout", () => tcpServer((socket) => socket.resume())],
    ["says no", "refused", () => httpServer((_, response) => response.writeHead(404).end("not here"))],
  ] as const)("%s: %s, and every span is accounted for", async (_, kind, open) => {
    const figures = await replaySdk(replayOf(`http://127.0.0.1:${await open()}`));
    expect(figures.failures.map((failure) => failure.kind)).toEqual([kind]);
    expect(figures.spans.acknowledged).toBe(0);
    expect(figures.spans.lost + figures.spans.unsure + figures.droppedSpans).toBe(figures.offeredSpans);
    expect(reasonsOf(figures)).toContain("nothing-acknowledged");
  });

  test.each([
    ["http/protobuf", webPage],
    ["http/json", webPage],
    ["http/protobuf", () => tcpServer((socket) => socket.once("data", () => socket.end("SSH-2.0-OpenSSH\r\n")))],
    ["grpc", () => tcpServer((socket) => socket.once("data", () => socket.end("SSH-2.0-OpenSSH\r\n")))],
    ["grpc", () => http2Server((stream) => grpcAnswer(stream, Buffer.from("<html>"), { "grpc-status": "0" }))],
    ["grpc", () => http2Server((stream) => stream.end("<html>"))],
  ] as const)("answers nonsense by %s, which the SDK may take for an acknowledgement", async (protocol, open) => {
    const figures = await replaySdk(replayOf(`http://127.0.0.1:${await open()}`, { protocol }));
    expect(figures.failures.map(({ kind }) => kind)).toEqual(["nonsense"]);
    expect([figures.spans.acknowledged, figures.spans.unsure]).toEqual([0, figures.offeredSpans]);
    expect(reasonsOf(figures)).toEqual(["nothing-acknowledged"]);
  });

  test("refuses, in the ledger", async () => {
    const port = await refusingPort();
    const { lines } = await ledgerOf((ledger) => replayOf(`http://127.0.0.1:${port}`, { ledger }));
    expect(new Set(lines.map(({ delivery }) => delivery))).toEqual(new Set(["lost"]));
  });
});

test("spans for which the SDK's queue has no room are counted, and are lost in the ledger", async () => {
  const slow = await httpServer((incoming, response) => {
    incoming.resume();
    setTimeout(() => response.end(), 3000);
  });
  const flood = {
    arrival: evenly(20_000),
    wanted: 3000,
    target: { endpoint: new URL(`http://127.0.0.1:${slow}`), headers: {}, timeoutMs: 20_000 },
  };
  const figures = await replaySdk(replayOf("http://unused", flood));
  expect(figures.droppedSpans).toBeGreaterThan(1000);
  expect(figures.spans.sent + figures.droppedSpans).toBe(figures.offeredSpans);
  expect(reasonsOf(figures)).toEqual(["dropped-by-sdk"]);
});

test("a partial success, of which the SDK tells only its log, is counted, and its spans may be missing", async () => {
  const port = await httpServer((incoming, response) => {
    incoming.resume();
    response.writeHead(200, { "content-type": "application/json" });
    response.end('{"partialSuccess":{"rejectedSpans":"2","errorMessage":"quota"}}');
  });
  const { lines, figures } = await ledgerOf((ledger) =>
    replayOf(`http://127.0.0.1:${port}`, { protocol: "http/json", ledger }),
  );
  expect(figures.spans.rejected).toBe(2 * figures.requests.acknowledged);
  expect([figures.rejection, reasonsOf(figures)]).toEqual(["quota", ["rejected"]]);
  expect(new Set(lines.map(({ delivery }) => delivery))).toEqual(new Set(["partly"]));
});

test("a package that is not installed is named, with what to install", async () => {
  const missing = installed(
    "@opentelemetry/no-such-package",
    () => import("@opentelemetry/no-such-package" as string) as Promise<object>,
  );
  await expect(missing).rejects.toMatchObject({
    name: "DriverError",
    message: "the sdk driver needs the package @opentelemetry/no-such-package, which is not installed",
    fix: expect.stringContaining("npm i @opentelemetry/api@1.9"),
  });
});
