import type { LedgerLine } from "../ledger/ledger.ts";
import { startProvider } from "../provider/start-provider.ts";
import type { PlannedTrace } from "../scenario/plan/planned-trace.ts";
import { planTraces } from "../scenario/plan/plan.ts";
import type { Program } from "../scenario/plan/program.ts";
import { Tally as CallTally } from "../scenario/plan/tally.ts";
import type { Spec } from "../semconv/spec.ts";
import { DriverError } from "./driver-error.ts";
import { drawTraces, type DrawnTrace } from "./draw-traces.ts";
import { Latencies } from "./latencies.ts";
import { addCalls, noCalls } from "./live/call-counts.ts";
import { calm, hasLimits } from "./live/calm.ts";
import { exchange } from "./live/exchange.ts";
import { LONGEST_WAIT_MS } from "./live/longest-wait.ts";
import { STEP_HEADER, type LiveTrace, type Report, type ServiceFigures, type Setup } from "./live/messages.ts";
import { answersWithinLimits, plannedAnswers } from "./live/provider-answers.ts";
import { ServiceProcesses } from "./live/service-processes.ts";
import { pace, type Arrivals } from "./pace.ts";
import { Patience } from "./patience.ts";
import type { LiveFigures, Replay, ReplayFigures } from "./replay.ts";
import { exporterFor } from "./sdk/exporter.ts";
import { loadSdk } from "./sdk/load-sdk.ts";
import { sdkAttributes } from "./sdk/sdk-attributes.ts";
import { LAST_MS } from "./soon-after.ts";
import { SpanLedger, spanDelivery } from "./span-ledger.ts";
import { Tally } from "./tally.ts";

export interface LiveReplay extends Replay {
  readonly program: Program;
  readonly spec: Spec;
  readonly seed: number;
  /** How many times as fast as the plan's time passes. */
  readonly speed: number;
}

const LONGEST_QUEUE = 1000;
/** How much longer than planned a trace, and what it leaves in the background, may take. */
const GRACE_MS = 60_000;
/** Of the plan's time: so long may a trace take whose calls hang and are made again. */
const LONGEST_TRACE_MS = 3_600_000;
/** Before it, and before its end. */
const WAITS_A_SPAN = 2;

/**
 * Replays with each service as an HTTP server in a process of its own: real headers over loopback, the real SDK in each, and a fake
 * provider behind them. Waits pass in real time, at `speed`, none longer than LONGEST_WAIT_MS. What becomes of a model call is what was
 * planned; but where a provider of the scenario has capacity or outages, the calls are made with the scenario's retries against a
 * provider that has them, and what becomes of them then is part of what is tried.
 *
 * @throws {DriverError} before anything is sent, when the SDK is not installed, a service does not come up, or the scenario cannot be
 *   played
 */
export async function replayLive(replay: LiveReplay): Promise<ReplayFigures> {
  // The services would say so too, each in its own words.
  await loadSdk();
  await exporterFor(replay.protocol, replay.target, replay.gzip);
  const callsDecide = hasLimits(replay.program);
  const drawn = callsDecide ? drawTraces(calm(replay.program), replay.spec, replay.seed, replay.wanted) : replay.traces;
  for (const { spans } of drawn) for (const { attributes } of spans) sdkAttributes(attributes);
  const traces = drawn.map(({ k, spans }): LiveTrace => ({ k, root: spans[0]!.planned }));
  const run = new LiveRun(replay, drawn, traces, callsDecide);
  return run.toItsEnd();
}

class LiveRun {
  readonly #replay: LiveReplay;
  readonly #drawn: readonly DrawnTrace[];
  readonly #traces: readonly LiveTrace[];
  readonly #callsDecide: boolean;
  readonly #ledger: SpanLedger | undefined;
  readonly #tally = new Tally();
  #patience: Patience | undefined;
  readonly #exports = new Latencies();
  #begun = performance.now();
  /** Ends the wait for each trace under way. */
  readonly #underWay = new Set<() => void>();
  #failedTraces = 0;
  #firstFailure = "";

