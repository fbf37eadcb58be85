import { setImmediate as nextTurn, setTimeout as sleep } from "node:timers/promises";
import type { ExportResult } from "@opentelemetry/core";
import type { ReadableSpan } from "@opentelemetry/sdk-trace-base";
import type { SpanFacts } from "../otlp/span-facts.ts";
import type { Delivery } from "./deliver.ts";
import { DriverError } from "./driver-error.ts";
import type { DrawnTrace } from "./draw-traces.ts";
import { Latencies } from "./latencies.ts";
import { pace, type Arrivals } from "./pace.ts";
import { Patience } from "./patience.ts";
import type { Replay, ReplayFigures } from "./replay.ts";
import { exportDelivery } from "./sdk/export-delivery.ts";
import { exporterFor } from "./sdk/exporter.ts";
import { ExporterLog } from "./sdk/exporter-log.ts";
import { hops } from "./sdk/hop-propagators.ts";
import { loadSdk, type Sdk } from "./sdk/load-sdk.ts";
import { sdkAttributes } from "./sdk/sdk-attributes.ts";
import { sdkSpanFacts } from "./sdk/sdk-span-facts.ts";
import { sendTrace, type SentSpan } from "./sdk/send-trace.ts";
import { serviceProvider, watched } from "./sdk/service-provider.ts";
import { LAST_MS, soonAfter } from "./soon-after.ts";
import type { SpanIds } from "./span-ids.ts";
import { SpanLedger, spanDelivery } from "./span-ledger.ts";
import { Tally } from "./tally.ts";

/** A service waits with further traces while so many of its spans wait: half of what the SDK's queue holds before it drops. */
const MOST_WAITING = 1024;
/** Traces wait only for the turn of the loop in which they are made. */
const LONGEST_QUEUE = 10_000;
const LONGEST_WAIT_MS = 10_000;

/**
 * Replays by the real SDK: a tracer provider with its resource, batch processor and exporter for each service, contexts injected and
 * extracted on each hop. Ids are the SDK's own, and so is the way it retries and drops: what its queue had no room for is counted.
 *
 * @throws {DriverError} before anything is sent, when the SDK is not installed or cannot say what the scenario says
 */
export async function replaySdk(replay: Replay): Promise<ReplayFigures> {
  const { traces, over, target, services, arrival } = replay;
  for (const { spans } of traces) for (const { attributes } of spans) sdkAttributes(attributes);
  const sdk = await loadSdk();
  const makeExporter = await exporterFor(replay.protocol, target, replay.gzip);
  const log = new ExporterLog(sdk.api);
  const run = new SdkRun(replay, sdk, log);
  const providers = services.map((service, index) =>
    serviceProvider(
      sdk,
      service,
      replay.schemaUrl,
      watched(makeExporter(), (spans, result, ms) => run.exported(index, spans, result, ms)),
    ),
  );
  const tracers = providers.map((provider) =>
    provider.getTracer("otel-genai-testkit", replay.toolVersion, { schemaUrl: replay.schemaUrl }),
  );
  const sender = { sdk, tracers, hops: hops(sdk) };
  const job = async (n: number, intended: number): Promise<boolean> => {
    await nextTurn();
    await run.room(over.signal);
    const trace = traces[n % traces.length] as DrawnTrace;
    const lastedMs = (trace.end - trace.start) / 1000;
    run.made(sendTrace(trace, Math.floor(Date.now() - lastedMs), sender), intended);
    return true;
  };
  const arrivals: Arrivals =
    arrival === undefined
      ? { model: "closed" }
      : { model: "open", times: timesOf(arrival), maxQueue: LONGEST_QUEUE, maxWaitMs: LONGEST_WAIT_MS };
  try {
    const figures = await pace(
      job,
      // Making a trace takes no time of the target's: one at a time is enough.
      { arrivals, maxInFlight: 1, maxJobs: replay.wanted, durationMs: replay.durationMs },
      over.signal,
    );
    await Promise.race([
      Promise.allSettled(providers.map((provider) => provider.shutdown())),
      patienceAtEnd(target.timeoutMs, over.signal),
    ]);
    return run.figures(figures);
  } finally {
    log.stop();
  }
}

function* timesOf(arrival: NonNullable<Replay["arrival"]>): Generator<number, undefined> {
  for (let n = 0; ; n++) yield arrival(n);
}

/** Resolves when the last exports have had their time. */
async function patienceAtEnd(timeoutMs: number, over: AbortSignal): Promise<void> {
  const cut = Promise.withResolvers<void>();
  const keepWaiting = soonAfter(over, cut.resolve);
  await Promise.race([sleep(timeoutMs + LAST_MS, undefined, { ref: false }), cut.promise]);
  keepWaiting();
}

/** A trace whose spans are not all exported yet. */
interface OpenTrace {
  readonly intended: number;
  left: number;
  well: boolean;
}

