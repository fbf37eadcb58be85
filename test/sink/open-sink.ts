import { onTestFinished } from "vitest";
import type { OtlpRequest } from "../../src/otlp/view.ts";
import { startSink, type RefusedRequest, type Sink, type SinkOptions } from "../../src/sink/start-sink.ts";

export interface OpenSink {
  readonly sink: Sink;
  /** One line for each request that came in, such as `traces 2: a, b`. */
  readonly taken: string[];
  readonly refused: RefusedRequest[];
}

/** A sink on free ports that is stopped when the test is over. */
export async function openSink(options: Partial<SinkOptions> = {}): Promise<OpenSink> {
  const taken: string[] = [];
  const refused: RefusedRequest[] = [];
  const sink = await startSink({
    grpcPort: 0,
    httpPort: 0,
    onRequest: (request) => taken.push(describe(request)),
    onRefused: (one) => refused.push(one),
    ...options,
  });
  onTestFinished(() => sink.stop());
  return { sink, taken, refused };
}

function describe(request: OtlpRequest): string {
  const names: string[] = [];
  switch (request.signal) {
    case "traces":
      request.forEachSpan((span) => names.push(span.name));
      return `traces ${request.spanCount}: ${names.join(", ")}`;
    case "logs":
      request.forEachRecord((record) => names.push(record.eventName));
      return `logs ${request.recordCount}: ${names.join(", ")}`;
    case "metrics":
      request.forEachMetric((metric) => names.push(metric.name));
      return `metrics ${request.metricCount}: ${names.join(", ")}`;
  }
}
