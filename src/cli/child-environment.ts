const signals = ["TRACES", "METRICS", "LOGS"];
const connection = [
  "ENDPOINT",
  "PROTOCOL",
  "HEADERS",
  "COMPRESSION",
  "TIMEOUT",
  "INSECURE",
  "CERTIFICATE",
  "CLIENT_KEY",
  "CLIENT_CERTIFICATE",
];

/**
 * The environment of the command under test: whatever exporter its SDK picks sends to the sink. Signal-specific settings win over the
 * general ones (OpenTelemetry Protocol Exporter, configuration options), so they are cleared; so are headers, certificates and proxies that
 * belong to another backend.
 */
export function childEnvironment(parent: NodeJS.ProcessEnv, endpoint: string): NodeJS.ProcessEnv {
  const environment: NodeJS.ProcessEnv = { ...parent };
  for (const option of connection) {
    delete environment[`OTEL_EXPORTER_OTLP_${option}`];
    for (const signal of signals) delete environment[`OTEL_EXPORTER_OTLP_${signal}_${option}`];
  }
  delete environment["OTEL_SDK_DISABLED"];
  const protocol = parent["OTEL_EXPORTER_OTLP_PROTOCOL"];
  environment["OTEL_EXPORTER_OTLP_ENDPOINT"] = endpoint;
  environment["OTEL_EXPORTER_OTLP_PROTOCOL"] = protocol === undefined || protocol === "" ? "http/protobuf" : protocol;
  environment["OTEL_EXPORTER_OTLP_INSECURE"] = "true";
  for (const signal of signals) environment[`OTEL_${signal}_EXPORTER`] = "otlp";
  const direct = ["127.0.0.1", "localhost"];
  for (const name of ["NO_PROXY", "no_proxy"]) {
    environment[name] = [
      ...new Set([...(parent[name] ?? "").split(",").filter((host) => host !== ""), ...direct]),
    ].join(",");
  }
  return environment;
}
