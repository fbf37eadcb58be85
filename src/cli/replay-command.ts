import { asPlanned, evenly, meanRate, type ArrivalTime } from "../driver/arrival-times.ts";
import { DriverError } from "../driver/driver-error.ts";
import { drawTraces, type DrawnTrace } from "../driver/draw-traces.ts";
import type { LiveReplay } from "../driver/replay-live.ts";
import type { ReplayFigures, ReplayProgress } from "../driver/replay.ts";
import { replayOtlp } from "../driver/replay-otlp.ts";
import { LedgerError } from "../ledger/ledger-error.ts";
import { LedgerFile } from "../ledger/ledger-file.ts";
import { compileScenario } from "../scenario/compile/compile-scenario.ts";
import { idSeedOf } from "../scenario/render/ids.ts";
import { Spec } from "../semconv/spec.ts";
import { schemaUrlOf } from "./generate-command.ts";
import { KitError } from "./kit-error.ts";
import { loadScenario } from "./load-scenario.ts";
import { resolvePins } from "./pins.ts";
import { Progress } from "./progress.ts";
import { readReplayOptions, type DriverName, type RawReplayOptions, type ReplayOptions } from "./replay-options.ts";
import { summarise, summaryText } from "./replay-summary.ts";
import { toolVersion } from "./version.ts";
import { whenStopped } from "./when-stopped.ts";

/** As an SDK's batch processor sends them. */
const SPANS_A_REQUEST = 512;
/** In an open model a request waits for further traces no longer than this, on average. */
const LONGEST_BATCHING_MS = 200;
const IN_FLIGHT = { open: 32, closed: 4 } as const;
/** Traces of live services take the time that they take. */
const LIVE_IN_FLIGHT = { open: 1000, closed: 4 } as const;

const drivers: { readonly [name in DriverName]: (replay: LiveReplay) => Promise<ReplayFigures> } = {
  otlp: replayOtlp,
  sdk: async (replay) => (await import("../driver/replay-sdk.ts")).replaySdk(replay),
  live: async (replay) => (await import("../driver/replay-live.ts")).replayLive(replay),
};

/** Sends what the services of a scenario would send. Resolves to the exit code. */
export async function replay(name: string, raw: RawReplayOptions): Promise<number> {
  const options = readReplayOptions(raw);
  const { pins, notices } = resolvePins(raw.semconv === undefined ? [] : [raw.semconv]);
  for (const notice of notices) process.stderr.write(`${notice.replace("judging against", "writing")}\n`);
  const spec = new Spec(pins[0]!);
  const program = compileScenario(loadScenario(name).scenario);
  const traces = drawTraces(program, spec, options.seed, options.traces);
  const arrival = arrivalOf(options, traces);
  const ledger = openLedger(raw.ledger);
  const over = new AbortController();
  const stop = whenStopped();
  void stop.asked.then(() => over.abort("it was asked to stop"));
  const progress = new Progress();
  const before = process.cpuUsage();
  try {
    const figures = await drivers[options.driver]({
      program,
      spec,
      speed: options.speed,
      traces,
      wanted: options.traces,
      durationMs: options.durationMs,
      ...(arrival !== undefined && { arrival }),
      maxInFlight:
        options.inFlight ??
        (options.driver === "live" ? LIVE_IN_FLIGHT : IN_FLIGHT)[arrival === undefined ? "closed" : "open"],
      spansPerRequest: options.batch ?? spansPerRequest(traces, arrival),
      services: program.services,
      toolVersion: toolVersion(),
      schemaUrl: schemaUrlOf(spec),
      seed: options.seed,
      idSeed: idSeedOf(program, options.seed),
      protocol: options.protocol,
      gzip: options.gzip,
      target: { endpoint: options.endpoint, headers: options.headers, timeoutMs: options.timeoutMs },
      retries: options.retries,
      ...(ledger !== undefined && { ledger }),
      over,
      onProgress: (sofar) => progress.show(() => progressText(sofar)),
    });
    progress.clear();
    const { user, system } = process.cpuUsage(before);
    const summary = summarise(figures, {
      scenario: name,
      driver: options.driver,
      protocol: options.protocol,
      endpoint: `${options.endpoint.protocol}//${options.endpoint.host}`,
      semconv: spec.id,
      seed: options.seed,
      model: arrival === undefined ? "closed" : "open",
      stopped: over.signal.aborted ? String(over.signal.reason) : undefined,
      cpu: { userMs: user / 1000, systemMs: system / 1000 },
    });
    process.stdout.write(raw.json === true ? `${JSON.stringify(summary, null, 2)}\n` : summaryText(summary));
    return summary.verdict === "pass" ? 0 : 1;
  } catch (error) {
    if (error instanceof DriverError) throw new KitError(error.message, error.fix, { cause: error });
    throw error instanceof LedgerError ? ledgerFailure(error) : error;
  } finally {
    progress.clear();
    ledger?.close();
  }
}

function arrivalOf({ rate, speed }: ReplayOptions, traces: readonly DrawnTrace[]): ArrivalTime | undefined {
  if (rate === "max") return undefined;
  if (rate === "scenario") {
    const planned = asPlanned(traces);
    return (n) => planned(n) / speed;
  }
  return evenly(rate.unit === "traces" ? rate.perSecond : rate.perSecond / meanSpans(traces));
}

function spansPerRequest(traces: readonly DrawnTrace[], arrival: ArrivalTime | undefined): number {
  if (arrival === undefined) return SPANS_A_REQUEST;
  const spans = (meanRate(arrival, traces.length) * meanSpans(traces) * LONGEST_BATCHING_MS) / 1000;
  return Math.min(SPANS_A_REQUEST, Math.max(1, Math.floor(spans)));
}

function meanSpans(traces: readonly DrawnTrace[]): number {
  return traces.reduce((sum, { spans }) => sum + spans.length, 0) / traces.length;
}

function progressText({ spans, attemptsFailed }: ReplayProgress): string {
  const failed = attemptsFailed > 0 ? `, ${attemptsFailed.toLocaleString("en")} attempts failed` : "";
  return `${spans.sent.toLocaleString("en")} spans sent, ${spans.acknowledged.toLocaleString("en")} acknowledged${failed}`;
}

function openLedger(path: string | undefined): LedgerFile | undefined {
  try {
    return path === undefined ? undefined : LedgerFile.create(path);
  } catch (error) {
    throw error instanceof LedgerError ? ledgerFailure(error) : error;
  }
}

function ledgerFailure(error: LedgerError): KitError {
  return new KitError(error.message, "The ledger needs a file of its own, and room for a line a span.", {
    cause: error,
  });
}