  constructor(replay: LiveReplay, drawn: readonly DrawnTrace[], traces: readonly LiveTrace[], callsDecide: boolean) {
    this.#replay = replay;
    this.#drawn = drawn;
    this.#traces = traces;
    this.#callsDecide = callsDecide;
    this.#ledger = replay.ledger === undefined ? undefined : new SpanLedger(replay.ledger, Date.now());
    replay.over.signal.addEventListener("abort", () => {
      for (const end of this.#underWay) end();
    });
  }

  async toItsEnd(): Promise<ReplayFigures> {
    const { over } = this.#replay;
    const provider = await startProvider({
      answers: this.#answers(),
      seed: this.#replay.seed,
      onLine: (line) => this.#providerSaid(line),
    });
    const services = await this.#start(provider.port);
    try {
      this.#begun = performance.now();
      this.#patience = new Patience(over, () => performance.now());
      const pacing = await this.#pace(services);
      const settled = (await services?.settle(this.#patienceMs(), over.signal)) ?? false;
      if (!settled && !over.signal.aborted) this.#failed("what services do in the background did not end");
      const known = (await services?.finish(this.#replay.target.timeoutMs + LAST_MS, over.signal)) ?? [];
      return this.#figures(pacing, known);
    } finally {
      await services?.kill();
      await provider.stop();
      this.#ledger?.end(Date.now());
    }
  }

  /** Undefined, and the run is over, when one of the services does not come up. */
  async #start(providerPort: number): Promise<ServiceProcesses | undefined> {
    const { over } = this.#replay;
    try {
      return await ServiceProcesses.start(
        this.#setups(providerPort),
        { exported: (report) => this.#exported(report), died: (what) => over.abort(what) },
        over.signal,
      );
    } catch (error) {
      if (!(error instanceof DriverError)) throw error;
      over.abort(error.message);
      return undefined;
    }
  }

  #answers() {
    const { program, speed } = this.#replay;
    return this.#callsDecide
      ? answersWithinLimits(program, this.#traces, speed, () => (performance.now() - this.#begun) * 1000 * speed)
      : plannedAnswers(this.#traces, speed, LONGEST_WAIT_MS);
  }

  #setups(providerPort: number): Setup[] {
    const { program, spec, seed, toolVersion, schemaUrl, protocol, gzip, speed, services } = this.#replay;
    const { endpoint, headers, timeoutMs } = this.#replay.target;
    return services.map((_, service) => ({
      service,
      program,
      traces: this.#traces,
      semconv: spec.id,
      seed,
      toolVersion,
      schemaUrl,
      protocol,
      gzip,
      target: { endpoint: endpoint.href, headers, timeoutMs },
      providerPort,
      speed,
      callsDecide: this.#callsDecide,
      withSpans: this.#ledger !== undefined,
    }));
  }

  #pace(services: ServiceProcesses | undefined): Promise<ReplayFigures["pace"]> {
    const { arrival, maxInFlight, wanted, durationMs, over } = this.#replay;
    const arrivals: Arrivals =
      arrival === undefined
        ? { model: "closed" }
        : { model: "open", times: counted(arrival), maxQueue: LONGEST_QUEUE, maxWaitMs: LONGEST_WAIT_MS };
    const job = async (n: number): Promise<boolean> => services !== undefined && this.#request(services, n);
    return pace(job, { arrivals, maxInFlight, maxJobs: wanted, durationMs }, over.signal);
  }

  /** Has the first service of a trace do its part, and waits for its answer. */
  async #request(services: ServiceProcesses, n: number): Promise<boolean> {
    const { program } = this.#replay;
    const { method, route, service } = program.run;
    const answered = exchange({
      port: services.port(service),
      method,
      path: route,
      headers: { [STEP_HEADER]: `${n}.0` },
      body: "",
      timeoutMs: this.#patienceMs(n),
    });
    // A race with one promise for all traces would hold on to each of them.
    const brokenOff = Promise.withResolvers<undefined>();
    const end = (): void => brokenOff.resolve(undefined);
    this.#underWay.add(end);
    const incoming = await Promise.race([answered, brokenOff.promise]);
    this.#underWay.delete(end);
    if (incoming === undefined) return false;
    // A run that fails as planned is answered with 500, and told of in JSON.
    const well = incoming.kind === "whole" && (incoming.status === 200 || incoming.status === 500);
    if (!well) {
      const detail = incoming.kind === "whole" ? `HTTP ${incoming.status}` : incoming.detail;
      this.#failed(`the request that starts trace ${n} was not answered: ${detail}`);
    }
    return well;
  }

  /** How long trace n may take; without n, any. */
  #patienceMs(n?: number): number {
    const { speed } = this.#replay;
    if (this.#callsDecide) return LONGEST_TRACE_MS / speed + GRACE_MS;
    const traces = n === undefined ? this.#drawn : [this.#drawn[n % this.#drawn.length] as DrawnTrace];
    const longest = traces.map(({ spans, start, end }) =>
      Math.min((end - start) / 1000 / speed, spans.length * WAITS_A_SPAN * LONGEST_WAIT_MS),
    );
    return longest.reduce((most, ms) => Math.max(most, ms), 0) + GRACE_MS;
  }

  #failed(what: string): void {
    this.#failedTraces++;
    this.#firstFailure ||= what;
  }

  #providerSaid(line: LedgerLine): void {
    if (line.type === "call" || line.type === "unknown-route") this.#ledger?.addCall(line);
  }

  #exported({ delivery, tookMs, count, spans }: Extract<Report, { type: "exported" }>): void {
    this.#tally.add(delivery, count);
    if (delivery.acknowledged) {
      this.#patience?.acknowledged();
      this.#exports.record(tookMs);
    } else this.#patience?.failed();
    if (spans.length > 0) this.#ledger?.add(spans, spanDelivery(delivery));
    const { attempts, acknowledged } = this.#tally.requests;
    this.#replay.onProgress({ spans: this.#tally.spans, attemptsFailed: attempts - acknowledged });
  }

