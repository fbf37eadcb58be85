import type { SinkOptions } from "../sink/start-sink.ts";

/** What to warn of before a sink listens where other machines reach it; empty on loopback. */
export function exposureWarnings({ host = "", tls, token }: Pick<SinkOptions, "host" | "tls" | "token">): string[] {
  if (isLoopback(host)) return [];
  if (token === undefined && tls?.clientAuthorities === undefined) {
    return [
      `warning: whoever reaches ${host} may send to this sink, and its report shows what they send. ` +
        "Give --token-file (or GENAI_TESTKIT_TOKEN) or --tls-client-ca, or leave out --host.",
    ];
  }
  if (tls === undefined) {
    return [
      `warning: telemetry and the token cross the network to ${host} unencrypted. Give --tls-cert and --tls-key.`,
    ];
  }
  return [];
}

export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127(\.\d{1,3}){3}$/.test(host);
}