interface OpenSpan {
  readonly trace: OpenTrace;
  readonly service: number;
  readonly ids: SpanIds;
  readonly facts: SpanFacts | undefined;
}

/** What becomes of the spans of a run. */
class SdkRun {
  readonly #replay: Replay;
  readonly #log: ExporterLog;
  readonly #tally = new Tally();
  readonly #patience: Patience;
  readonly #ledger: SpanLedger | undefined;
  readonly #open = new Map<string, OpenSpan>();
  readonly #waiting: number[];
  readonly #sinceIntended = new Latencies();
  readonly #sinceBegun = new Latencies();
  readonly #isSampled: (span: SentSpan) => boolean;
  #made = 0;
  #begun = performance.now();
  #lastEnd = this.#begun;
  #wake: () => void = () => {};

  constructor(replay: Replay, { api }: Sdk, log: ExporterLog) {
    this.#replay = replay;
    this.#log = log;
    this.#patience = new Patience(replay.over, () => performance.now());
    this.#ledger = replay.ledger === undefined ? undefined : new SpanLedger(replay.ledger, Date.now());
    this.#waiting = replay.services.map(() => 0);
    this.#isSampled = ({ span }) => (span.spanContext().traceFlags & api.TraceFlags.SAMPLED) !== 0;
  }

  /** In a closed model, resolves when no service has too many spans waiting; an open one asks nobody. */
  async room(over: AbortSignal): Promise<void> {
    if (this.#replay.arrival !== undefined) return;
    while (!over.aborted && this.#waiting.some((count) => count >= MOST_WAITING)) {
      await Promise.race([new Promise<void>((resolve) => (this.#wake = resolve)), sleep(100)]);
    }
  }

  made(spans: readonly SentSpan[], intended: number): void {
    const trace: OpenTrace = { intended, left: spans.length, well: true };
    for (const sent of spans) {
      if (!this.#isSampled(sent)) throw new DriverError("the SDK did not sample a span", "Unset OTEL_TRACES_SAMPLER.");
      const { traceId, spanId } = sent.span.spanContext();
      const { service } = sent.rendered.planned;
      this.#made++;
      this.#waiting[service]!++;
      this.#open.set(traceId + spanId, {
        trace,
        service,
        ids: { traceId, spanId, parentSpanId: sent.parentSpanId },
        facts: this.#ledger && sdkSpanFacts(this.#replay.services[service] as string, sent.rendered),
      });
    }
  }

  exported(service: number, spans: readonly ReadableSpan[], result: ExportResult, tookMs: number): void {
    this.#lastEnd = performance.now();
    const delivery = exportDelivery(result, tookMs, this.#log.take());
    const { acknowledged } = delivery;
    this.#tally.add(delivery, spans.length);
    this.#waiting[service]! -= spans.length;
    if (acknowledged) {
      this.#patience.acknowledged();
      this.#sinceBegun.record(tookMs);
    } else this.#patience.failed();
    const settled = spans.flatMap((span) => this.#settle(span, acknowledged));
    this.#write(settled, delivery);
    this.#wake();
    const { attempts, acknowledged: taken } = this.#tally.requests;
    this.#replay.onProgress({ spans: this.#tally.spans, attemptsFailed: attempts - taken });
  }

  #settle(span: ReadableSpan, acknowledged: boolean): OpenSpan[] {
    const { traceId, spanId } = span.spanContext();
    const open = this.#open.get(traceId + spanId);
    if (open === undefined) return [];
    this.#open.delete(traceId + spanId);
    const { trace } = open;
    trace.left--;
    trace.well &&= acknowledged;
    if (trace.left === 0 && trace.well) this.#sinceIntended.record(this.#lastEnd - trace.intended);
    return [open];
  }

  /** What is still open then never reached an exporter, or never came back from it. */
  figures(pacing: ReplayFigures["pace"]): ReplayFigures {
    this.#write([...this.#open.values()], {
      acknowledged: false,
      rejectedSpans: 0,
      message: "",
      failures: [],
      unsure: false,
    });
    this.#ledger?.end(Date.now());
    const { spans, requests, failures, rejection } = this.#tally;
    const { arrived, begun } = pacing;
    return {
      pace: {
        ...pacing,
        elapsedMs: this.#lastEnd - this.#begun,
        sinceIntended: this.#sinceIntended.summary(),
        sinceBegun: this.#sinceBegun.summary(),
      },
      unit: "trace",
      offeredSpans: begun === 0 ? 0 : Math.round((this.#made * arrived) / begun),
      offeredMs: arrived === 0 ? undefined : this.#replay.arrival?.(arrived),
      droppedSpans: this.#made - spans.sent,
      spans,
      requests,
      failures,
      rejection,
    };
  }

  #write(spans: readonly OpenSpan[], delivery: Delivery): void {
    if (this.#ledger === undefined || spans.length === 0) return;
    const lines = spans.map(({ ids, facts }) => ({ ids, facts: facts as SpanFacts }));
    this.#ledger.add(lines, spanDelivery(delivery));
  }
}
