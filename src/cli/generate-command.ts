import { resolve } from "node:path";
import { existsSync, statSync } from "node:fs";
import { LedgerError } from "../ledger/ledger-error.ts";
import { LedgerFile } from "../ledger/ledger-file.ts";
import { compileScenario } from "../scenario/compile/compile-scenario.ts";
import { Fault } from "../scenario/mutation/fault.ts";
import { planTraces } from "../scenario/plan/plan.ts";
import type { Program } from "../scenario/plan/program.ts";
import { Tally } from "../scenario/plan/tally.ts";
import { ledgerCall } from "../scenario/render/ledger-call.ts";
import { ledgerSpans } from "../scenario/render/ledger-spans.ts";
import { otlpRequest, type Origin } from "../scenario/render/otlp-request.ts";
import { Renderer, type RenderedSpan } from "../scenario/render/render-trace.ts";
import { usualTraces } from "../scenario/usual-traces.ts";
import { closest } from "../semconv/closest.ts";
import { Spec } from "../semconv/spec.ts";
import { KitError } from "./kit-error.ts";
import { loadScenario } from "./load-scenario.ts";
import { resolvePins } from "./pins.ts";
import { Progress } from "./progress.ts";
import { faultText } from "./fault-text.ts";
import { tallyText } from "./tally-text.ts";
import { TelemetryWriter, type TelemetryFormat } from "./telemetry-writer.ts";
import { toolVersion } from "./version.ts";

/** Options as commander hands them over. */
export interface RawGenerateOptions {
  readonly semconv?: string;
  readonly seed: string;
  readonly traces?: string;
  readonly out: string;
  readonly format?: string;
  readonly ledger?: string;
  readonly start: string;
}

interface GenerateOptions {
  readonly spec: Spec;
  readonly seed: number;
  /** As many as show the scenario when undefined. */
  readonly traces: number | undefined;
  readonly out: string;
  readonly format: TelemetryFormat;
  readonly ledger: string | undefined;
  readonly startTimeUnixNano: bigint;
}

const LATEST_NANOS = 9_214_646_400_000_000_000n;

/** As an SDK's batch processor sends them. */
const SPANS_A_REQUEST = 512;

/** Writes what the services of a scenario would send; the same bytes for the same seed. Resolves to the exit code. */
export async function generate(name: string, raw: RawGenerateOptions): Promise<number> {
  const options = readOptions(raw);
  const { scenario, broken } = loadScenario(name);
  const program = compileScenario(scenario);
  const fault = broken === undefined ? undefined : new Fault(broken);
  const ledger = openLedger(options);
  const writer = new TelemetryWriter(options.out, options.format);
  try {
    const tally = await write(program, options.traces ?? usualTraces(scenario), options, writer, ledger, fault);
    await writer.end();
    process.stderr.write(tallyText(tally.summary()));
    if (broken !== undefined) process.stderr.write(faultText(broken, fault!, options.spec));
  } finally {
    ledger?.close();
  }
  return 0;
}

async function write(
  program: Program,
  traces: number,
  options: GenerateOptions,
  writer: TelemetryWriter,
  ledger: LedgerFile | undefined,
  fault: Fault | undefined,
): Promise<Tally> {
  const { spec, seed, startTimeUnixNano } = options;
  const origin: Origin = {
    services: program.services,
    toolVersion: toolVersion(),
    schemaUrl: schemaUrlOf(spec),
    startTimeUnixNano,
  };
  const renderer = new Renderer(spec, program, seed);
  const tally = new Tally();
  const progress = new Progress();
  let pending: RenderedSpan[] = [];
  let calls = 0;
  let spans = 0;
  let last = 0;
  let done = 0;
  ledger?.append({
    type: "ledger",
    schemaVersion: "1.0",
    source: "scenario",
    startTimeUnixNano: String(startTimeUnixNano),
  });
  const send = async (): Promise<boolean> => {
    const request = otlpRequest(pending, origin);
    pending = [];
    const { arrives, sent } = fault?.request(request) ?? { arrives: request, sent: undefined };
    if (ledger !== undefined) {
      const told = sent ?? ledgerSpans(request);
      ledger.appendAll(told);
      spans += told.length;
    }
    return writer.write(arrives);
  };
  for (const trace of planTraces(program, seed, traces)) {
    requireWritable(trace.root.end, startTimeUnixNano);
    tally.add(trace);
    for (const span of renderer.render(trace)) {
      pending.push(span);
      if (span.planned.end > last) last = span.planned.end;
      const told = ledger === undefined ? undefined : ledgerCall(span, calls + 1, startTimeUnixNano);
      const call = told === undefined || fault === undefined ? told : fault.call(told);
      if (call === undefined) continue;
      calls++;
      ledger?.append(call);
    }
    done++;
    progress.show(() => `${done.toLocaleString("en")} of ${traces.toLocaleString("en")} traces`);
    if (pending.length < SPANS_A_REQUEST) continue;
    if (!(await send())) break;
  }
  if (pending.length > 0) await send();
  ledger?.append({ type: "end", endTimeUnixNano: String(startTimeUnixNano + BigInt(last) * 1000n), calls, spans });
  progress.clear();
  return tally;
}

