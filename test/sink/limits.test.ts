import { connect as connectHttp2, type ClientHttp2Stream } from "node:http2";
import { connect as connectTcp, type Socket } from "node:net";
import { gzipSync } from "node:zlib";
import { OTLPTraceExporter as ProtoTraceExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import { BasicTracerProvider, BatchSpanProcessor } from "@opentelemetry/sdk-trace-base";
import { describe, expect, onTestFinished, test } from "vitest";
import { protobufRoot } from "../../src/otlp/message-types.ts";
import type { Sink } from "../../src/sink/start-sink.ts";
import { protobufOf, spanJson, tracesJson } from "../otlp/sample-requests.ts";
import { exportByGrpc } from "./grpc-export.ts";
import { openSink } from "./open-sink.ts";

const small = protobufOf(tracesJson([spanJson(1)]));
const large = protobufOf(tracesJson([spanJson(2, { padding: 5000 })]));
const gzip = { "grpc.default_compression_algorithm": 2 };

function post(url: string, body: Buffer, headers: { readonly [name: string]: string } = {}): Promise<Response> {
  return fetch(`${url}/v1/traces`, {
    method: "POST",
    headers: { "content-type": "application/x-protobuf", ...headers },
    body: new Uint8Array(body),
  });
}

describe("the port for either protocol has the limits of the others", () => {
  test("a request too large, before or after decompression, is refused; the next is taken", async () => {
    const { sink, taken, refused } = await openSink({ eitherPort: 0, maxRequestBytes: 2000 });
    const url = sink.eitherUrl ?? "";
    expect((await post(url, large)).status).toBe(413);
    expect((await post(url, gzipSync(large), { "content-encoding": "gzip" })).status).toBe(413);
    expect((await exportByGrpc({ url, body: large })).code).toBe(8);
    expect((await exportByGrpc({ url, body: large, channelOptions: gzip })).code).toBe(8);
    const decompressed = expect.stringMatching(/, decompressed$/);
    expect(refused.map(({ where }) => where)).toEqual(["the body", decompressed, "the gRPC message", decompressed]);
    expect((await post(url, small)).status).toBe(200);
    expect((await exportByGrpc({ url, body: small })).code).toBe(0);
    expect(taken).toHaveLength(2);
  });

  test("its bodies count with those of the other ports", async () => {
    const { sink, refused } = await openSink({ eitherPort: 0, maxRequestBytes: 100_000, maxInFlightBytes: 120_000 });
    startBody(Number(new URL(sink.eitherUrl ?? "").port), 80_000);
    await new Promise((resolve) => setTimeout(resolve, 200));
    const body = protobufOf(tracesJson([spanJson(3, { padding: 60_000 })]));
    expect((await post(sink.httpUrl, body)).status).toBe(200);
    await expect.poll(() => refused).toMatchObject([{ httpStatus: 429 }]);
  });

  test("a client that says nothing, or stops in the middle of a word, is not waited for", async () => {
    const { sink } = await openSink({ eitherPort: 0, bodyTimeoutMs: 300 });
    const port = Number(new URL(sink.eitherUrl ?? "").port);
    const ends = ["", "P", "PRI * HT", "POST /v1"].map(
      (text) =>
        new Promise<void>((resolve) => {
          const socket = connectTcp(port, "127.0.0.1", () => socket.write(text));
          socket.on("error", () => undefined);
          socket.on("close", () => resolve());
          socket.resume();
        }),
    );
    const silent = connectTcp(sink.grpcPort, "127.0.0.1").resume();
    silent.on("error", () => undefined);
    await Promise.all([...ends, new Promise((resolve) => silent.on("close", resolve))]);
    expect((await post(sink.eitherUrl ?? "", small)).status).toBe(200);
  });
});

/** A POST that says it has `length` bytes more than it sends. */
function startBody(port: number, length: number): Socket {
  const socket = connectTcp(port, "127.0.0.1");
  onTestFinished(() => void socket.destroy());
  socket.on("error", () => undefined);
  socket.resume();
  socket.write(
    `POST /v1/traces HTTP/1.1\r\nhost: x\r\ncontent-type: application/x-protobuf\r\ncontent-length: ${length + 1}\r\n\r\n`,
  );
  socket.write(Buffer.alloc(length));
  return socket;
}

describe("too much at once", () => {
  /** A call that says its message is one byte longer than what it sends. */
  function startCall(sink: Sink, length: number): ClientHttp2Stream {
    const session = connectHttp2(sink.grpcUrl);
    onTestFinished(() => session.destroy());
    session.on("error", () => undefined);
    const stream = session.request({
      ":method": "POST",
      ":path": "/opentelemetry.proto.collector.trace.v1.TraceService/Export",
      "content-type": "application/grpc",
    });
    const prefix = Buffer.alloc(5);
    prefix.writeUInt32BE(length + 1, 1);
    stream.on("error", () => undefined);
    stream.write(Buffer.concat([prefix, Buffer.alloc(length)]));
    stream.resume();
    return stream;
  }

  test("over gRPC the largest call is given up with RESOURCE_EXHAUSTED and RetryInfo, and counted", async () => {
    const { sink, taken, refused } = await openSink({ maxRequestBytes: 100_000, maxInFlightBytes: 120_000 });
    const hog = startCall(sink, 80_000);
    const answered = new Promise<{ [name: string]: unknown }>((resolve) => hog.on("response", resolve));
    await new Promise((resolve) => setTimeout(resolve, 200));
    const body = protobufOf(tracesJson([spanJson(3, { padding: 60_000 })]));
    expect((await exportByGrpc({ url: sink.grpcUrl, body })).code).toBe(0);
    const headers = await answered;
    expect(headers["grpc-status"]).toBe("8");
    const root = protobufRoot();
    const details = Buffer.from(String(headers["grpc-status-details-bin"]), "base64");
    const status = root.lookupType("RpcStatus").decode(details) as unknown as {
      details: { typeUrl: string; value: Uint8Array }[];
    };
    expect(status.details.map(({ typeUrl }) => typeUrl)).toEqual(["type.googleapis.com/google.rpc.RetryInfo"]);
    const retry = root.lookupType("RetryInfo");
    expect(retry.toObject(retry.decode(status.details[0]!.value), { longs: Number })).toEqual({
      retryDelay: { seconds: 1 },
    });
    expect(taken).toHaveLength(1);
    expect(refused).toMatchObject([{ transport: "grpc", grpcCode: 8, retryAfterSeconds: 1 }]);
  });

  test("an exporter that is told to wait sends again, and the refusal still counts", async () => {
    const { sink, taken, refused } = await openSink({ maxRequestBytes: 100_000, maxInFlightBytes: 100_000 });
    const hog = startBody(sink.httpPort, 50_000);
    await new Promise((resolve) => setTimeout(resolve, 200));
    const exporter = new ProtoTraceExporter({ url: `${sink.httpUrl}/v1/traces` });
    const provider = new BasicTracerProvider({ spanProcessors: [new BatchSpanProcessor(exporter)] });
    provider
      .getTracer("scope")
      .startSpan("again", { attributes: { padding: "x".repeat(60_000) } })
      .end();
    const flushed = provider.shutdown();
    await expect.poll(() => refused).toMatchObject([{ retryAfterSeconds: 1 }]);
    hog.destroy();
    await flushed;
    expect(taken).toEqual(["traces 1: again"]);
    // Whether a request that was refused came again is nothing that a receiver can tell, so it stays a doubt.
    expect(sink.received).toMatchObject({ requests: 1, refused: 2 });
    expect(refused.map(({ httpStatus }) => httpStatus)).toEqual([429, 400]);
  });
});

describe("connections", () => {
  test.each(["grpcPort", "httpPort", "either"] as const)("one too many on %s is closed and counted", async (which) => {
    const { sink, refused } = await openSink({ eitherPort: 0, maxConnections: 2 });
    const port = which === "either" ? Number(new URL(sink.eitherUrl ?? "").port) : sink[which];
    const sockets = Array.from({ length: 3 }, () => connectTcp(port, "127.0.0.1"));
    onTestFinished(() => {
      for (const socket of sockets) socket.destroy();
    });
    for (const socket of sockets) socket.on("error", () => undefined).resume();
    await expect
      .poll(() => refused)
      .toMatchObject([{ where: "a connection", fix: expect.stringContaining("one connection") }]);
    for (const socket of sockets) socket.destroy();
    if (which === "grpcPort") return;
    const url = `http://127.0.0.1:${port}`;
    await expect.poll(() => post(url, small).then(({ status }) => status, String)).toBe(200);
  });

  test("200 that do nothing leave room for one that sends", async () => {
    const { sink, taken } = await openSink();
    const idle = Array.from({ length: 100 }, () => [
      connectTcp(sink.httpPort, "127.0.0.1"),
      connectTcp(sink.grpcPort, "127.0.0.1"),
    ]).flat();
    await Promise.all(
      idle.map((socket) => new Promise((resolve) => socket.on("error", () => undefined).once("connect", resolve))),
    );
    expect((await post(sink.httpUrl, small)).status).toBe(200);
    expect((await exportByGrpc({ url: sink.grpcUrl, body: small })).code).toBe(0);
    expect(taken).toHaveLength(2);
    await sink.stop();
  });
});
