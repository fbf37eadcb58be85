import { connect as connectHttp2 } from "node:http2";
import { Agent, request as httpsRequest } from "node:https";
import { connect as connectTcp } from "node:net";
import { connect as connectTls, type ConnectionOptions } from "node:tls";
import { credentials } from "@grpc/grpc-js";
import { OTLPTraceExporter as GrpcTraceExporter } from "@opentelemetry/exporter-trace-otlp-grpc";
import { OTLPTraceExporter as ProtoTraceExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import { CompressionAlgorithm } from "@opentelemetry/otlp-exporter-base";
import { BasicTracerProvider, BatchSpanProcessor, type SpanExporter } from "@opentelemetry/sdk-trace-base";
import { describe, expect, onTestFinished, test } from "vitest";
import type { Sink } from "../../src/sink/start-sink.ts";
import { protobufOf, spanJson, tracesJson } from "../otlp/sample-requests.ts";
import { makeAuthority, type Identity } from "./certificates.ts";
import { openSink } from "./open-sink.ts";

const authority = makeAuthority("the sink's authority");
const clients = makeAuthority("the clients' authority");
const server = authority.issue();
const client = clients.issue();
const tls = { certificate: server.certificate, key: server.key };
const mutualTls = { ...tls, clientAuthorities: clients.certificate };
const message = protobufOf(tracesJson([spanJson(1)]));

/** Exporters that trust an authority, and show a certificate when they have one. */
type MakeExporter = (sink: Sink, trusted: string | undefined, own: Identity | undefined) => SpanExporter;

const timeoutMillis = 3000;
const buffer = (text: string | undefined): Buffer | null => (text === undefined ? null : Buffer.from(text));

const exporters: readonly (readonly [string, MakeExporter])[] = [
  [
    "gRPC",
    (sink, trusted, own) =>
      new GrpcTraceExporter({
        url: sink.grpcUrl,
        timeoutMillis,
        compression: CompressionAlgorithm.GZIP,
        credentials: credentials.createSsl(buffer(trusted), buffer(own?.key), buffer(own?.certificate)),
      }),
  ],
  [
    "HTTP/protobuf",
    (sink, trusted, own) =>
      new ProtoTraceExporter({
        url: `${sink.httpUrl}/v1/traces`,
        timeoutMillis,
        httpAgentOptions: {
          ...(trusted !== undefined && { ca: trusted }),
          ...(own !== undefined && { cert: own.certificate, key: own.key }),
        },
      }),
  ],
];

async function exportSpan(exporter: SpanExporter): Promise<void> {
  const provider = new BasicTracerProvider({ spanProcessors: [new BatchSpanProcessor(exporter)] });
  provider.getTracer("scope").startSpan("over TLS").end();
  // What became of it is read at the sink.
  await provider.shutdown().catch(() => undefined);
}

describe.each(exporters)("the trace exporter over %s", (_, make) => {
  test("is served over TLS", async () => {
    const { sink, taken, refused } = await openSink({ tls });
    expect([sink.grpcUrl, sink.httpUrl]).toEqual([
      `https://127.0.0.1:${sink.grpcPort}`,
      `https://127.0.0.1:${sink.httpPort}`,
    ]);
    await exportSpan(make(sink, authority.certificate, undefined));
    expect([taken, refused]).toEqual([["traces 1: over TLS"], []]);
  });

  test("is served when it shows a certificate of the clients' authority", async () => {
    const { sink, taken, refused } = await openSink({ tls: mutualTls });
    await exportSpan(make(sink, authority.certificate, client));
    expect([taken, refused]).toEqual([["traces 1: over TLS"], []]);
  });

  test.each<[string, string | undefined, Identity | undefined, RegExp]>([
    ["does not trust the sink", undefined, client, /ended before that.*do not trust the sink's certificate/],
    ["has no certificate", authority.certificate, undefined, /client certificate.*got none/],
    ["has a certificate of another authority", authority.certificate, authority.issue(), /does not verify \([A-Z_]+\)/],
    [
      "has a certificate that expired",
      authority.certificate,
      clients.issue({ notAfter: new Date(Date.now() - 1000) }),
      /does not verify \(CERT_HAS_EXPIRED\)/,
    ],
  ])("is refused and counted when it %s", async (__, trusted, own, text) => {
    const { sink, taken, refused } = await openSink({ tls: mutualTls });
    await exportSpan(make(sink, trusted, own));
    await expect.poll(() => refused.length).toBeGreaterThan(0);
    expect(taken).toEqual([]);
    for (const { where, expected, actual } of refused) {
      expect(`${where}: expected ${expected}, got ${actual}`).toMatch(/^the TLS handshake/);
      expect(`expected ${expected}, got ${actual}`).toMatch(text);
    }
    expect(sink.received).toMatchObject({ requests: 0, refused: refused.length });
  });
});

describe("a handshake that cannot be", () => {
  const port = { grpc: (sink: Sink) => sink.grpcPort, http: (sink: Sink) => sink.httpPort };

  function shakeHands(sinkPort: number, options: ConnectionOptions): Promise<void> {
    return new Promise((resolve) => {
      const socket = connectTls({ port: sinkPort, host: "127.0.0.1", ca: authority.certificate, ...options });
      socket.on("error", () => undefined);
      socket.on("close", () => resolve());
      socket.resume();
    });
  }

  function say(sinkPort: number, bytes: string): Promise<void> {
    return new Promise((resolve) => {
      const socket = connectTcp(sinkPort, "127.0.0.1", () => (bytes === "" ? socket.end() : socket.write(bytes)));
      socket.on("error", () => undefined);
      socket.on("close", () => resolve());
      socket.resume();
    });
  }

  const http = "POST /v1/traces HTTP/1.1\r\nhost: x\r\n\r\n";
  const http2 = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\u0004\0\0\0\0\0";
  test.each<["grpc" | "http", string, (sinkPort: number) => Promise<void>, RegExp]>([
    ["grpc", "HTTP without TLS", (at) => say(at, http), /expected TLS, got what is not/],
    ["grpc", "gRPC without TLS", (at) => say(at, http2), /expected TLS, got what is not/],
    ["http", "HTTP without TLS", (at) => say(at, http), /expected TLS, got what is not/],
    ["http", "gRPC without TLS", (at) => say(at, http2), /expected TLS, got what is not/],
    ["grpc", "a client of HTTP/1.1", (at) => shakeHands(at, { ALPNProtocols: ["http/1.1"] }), /a client of h2/],
    ["http", "a client of HTTP/2", (at) => shakeHands(at, { ALPNProtocols: ["h2"] }), /a client of http\/1\.1/],
    ["grpc", "a client without ALPN", (at) => shakeHands(at, {}), /expected HTTP\/2, .*no protocol by ALPN/],
    [
      "http",
      "an old TLS",
      (at) => shakeHands(at, { minVersion: "TLSv1", maxVersion: "TLSv1.1", ciphers: "ALL:@SECLEVEL=0" }),
      /TLS 1\.2 or 1\.3/,
    ],
  ])("%s: %s is counted once, with what to do", async (transport, _, attempt, text) => {
    const { sink, refused } = await openSink({ tls });
    await attempt(port[transport](sink));
    await expect.poll(() => refused).toHaveLength(1);
    const [one] = refused;
    expect(`expected ${one?.expected}, got ${one?.actual}`).toMatch(text);
    expect([one?.transport, one?.fix === ""]).toEqual([transport, false]);
  });

  test.each(["grpc", "http"] as const)("%s: a connection without a word is a probe", async (transport) => {
    const { sink, refused } = await openSink({ tls });
    await say(port[transport](sink), "");
    await exportSpan(exporters[1]![1](sink, authority.certificate, undefined));
    expect([sink.received.requests, refused]).toEqual([1, []]);
  });

  test("a certificate and a key that do not belong together are the caller's error", async () => {
    const wrong = { certificate: server.certificate, key: client.key };
    await expect(openSink({ tls: wrong })).rejects.toThrow(/key/i);
    await expect(openSink({ tls, eitherPort: 0 })).rejects.toThrow(/eitherPort/);
  });
});

describe("stopping a sink with TLS", () => {
  test("lets requests of both transports under way finish, and no idle connection holds it up", async () => {
    const { sink, taken } = await openSink({ tls });
    const ca = authority.certificate;
    const idle = [
      connectTls({ port: sink.httpPort, host: "127.0.0.1", ca }),
      connectTls({ port: sink.grpcPort, host: "127.0.0.1", ca, ALPNProtocols: ["h2"] }),
    ];
    await Promise.all(
      idle.map((socket) => {
        socket.on("error", () => undefined);
        return new Promise((resolve) => socket.once("secureConnect", resolve));
      }),
    );
    const agent = new Agent({ ca, keepAlive: true });
    onTestFinished(() => agent.destroy());
    const request = httpsRequest({
      agent,
      host: "127.0.0.1",
      port: sink.httpPort,
      path: "/v1/traces",
      method: "POST",
      headers: { "content-type": "application/x-protobuf", "content-length": message.length },
    });
    const answered = new Promise<number | undefined>((resolve) =>
      request.on("response", (response) => resolve(response.resume().statusCode)),
    );
    request.write(message.subarray(0, 10));
    const session = connectHttp2(sink.grpcUrl, { ca });
    onTestFinished(() => session.destroy());
    const call = session.request({
      ":method": "POST",
      ":path": "/opentelemetry.proto.collector.trace.v1.TraceService/Export",
      "content-type": "application/grpc",
    });
    const trailers = new Promise<unknown>((resolve) =>
      call.on("trailers", (headers) => resolve(headers["grpc-status"])),
    );
    const prefix = Buffer.alloc(5);
    prefix.writeUInt32BE(message.length, 1);
    call.write(prefix);
    call.resume();
    await new Promise((resolve) => setTimeout(resolve, 200));
    const start = performance.now();
    const stopped = sink.stop();
    request.end(message.subarray(10));
    call.end(message);
    expect(await Promise.all([answered, trailers])).toEqual([200, "0"]);
    await stopped;
    expect(taken).toEqual(["traces 1: span 1", "traces 1: span 1"]);
    // Idle connections that were left to the deadline would have taken 5 s.
    expect(performance.now() - start).toBeLessThan(4000);
  });
});