  #figures(pacing: ReplayFigures["pace"], services: readonly (ServiceFigures | undefined)[]): ReplayFigures {
    const known = services.filter((figures) => figures !== undefined);
    for (const { unexported } of known) if (unexported.length > 0) this.#ledger?.add(unexported, "lost");
    const { spans, requests, failures, rejection } = this.#tally;
    // A service that is gone cannot say what it made; then at least what came from it was made.
    const made = Math.max(
      spans.sent,
      known.reduce((sum, figures) => sum + figures.made, 0),
    );
    const { arrived, begun } = pacing;
    return {
      pace: {
        ...pacing,
        elapsedMs: performance.now() - this.#begun,
        sinceIntended: undefined,
        sinceBegun: this.#exports.summary(),
      },
      unit: "trace",
      offeredSpans: begun === 0 ? 0 : Math.round((made * arrived) / begun),
      offeredMs: arrived === 0 ? undefined : this.#replay.arrival?.(arrived),
      droppedSpans: made - spans.sent,
      spans,
      requests,
      failures,
      rejection,
      live: this.#live(known, begun),
    };
  }

  #live(services: readonly ServiceFigures[], begun: number): LiveFigures {
    const { program, seed } = this.#replay;
    return {
      calls: services.reduce((sum, { calls }) => addCalls(sum, calls), noCalls),
      ...(this.#callsDecide && { planned: plannedCalls(planTraces(program, seed, begun)) }),
      deviations: this.#failedTraces + services.reduce((sum, { deviations }) => sum + deviations, 0),
      firstDeviation:
        [this.#firstFailure, ...services.map(({ firstDeviation }) => firstDeviation)].find((text) => text !== "") ?? "",
    };
  }
}

function* counted(arrival: NonNullable<Replay["arrival"]>): Generator<number, undefined> {
  for (let n = 0; ; n++) yield arrival(n);
}

function plannedCalls(traces: Iterable<PlannedTrace>): NonNullable<LiveFigures["planned"]> {
  const tally = new CallTally();
  for (const trace of traces) tally.add(trace);
  return tally.summary();
}
