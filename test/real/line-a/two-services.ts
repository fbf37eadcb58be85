// Two services one after the other, each the official `openai` client under another instrumentation; the first sends over gRPC, the
// second over HTTP/protobuf. Ends with the exit code of the first that fails.
import { spawnSync } from "node:child_process";
import { join } from "node:path";

const services = [
  { program: "opentelemetry.ts", protocol: "grpc" },
  { program: "traceloop.ts", protocol: "http/protobuf" },
];

for (const { program, protocol } of services) {
  const { status, signal } = spawnSync(process.execPath, [join(import.meta.dirname, program)], {
    stdio: "inherit",
    timeout: 30_000,
    env: { ...process.env, OTEL_EXPORTER_OTLP_PROTOCOL: protocol },
  });
  if (status !== 0) {
    console.error(`${program} ended with ${status ?? signal}.`);
    process.exit(status ?? 1);
  }
}
