// Speed, as ratios of two things measured in one run: absolute times mean little on a shared machine.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Checker } from "../../src/check/checker.ts";
import { readTelemetryFile } from "../../src/otlp/read-telemetry.ts";
import { protobufRoot } from "../../src/otlp/message-types.ts";
import { newestStable } from "../../src/semconv/load.ts";
import { compareReceiving } from "./receive.ts";
import { compareSending } from "./send.ts";
import { writeSpans } from "./spans.ts";

const SPANS = 200_000;
const FEW_SPANS = 20_000;
const ROUNDS = 3;
const STARTS = 15;
/** Of the sender's memory measurement: `npm run perf -- 10000000` asks for ten million. */
const LONG_RUN_SPANS = Number(process.argv[2] ?? 1_000_000);
const cli = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));

const folder = mkdtempSync(join(tmpdir(), "genai-testkit-perf-"));
try {
  console.log(
    `Node ${process.version}, ${SPANS.toLocaleString("en")} spans, pin ${newestStable()}; medians of ${ROUNDS} rounds, minimum and maximum behind`,
  );
  for (const messages of [false, true]) await compareRates(messages);
  await compareMemory();
  compareStart();
  await compareReceiving();
  await compareSending(LONG_RUN_SPANS);
} finally {
  rmSync(folder, { recursive: true });
}

async function compareRates(messages: boolean): Promise<void> {
  const file = join(folder, "spans.binpb");
  const bytes = await writeSpans(file, SPANS, { messages });
  const plain: number[] = [];
  const check: number[] = [];
  // The first round warms both up and is not counted.
  for (let round = 0; round <= ROUNDS; round++) {
    const a = decodePlainly(file);
    const b = await checkFile(file);
    if (round === 0) continue;
    plain.push(a);
    check.push(b);
  }
  const ratios = plain.map((time, round) => time / check[round]!);
  const rate = (times: readonly number[]): string => Math.round(SPANS / median(times)).toLocaleString("en");
  console.log(
    `${messages ? "with messages" : "no messages"} (${Math.round(bytes)} B a span): check ${rate(check)} spans/s, plain protobufjs decoding ${rate(plain)} spans/s; ` +
      `ratio of rates ${range(ratios)}${messages ? "" : " (aim: at least 0.4)"}`,
  );
}

/** Seconds to decode every request of the file with a decoder that protobufjs generates. */
function decodePlainly(file: string): number {
  const type = protobufRoot().lookupType("ExportTraceServiceRequest");
  const start = performance.now();
  const bytes = readFileSync(file);
  for (let at = 0; at < bytes.length;) {
    const length = bytes.readUInt32BE(at);
    type.decode(bytes.subarray(at + 4, at + 4 + length));
    at += 4 + length;
  }
  return (performance.now() - start) / 1000;
}

/** Seconds to read and judge the file as the check command does. */
async function checkFile(file: string): Promise<number> {
  const start = performance.now();
  const checker = new Checker([newestStable()]);
  for await (const item of readTelemetryFile(file, {})) {
    if ("problem" in item) throw new Error(`${item.problem.where}: ${item.problem.actual}`);
    checker.accept(item.request);
  }
  const { spans } = checker.summary();
  if (spans !== SPANS) throw new Error(`judged ${spans} of ${SPANS} spans`);
  return (performance.now() - start) / 1000;
}

async function compareMemory(): Promise<void> {
  const peaks: number[] = [];
  for (const spans of [FEW_SPANS, SPANS]) {
    const file = join(folder, "spans.binpb");
    await writeSpans(file, spans, { messages: false });
    peaks.push(peakMegabytes(["check", file, "--json", "--fail-on", "never"]));
  }
  const [few, many] = peaks as [number, number];
  console.log(
    `peak memory of check: ${few.toFixed(0)} MB at ${FEW_SPANS.toLocaleString("en")} spans, ${many.toFixed(0)} MB at ${SPANS.toLocaleString("en")}; ratio ${(many / few).toFixed(2)} (aim: flat)`,
  );
}

function peakMegabytes(args: readonly string[]): number {
  const hook = new URL("print-peak.mjs", import.meta.url).href;
  const run = spawnSync(process.execPath, ["--import", hook, cli, ...args], { encoding: "utf8", maxBuffer: 1e8 });
  const peak = /peak (\d+)/.exec(run.stderr);
  if (peak === null) throw new Error(`check did not end well: ${run.stderr}`);
  return Number(peak[1]) / 1024;
}

function compareStart(): void {
  const help: number[] = [];
  const bare: number[] = [];
  for (let start = 0; start < STARTS; start++) {
    help.push(startTime([cli, "--help"]));
    bare.push(startTime(["-e", "0"]));
  }
  const ratios = help.map((time, index) => time / bare[index]!);
  console.log(
    `--help ${(median(help) * 1000).toFixed(0)} ms, node -e 0 ${(median(bare) * 1000).toFixed(0)} ms; ratio ${range(ratios)} (aim: at most 2)`,
  );
}

function startTime(args: readonly string[]): number {
  const start = performance.now();
  const run = spawnSync(process.execPath, args);
  if (run.status !== 0) throw new Error(`${args.join(" ")} exited with ${run.status}`);
  return (performance.now() - start) / 1000;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

function range(values: readonly number[]): string {
  return `${median(values).toFixed(2)} (${Math.min(...values).toFixed(2)}–${Math.max(...values).toFixed(2)})`;
}
