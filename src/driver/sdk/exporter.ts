import type { CompressionAlgorithm } from "@opentelemetry/otlp-exporter-base";
import type { SpanExporter } from "@opentelemetry/sdk-trace-base";
import { grpcCredentials } from "../grpc-credentials.ts";
import type { Protocol } from "../replay.ts";
import type { Target } from "../reply.ts";
import { installed } from "./load-sdk.ts";

/** Makes the SDK's own exporter for a protocol, once for each service. */
export async function exporterFor(
  protocol: Protocol,
  { endpoint, headers, timeoutMs }: Target,
  gzip: boolean,
): Promise<() => SpanExporter> {
  const options = {
    timeoutMillis: timeoutMs,
    // The enum's package is not ours to load; this is its value.
    ...(gzip && { compression: "gzip" as CompressionAlgorithm }),
  };
  const url = `${endpoint.href.replace(/\/$/, "")}/v1/traces`;
  switch (protocol) {
    case "grpc": {
      const name = "@opentelemetry/exporter-trace-otlp-grpc";
      const { OTLPTraceExporter } = await installed(name, () => import("@opentelemetry/exporter-trace-otlp-grpc"));
      const { Metadata } = await import("@grpc/grpc-js");
      return () => {
        const metadata = new Metadata();
        for (const [key, value] of Object.entries(headers)) metadata.set(key, value);
        return new OTLPTraceExporter({
          ...options,
          url: endpoint.origin,
          credentials: grpcCredentials(endpoint),
          metadata,
        });
      };
    }
    case "http/protobuf": {
      const name = "@opentelemetry/exporter-trace-otlp-proto";
      const { OTLPTraceExporter } = await installed(name, () => import("@opentelemetry/exporter-trace-otlp-proto"));
      return () => new OTLPTraceExporter({ ...options, url, headers: { ...headers } });
    }
    case "http/json": {
      const name = "@opentelemetry/exporter-trace-otlp-http";
      const { OTLPTraceExporter } = await installed(name, () => import("@opentelemetry/exporter-trace-otlp-http"));
      return () => new OTLPTraceExporter({ ...options, url, headers: { ...headers } });
    }
  }
}
