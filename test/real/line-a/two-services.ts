// Two services one after the other, each the official `openai` client under another instrumentation: the first sends over gRPC to
// TWO_SERVICES_GRPC_ENDPOINT, the second over HTTP/protobuf to TWO_SERVICES_HTTP_ENDPOINT. Ends with the exit code of the first that fails.
import { spawnSync } from "node:child_process";
import { join } from "node:path";

const services = [
  { program: "opentelemetry.ts", protocol: "grpc", endpoint: process.env["TWO_SERVICES_GRPC_ENDPOINT"] },
  { program: "traceloop.ts", protocol: "http/protobuf", endpoint: process.env["TWO_SERVICES_HTTP_ENDPOINT"] },
];

for (const { program, protocol, endpoint } of services) {
  const { status } = spawnSync(process.execPath, [join(import.meta.dirname, program)], {
    stdio: "inherit",
    timeout: 30_000,
    env: { ...process.env, OTEL_EXPORTER_OTLP_PROTOCOL: protocol, OTEL_EXPORTER_OTLP_ENDPOINT: endpoint },
  });
  if (status !== 0) {
    console.error(`${program} ended with ${status ?? "a signal"}.`);
    process.exit(status ?? 1);
  }
}
