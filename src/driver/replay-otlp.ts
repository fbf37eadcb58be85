import { otlpRequest } from "../scenario/render/otlp-request.ts";
import type { TracesData } from "../otlp/model.ts";
import { dataOf } from "../otlp/object-view.ts";
import type { ArrivalTime } from "./arrival-times.ts";
import { Deck, type DeckRequest } from "./deck.ts";
import type { Delivery, RetryPolicy } from "./deliver.ts";
import { grpcSender } from "./grpc-sender.ts";
import { httpSender } from "./http-sender.ts";
import { otlpJob } from "./otlp-driver.ts";
import { pace, type Arrivals } from "./pace.ts";
import type { RequestPosition } from "./patch.ts";
import { Patience } from "./patience.ts";
import type { Replay, ReplayFigures } from "./replay.ts";
import type { Sender } from "./reply.ts";
import { idsOf } from "./span-ids.ts";
import { soonAfter } from "./soon-after.ts";
import { SpanLedger, spanDelivery } from "./span-ledger.ts";
import { Tally } from "./tally.ts";

/** As the SDKs' exporters wait; what a target asks for is honoured up to a minute. */
const waits: Omit<RetryPolicy, "maxAttempts"> = { firstWaitMs: 1000, longestWaitMs: 5000, longestAskedMs: 60_000 };
/** Requests that wait while as many as may be are under way; a second's worth at a thousand a second. */
const LONGEST_QUEUE = 1000;
const LONGEST_WAIT_MS = 10_000;

/** Replays by encoding: templates of whole requests, in which only ids and times change. */
export async function replayOtlp(replay: Replay): Promise<ReplayFigures> {
  const { over, idSeed, protocol, ledger } = replay;
  const format = protocol === "http/json" ? "json" : "protobuf";
  const deck = new Deck(
    replay.traces.map((trace) => modelOf(trace.spans, replay)),
    {
      format,
      spansPerRequest: replay.spansPerRequest,
      tellFacts: ledger !== undefined,
      ...(replay.wanted !== Infinity && { traces: replay.wanted }),
    },
  );
  const sender = senderOf(replay);
  const tally = new Tally();
  const patience = new Patience(over, () => performance.now());
  const spanLedger = ledger === undefined ? undefined : new SpanLedger(ledger, Date.now());
  const deliverySettled = (delivery: Delivery, request: DeckRequest, position: RequestPosition): void => {
    tally.add(delivery, request.template.spanCount);
    if (spanLedger !== undefined) writeSpans(spanLedger, delivery, request, position);
    replay.onProgress({ spans: tally.spans, attemptsFailed: tally.requests.attempts - tally.requests.acknowledged });
  };
  const job = otlpJob({
    deck,
    sender,
    seed: idSeed,
    policy: { ...waits, maxAttempts: replay.retries + 1 },
    now: Date.now,
    over: over.signal,
    onReply: (reply) => (reply.acknowledged ? patience.acknowledged() : patience.failed(reply.retryAfterMs)),
    onDelivery: deliverySettled,
  });
  const pacing = {
    arrivals: arrivalsOf(deck, replay.arrival),
    maxInFlight: replay.maxInFlight,
    maxJobs: deck.requestCount,
    durationMs: replay.durationMs,
  };
  const keepWaiting = soonAfter(over.signal, () => sender.close());
  try {
    const figures = await pace(job, pacing, over.signal);
    spanLedger?.end(Date.now());
    const { spans, requests, failures, rejection } = tally;
    const offeredSpans = spans.sent + Math.round(figures.dropped * deck.meanSpans);
    const offeredMs = figures.arrived === 0 ? undefined : replay.arrival?.(lastTrace(deck, figures.arrived - 1) + 1);
    return {
      pace: figures,
      unit: "request",
      offeredSpans,
      offeredMs,
      droppedSpans: 0,
      spans,
      requests,
      failures,
      rejection,
    };
  } finally {
    keepWaiting();
    sender.close();
  }
}

function modelOf(spans: Parameters<typeof otlpRequest>[0], { services, toolVersion, schemaUrl }: Replay): TracesData {
  // The plan's times count from an epoch of its own: only how far they lie apart goes into a template.
  const startTimeUnixNano = 1_000_000_000_000_000_000n;
  return dataOf(otlpRequest(spans, { services, toolVersion, schemaUrl, startTimeUnixNano })) as TracesData;
}

function senderOf({ protocol, gzip, target }: Replay): Sender {
  if (protocol === "grpc") return grpcSender(target, { gzip });
  return httpSender(target, { format: protocol === "http/json" ? "json" : "protobuf", gzip });
}

/** A request is due when the last of its traces has begun. */
function arrivalsOf(deck: Deck, arrival: ArrivalTime | undefined): Arrivals {
  if (arrival === undefined) return { model: "closed" };
  const times = (function* due() {
    for (let k = 0; ; k++) yield arrival(lastTrace(deck, k));
  })();
  return { model: "open", times, maxQueue: LONGEST_QUEUE, maxWaitMs: LONGEST_WAIT_MS };
}

const lastTrace = (deck: Deck, k: number): number => deck.firstTrace(k) + deck.request(k).traces - 1;

function writeSpans(
  ledger: SpanLedger,
  delivery: Delivery,
  { identities, facts }: DeckRequest,
  position: RequestPosition,
): void {
  const spans = identities.flatMap((identity, index) =>
    identity === undefined ? [] : [{ ids: idsOf(identity, position), facts: facts[index]! }],
  );
  ledger.add(spans, spanDelivery(delivery));
}
