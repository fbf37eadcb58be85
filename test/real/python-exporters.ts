import { execFile } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { makeAuthority } from "../sink/certificates.ts";
import { openSink } from "../sink/open-sink.ts";
import { pythonEnvironment } from "./python-venv.ts";

const run = promisify(execFile);
const python = join(import.meta.dirname, "python");
const token = "0123456789abcdef";

/** Runs the exporters of Python's SDK with these settings and nothing else of OTLP from around. */
async function exportFromPython(environment: NodeJS.ProcessEnv): Promise<void> {
  const interpreter = await pythonEnvironment(join(python, "openai-v2.requirements.txt"));
  // Python's requests takes these before the certificate that the exporter was given.
  const { REQUESTS_CA_BUNDLE: _, CURL_CA_BUNDLE: __, ...inherited } = process.env;
  await run(interpreter, ["-B", join(python, "exporters.py")], {
    env: { ...inherited, ...environment },
    timeout: 60_000,
  });
}

export function testPythonExporters(): void {
  describe("the exporters of Python's SDK", () => {
    test("gRPC and HTTP", async () => {
      const { sink, taken, refused } = await openSink();
      await exportFromPython({ GRPC_ENDPOINT: sink.grpcUrl, HTTP_ENDPOINT: sink.httpUrl });
      expect([taken, refused]).toEqual([["traces 1: over gRPC", "traces 1: over HTTP"], []]);
    });

    test("gRPC and HTTP over TLS, with client certificates, a token and gzip", async () => {
      const servers = makeAuthority("servers");
      const clients = makeAuthority("clients");
      const server = servers.issue();
      const client = clients.issue();
      const tls = { certificate: server.certificate, key: server.key, clientAuthorities: clients.certificate };
      const { sink, taken, refused } = await openSink({ host: "localhost", tls, token });
      const folder = mkdtempSync(join(tmpdir(), "python-exporters-"));
      const file = (name: string, text: string): string => {
        writeFileSync(join(folder, name), text);
        return join(folder, name);
      };
      await exportFromPython({
        GRPC_ENDPOINT: sink.grpcUrl,
        HTTP_ENDPOINT: sink.httpUrl,
        OTEL_EXPORTER_OTLP_COMPRESSION: "gzip",
        OTEL_EXPORTER_OTLP_CERTIFICATE: file("ca.pem", servers.certificate),
        OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE: file("client.pem", client.certificate),
        OTEL_EXPORTER_OTLP_CLIENT_KEY: file("client-key.pem", client.key),
        OTEL_EXPORTER_OTLP_HEADERS: `authorization=Bearer%20${token}`,
      });
      expect([taken, refused]).toEqual([["traces 1: over gRPC", "traces 1: over HTTP"], []]);
    });
  });
}
