import { createServer, connect as connectTcp, type AddressInfo, type Server } from "node:net";
import { connect } from "node:http2";
import { describe, expect, onTestFinished, test } from "vitest";
import { ListenError } from "../../src/sink/listen.ts";
import { startSink } from "../../src/sink/start-sink.ts";
import { protobufOf, spanJson, tracesJson } from "../otlp/sample-requests.ts";
import { openSink } from "./open-sink.ts";

const json = JSON.stringify(tracesJson([spanJson(1)]));
const onRequest = (): void => undefined;

async function busyPort(): Promise<number> {
  const server: Server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

async function refusalOf(promise: Promise<unknown>): Promise<Error> {
  return promise.then(
    () => expect.fail("it started"),
    (error: unknown) => error as Error,
  );
}

function post(url: string, body: string): Promise<Response> {
  return fetch(`${url}/v1/traces`, { method: "POST", headers: { "content-type": "application/json" }, body });
}

describe("ports", () => {
  test("0 takes free ports, and the URLs name them", async () => {
    const { sink } = await openSink();
    expect(sink.grpcPort).toBeGreaterThan(0);
    expect(sink.grpcUrl).toBe(`http://127.0.0.1:${sink.grpcPort}`);
    expect(sink.httpUrl).toBe(`http://127.0.0.1:${sink.httpPort}`);
    expect((await post(sink.httpUrl, json)).status).toBe(200);
  });

  test("a busy port is named, with what to do, and nothing is left listening", async () => {
    const port = await busyPort();
    const grpc = await refusalOf(startSink({ grpcPort: port, httpPort: 0, onRequest }));
    expect(grpc).toBeInstanceOf(ListenError);
    expect(grpc.message).toMatch(
      new RegExp(`^127\\.0\\.0\\.1:${port} \\(OTLP/gRPC\\): .*in use.*--grpc-port \\(0 takes a free one\\)`),
    );
    const first = await openSink();
    await first.sink.stop();
    const http = await refusalOf(startSink({ grpcPort: first.sink.grpcPort, httpPort: port, onRequest }));
    expect(http.message).toMatch(/OTLP\/HTTP.*--http-port/);
    const again = await startSink({ grpcPort: first.sink.grpcPort, httpPort: 0, onRequest });
    await again.stop();
  });

  test("an address that this machine does not have", async () => {
    const error = await refusalOf(startSink({ host: "203.0.113.1", grpcPort: 0, httpPort: 0, onRequest }));
    expect(error.message).toMatch(/203\.0\.113\.1:0.*--host/);
  });

  test("an IPv6 address stands in brackets", async () => {
    const { sink } = await openSink({ host: "::1" });
    expect(sink.httpUrl).toBe(`http://[::1]:${sink.httpPort}`);
    expect((await post(sink.httpUrl, json)).status).toBe(200);
  });
});

describe("one port for either protocol", () => {
  test("takes HTTP and gRPC, even byte by byte", async () => {
    const { sink, taken } = await openSink({ eitherPort: 0 });
    const url = sink.eitherUrl ?? "";
    expect((await post(url, json)).status).toBe(200);
    const session = connect(url);
    onTestFinished(() => session.destroy());
    const stream = session.request({
      ":method": "POST",
      ":path": "/opentelemetry.proto.collector.trace.v1.TraceService/Export",
      "content-type": "application/grpc",
    });
    const message = protobufOf(tracesJson([spanJson(2)]));
    const prefix = Buffer.alloc(5);
    prefix.writeUInt32BE(message.length, 1);
    stream.end(Buffer.concat([prefix, message]));
    stream.resume();
    await new Promise((resolve) => stream.on("close", resolve));
    const text = `POST /v1/traces HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ${json.length}\r\n\r\n${json}`;
    const answer = await new Promise<string>((resolve) => {
      const socket = connectTcp({ port: Number(new URL(url).port), host: "127.0.0.1", noDelay: true }, async () => {
        for (const byte of [text.slice(0, 1), text.slice(1, 2), text.slice(2)]) {
          socket.write(byte);
          await new Promise((next) => setTimeout(next, 20));
        }
      });
      socket.once("data", (data) => {
        resolve(data.toString());
        socket.destroy();
      });
    });
    expect(answer).toMatch(/^HTTP\/1\.1 200/);
    expect(taken).toEqual(["traces 1: span 1", "traces 1: span 2", "traces 1: span 1"]);
  });

  test("a connection that says nothing does not hold up stopping", async () => {
    const { sink } = await openSink({ eitherPort: 0 });
    const socket = connectTcp(Number(new URL(sink.eitherUrl ?? "").port), "127.0.0.1");
    await new Promise((resolve) => socket.once("connect", resolve));
    const closed = new Promise((resolve) => socket.once("close", resolve));
    socket.on("error", () => undefined);
    socket.resume();
    await sink.stop();
    await closed;
  });
});

describe("stopping", () => {
  test("lets a request under way finish, then takes no more", async () => {
    const { sink, taken } = await openSink();
    const socket = connectTcp(sink.httpPort, "127.0.0.1");
    await new Promise((resolve) => socket.once("connect", resolve));
    let answer = "";
    socket.on("data", (data) => (answer += data.toString()));
    const closed = new Promise((resolve) => socket.once("close", resolve));
    socket.write(
      `POST /v1/traces HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ${json.length}\r\n\r\n${json.slice(0, 20)}`,
    );
    await new Promise((resolve) => setTimeout(resolve, 100));
    const stopped = sink.stop();
    socket.write(json.slice(20));
    await stopped;
    socket.end();
    await closed;
    expect(answer).toMatch(/^HTTP\/1\.1 200/);
    expect(taken).toEqual(["traces 1: span 1"]);
    await expect(post(sink.httpUrl, json)).rejects.toThrow(/fetch failed/);
  });

  test("may be asked for twice, and idle connections of either kind do not hold it up", async () => {
    const { sink } = await openSink();
    const idle = [connectTcp(sink.httpPort, "127.0.0.1"), connectTcp(sink.grpcPort, "127.0.0.1")];
    for (const socket of idle) socket.on("error", () => undefined);
    const session = connect(sink.grpcUrl);
    await new Promise((resolve) => session.once("connect", resolve));
    await post(sink.httpUrl, json);
    await Promise.all([sink.stop(), sink.stop()]);
    for (const socket of idle) socket.destroy();
    session.destroy();
  });

  test("lastActivity moves with what clients do", async () => {
    const { sink } = await openSink();
    const before = sink.lastActivity;
    await new Promise((resolve) => setTimeout(resolve, 20));
    await post(sink.httpUrl, json);
    expect(sink.lastActivity).toBeGreaterThan(before);
  });
});