/** OTLP's times hold 64 bits; a slow arrival of many runs takes centuries. */
function requireWritable(end: number, start: bigint): void {
  if (start + BigInt(end) * 1000n < LATEST_NANOS) return;
  throw new KitError(
    "generate: the runs go on beyond the year 2262, the last that OTLP's times can tell",
    "Ask for fewer --traces, an earlier --start, or have them arrive faster.",
  );
}

/** Only the core versions have a schema URL that names them. */
export function schemaUrlOf({ id }: Spec): string {
  return /^\d/.test(id) ? `https://opentelemetry.io/schemas/${id}` : "";
}

function readOptions(raw: RawGenerateOptions): GenerateOptions {
  const { pins, notices } = resolvePins(raw.semconv === undefined ? [] : [raw.semconv]);
  for (const notice of notices) process.stderr.write(`${notice.replace("judging against", "writing")}\n`);
  requireOtherFile(raw.out, raw.ledger);
  return {
    spec: new Spec(pins[0]!),
    seed: wholeNumber("--seed", raw.seed, 0, 2 ** 32 - 1),
    traces: raw.traces === undefined ? undefined : wholeNumber("--traces", raw.traces, 1, 2 ** 32 - 1),
    out: raw.out,
    format: formatOf(raw),
    ledger: raw.ledger,
    startTimeUnixNano: startOf(raw.start),
  };
}

const formats: readonly TelemetryFormat[] = ["json", "protobuf"];

function formatOf({ format, out }: RawGenerateOptions): TelemetryFormat {
  if (format === undefined) return /\.(binpb|pb|bin)$/.test(out) ? "protobuf" : "json";
  const known = formats.find((candidate) => candidate === format);
  if (known !== undefined) return known;
  const near = closest(format, formats);
  throw new KitError(
    `--format: unknown format "${format}"${near === undefined ? "" : `; did you mean ${near}?`}`,
    `Formats: ${formats.join(", ")}.`,
  );
}

export function wholeNumber(option: string, text: string, least: number, most: number): number {
  const number = Number(text);
  if (/^\d{1,10}$/.test(text) && number >= least && number <= most) return number;
  throw new KitError(
    `${option}: expected a whole number from ${least} to ${most}, got "${text}"`,
    `Give one, such as ${option} ${Math.max(least, 100)}.`,
  );
}

/** Nanoseconds since the Unix epoch; OTLP's times hold 64 bits. */
function startOf(text: string): bigint {
  const milliseconds = text === "now" ? Date.now() : Date.parse(text);
  if (milliseconds > 0 && BigInt(milliseconds) * 1_000_000n < LATEST_NANOS) return BigInt(milliseconds) * 1_000_000n;
  throw new KitError(
    `--start: expected a time between 1970 and 2262, or now, got "${text}"`,
    "Write it like 2026-01-01T00:00:00Z.",
  );
}

function openLedger({ ledger }: GenerateOptions): LedgerFile | undefined {
  if (ledger === undefined) return undefined;
  try {
    return LedgerFile.create(ledger);
  } catch (error) {
    if (!(error instanceof LedgerError)) throw error;
    throw new KitError(error.message, "The ledger needs a file of its own.", { cause: error });
  }
}

function requireOtherFile(out: string, ledger: string | undefined): void {
  if (out !== "-" && existsSync(out) && statSync(out).isDirectory()) {
    throw new KitError(`--out: ${out} is a folder`, `Name a file in it: --out ${out}/traces.ndjson.`);
  }
  if (ledger !== undefined && out !== "-" && resolve(ledger) === resolve(out)) {
    throw new KitError(`--ledger: ${ledger} is also --out`, "Give the ledger a file of its own.");
  }
}
