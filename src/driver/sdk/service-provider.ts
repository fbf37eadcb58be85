import type { ExportResult } from "@opentelemetry/core";
import type { BasicTracerProvider, ReadableSpan, SpanExporter } from "@opentelemetry/sdk-trace-base";
import type { Sdk } from "./load-sdk.ts";

/** The tracer provider of one service, as an application would set it up. */
export function serviceProvider(
  sdk: Sdk,
  service: string,
  schemaUrl: string,
  exporter: SpanExporter,
): BasicTracerProvider {
  const { AlwaysOnSampler, BasicTracerProvider: Provider, BatchSpanProcessor } = sdk.trace;
  return new Provider({
    resource: sdk.resources.resourceFromAttributes({ "service.name": service }, { schemaUrl }),
    // OTEL_TRACES_SAMPLER of this process is not the services'.
    sampler: new AlwaysOnSampler(),
    spanProcessors: [new BatchSpanProcessor(exporter)],
  });
}

export type OnExported = (spans: readonly ReadableSpan[], result: ExportResult, tookMs: number) => void;

/** The exporter as it is, with word of each of its exports. */
export function watched(exporter: SpanExporter, onExported: OnExported): SpanExporter {
  return {
    export(spans, done) {
      const begun = performance.now();
      exporter.export(spans, (result) => {
        onExported(spans, result, performance.now() - begun);
        done(result);
      });
    },
    shutdown: () => exporter.shutdown(),
  };
}
