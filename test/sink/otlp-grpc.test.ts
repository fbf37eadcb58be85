import { connect, type ClientHttp2Session, type IncomingHttpHeaders } from "node:http2";
import { connect as connectTcp } from "node:net";
import { gzipSync } from "node:zlib";
import {
  Client,
  compressionAlgorithms,
  credentials,
  Metadata,
  type CallOptions,
  type ServiceError,
} from "@grpc/grpc-js";
import fc from "fast-check";
import { describe, expect, onTestFinished, test } from "vitest";
import { protobufRoot } from "../../src/otlp/message-types.ts";
import { logsJson, metricsJson, protobufOf, spanJson, tracesJson } from "../otlp/sample-requests.ts";
import { openSink, type OpenSink } from "./open-sink.ts";

const service = (name: string): string => `/opentelemetry.proto.collector.${name}/Export`;
const traceMethod = service("trace.v1.TraceService");
const message = protobufOf(tracesJson([spanJson(1)]));
const root = protobufRoot();

function frame(bytes: Buffer, flag = 0, length = bytes.length): Buffer {
  const prefix = Buffer.alloc(5);
  prefix[0] = flag;
  prefix.writeUInt32BE(length, 1);
  return Buffer.concat([prefix, bytes]);
}

interface Reply {
  readonly headers: IncomingHttpHeaders;
  readonly trailers: IncomingHttpHeaders;
  readonly body: Buffer;
}

interface Sent {
  readonly headers?: { readonly [name: string]: string };
  readonly body?: Buffer | readonly Buffer[];
  /** Leave the stream open after the body. */
  readonly open?: boolean;
}

/** One call by hand, so that it can be wrong. */
async function call({ sink }: OpenSink, { headers = {}, body = frame(message), open = false }: Sent): Promise<Reply> {
  const session = connect(sink.grpcUrl);
  session.on("error", () => undefined);
  try {
    return await callOn(session, headers, Buffer.isBuffer(body) ? [body] : (body as readonly Buffer[]), open);
  } finally {
    session.destroy();
  }
}

function callOn(
  session: ClientHttp2Session,
  headers: object,
  chunks: readonly Buffer[],
  open: boolean,
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const stream = session.request(
      {
        ":method": "POST",
        ":path": traceMethod,
        "content-type": "application/grpc",
        te: "trailers",
        ...headers,
      },
      { endStream: false },
    );
    const received: Buffer[] = [];
    let head: IncomingHttpHeaders = {};
    let trailers: IncomingHttpHeaders = {};
    stream.on("response", (response) => (head = response));
    stream.on("trailers", (response: IncomingHttpHeaders) => (trailers = response));
    stream.on("data", (chunk: Buffer) => received.push(chunk));
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "ERR_HTTP2_STREAM_ERROR") reject(error);
    });
    stream.on("close", () => resolve({ headers: head, trailers, body: Buffer.concat(received) }));
    for (const chunk of chunks) stream.write(chunk);
    if (!open) stream.end();
  });
}

const statusOf = ({ headers, trailers }: Reply): number =>
  Number(headers["grpc-status"] ?? trailers["grpc-status"] ?? -1);
const messageOf = ({ headers }: Reply): string => decodeURIComponent(String(headers["grpc-message"] ?? ""));

describe("what is taken", () => {
  test.each<[string, Sent]>([
    ["a plain message", {}],
    ["the media type with its format", { headers: { "content-type": "application/grpc+proto" } }],
    ["a media type in capitals, with a parameter", { headers: { "content-type": "Application/gRPC; x=y" } }],
    ["a gzip message", { headers: { "grpc-encoding": "gzip" }, body: frame(gzipSync(message), 1) }],
    [
      "a message that is not compressed, where it could be",
      { headers: { "grpc-encoding": "gzip" }, body: frame(message) },
    ],
    ["a message byte by byte", { body: [...frame(message)].map((byte) => Buffer.from([byte])) }],
    ["a deadline that holds", { headers: { "grpc-timeout": "10S" } }],
  ])("%s", async (_, sent) => {
    const open = await openSink();
    const reply = await call(open, sent);
    expect(reply.headers[":status"]).toBe(200);
    expect(reply.headers["content-type"]).toBe("application/grpc");
    expect(statusOf(reply)).toBe(0);
    expect(reply.trailers["grpc-status"]).toBe("0");
    // An ExportTraceServiceResponse with partial_success unset.
    expect(reply.body).toEqual(frame(Buffer.alloc(0)));
    expect(open.taken).toEqual(["traces 1: span 1"]);
    expect(open.sink.received).toEqual({ requests: 1, spans: 1, logs: 0, metrics: 0, refused: 0 });
  });

  test("an empty request", async () => {
    const open = await openSink();
    expect(statusOf(await call(open, { body: frame(Buffer.alloc(0)) }))).toBe(0);
    expect(open.taken).toEqual(["traces 0: "]);
  });

  test("many calls at once on one connection", async () => {
    const open = await openSink();
    const session = connect(open.sink.grpcUrl);
    const replies = await Promise.all(Array.from({ length: 300 }, () => callOn(session, {}, [frame(message)], false)));
    session.destroy();
    expect(new Set(replies.map(statusOf))).toEqual(new Set([0]));
    expect(open.sink.received.spans).toBe(300);
  });
});

describe("what is refused", () => {
  const big = protobufOf(tracesJson([spanJson(1, { padding: 5000 })]));

  test.each<[string, Sent, number, RegExp]>([
    [
      "another service",
      { headers: { ":path": "/opentelemetry.proto.collector.profiles.v1development.ProfilesService/Export" } },
      12,
      /trace, logs or metrics/,
    ],
    ["another method", { headers: { ":path": traceMethod.replace("Export", "Import") } }, 12, /Import/],
    ["GET", { headers: { ":method": "GET" } }, 12, /POST, got GET/],
    ["PUT", { headers: { ":method": "PUT" } }, 12, /POST, got PUT/],
    ["JSON", { headers: { "content-type": "application/grpc+json" } }, 12, /application\/grpc\+json/],
    [
      "another media type",
      { headers: { "content-type": "application/x-protobuf" } },
      12,
      /OTLP\/HTTP to the HTTP port/,
    ],
    [
      "an unknown encoding",
      { headers: { "grpc-encoding": "br" }, body: frame(message, 1) },
      12,
      /identity or gzip, got br/,
    ],
    ["frame flag 2", { body: frame(message, 2) }, 13, /flag of 0 or 1, got 2/],
    ["the flag of compression without an encoding", { body: frame(gzipSync(message), 1) }, 13, /compressed/],
    ["no message", { body: Buffer.alloc(0) }, 12, /exactly one message.*got none/],
    ["two messages", { body: Buffer.concat([frame(message), frame(message)]) }, 12, /exactly one message/],
    ["a second message later", { body: [frame(message), frame(message)], open: true }, 12, /exactly one message/],
    ["half a prefix", { body: Buffer.from([0, 0, 0]) }, 13, /end of the stream/],
    ["half a message", { body: frame(message).subarray(0, -3) }, 13, /end of the stream/],
    [
      "a length beyond the limit, before the message",
      { body: frame(Buffer.alloc(0), 0, 2001), open: true },
      8,
      /at most 2000 bytes, got 2001/,
    ],
    ["a message beyond the limit", { body: frame(big) }, 8, /at most 2000 bytes/],
    [
      "a message beyond the limit when decompressed",
      { headers: { "grpc-encoding": "gzip" }, body: frame(gzipSync(big), 1) },
      8,
      /decompressed/,
    ],
    ["what is not gzip", { headers: { "grpc-encoding": "gzip" }, body: frame(message, 1) }, 13, /whole gzip data/],
    [
      "gzip with bytes after it",
      { headers: { "grpc-encoding": "gzip" }, body: frame(Buffer.concat([gzipSync(message), Buffer.from("junk")]), 1) },
      13,
      /whole gzip data/,
    ],
    ["what is not OTLP", { body: frame(Buffer.from("hello")) }, 3, /protobuf/],
    ["a span without ids", { body: frame(Buffer.from("0a0412021200", "hex")) }, 3, /traceId/],
    ["a deadline that is none", { headers: { "grpc-timeout": "soon" } }, 3, /at most 8 digits and a unit/],
    ["a deadline of nine digits", { headers: { "grpc-timeout": "123456789S" } }, 3, /at most 8 digits/],
    [
      "a deadline that passes",
      { headers: { "grpc-timeout": "100m" }, body: frame(message).subarray(0, 20), open: true },
      4,
      /100 ms/,
    ],
    ["a body that takes too long", { body: frame(message).subarray(0, 20), open: true }, 4, /400 ms/],
  ])("%s", async (name, sent, status, text) => {
    const open = await openSink({ maxRequestBytes: 2000, bodyTimeoutMs: 400 });
    const reply = await call(open, sent);
    expect([name, statusOf(reply), messageOf(reply)]).toEqual([name, status, expect.stringMatching(text)]);
    expect(open.taken).toEqual([]);
    expect(open.refused).toHaveLength(1);
    expect(open.refused[0]).toMatchObject({ transport: "grpc", grpcCode: status });
    expect(open.sink.received).toMatchObject({ requests: 0, refused: 1 });
    // Trailers only: no body before the status.
    expect(reply.body).toHaveLength(0);
    // The sink goes on.
    expect(statusOf(await call(open, {}))).toBe(0);
  });

  test("the status of HTTP where the request is no gRPC, and what would be taken", async () => {
    const open = await openSink();
    expect((await call(open, { headers: { ":method": "PUT" } })).headers).toMatchObject({
      ":status": 405,
      allow: "POST",
    });
    expect((await call(open, { headers: { "content-type": "text/plain" } })).headers).toMatchObject({ ":status": 415 });
    expect((await call(open, { headers: { "grpc-encoding": "br" } })).headers).toMatchObject({
      ":status": 200,
      "grpc-accept-encoding": "identity,gzip",
    });
  });

  test("bad data comes with google.rpc.BadRequest in its details", async () => {
    const reply = await call(await openSink(), { body: frame(Buffer.from("hello")) });
    const type = root.lookupType("RpcStatus");
    const status = type.decode(Buffer.from(String(reply.headers["grpc-status-details-bin"]), "base64")) as unknown as {
      code: number;
      details: { typeUrl: string }[];
    };
    expect([status.code, status.details[0]?.typeUrl]).toEqual([3, "type.googleapis.com/google.rpc.BadRequest"]);
  });

  test("a health check is answered and not counted: nothing is lost with it", async () => {
    const open = await openSink();
    expect(statusOf(await call(open, { headers: { ":path": "/grpc.health.v1.Health/Check" } }))).toBe(12);
    expect(open.sink.received.refused).toBe(0);
  });

  test("OTLP/HTTP sent to this port is counted, with what to do", async () => {
    const open = await openSink();
    const socket = connectTcp(open.sink.grpcPort, "127.0.0.1", () =>
      socket.write("POST /v1/traces HTTP/1.1\r\nhost: x\r\n\r\n"),
    );
    socket.on("error", () => undefined);
    socket.resume();
    await expect
      .poll(() => open.refused)
      .toMatchObject([{ expected: "HTTP/2", fix: expect.stringContaining("OTLP/HTTP to the HTTP port") }]);
    socket.destroy();
  });
});

describe("resets, large headers, silence", () => {
  test("a stream reset in the middle is counted, and the connection goes on", async () => {
    const open = await openSink();
    const session = connect(open.sink.grpcUrl);
    onTestFinished(() => session.destroy());
    const stream = session.request({ ":method": "POST", ":path": traceMethod, "content-type": "application/grpc" });
    stream.on("error", () => undefined);
    stream.write(frame(message).subarray(0, 30));
    await new Promise((resolve) => setTimeout(resolve, 100));
    // close() would end the request first; this sends the reset alone.
    stream.destroy(new Error("gone"));
    await expect.poll(() => open.refused).toMatchObject([{ grpcCode: 1, signal: "traces" }]);
    expect(statusOf(await callOn(session, {}, [frame(message)], false))).toBe(0);
  });

  test.each<[string, { readonly [name: string]: string }]>([
    ["17 kB in one header", { "x-large": "y".repeat(17_000) }],
    ["60 kB in one header", { "x-large": "y".repeat(60_000) }],
    ["400 headers", Object.fromEntries(Array.from({ length: 400 }, (_, index) => [`x-${index}`, "0123456789"]))],
  ])("%s are refused and counted, on a new connection and on one in use", async (_, headers) => {
    const open = await openSink();
    const session = connect(open.sink.grpcUrl);
    onTestFinished(() => session.destroy());
    for (const refused of [1, 2]) {
      const reply = await callOn(session, headers, [frame(message)], false);
      expect([statusOf(reply), messageOf(reply)]).toEqual([8, expect.stringContaining("at most 16384 bytes")]);
      expect(open.refused).toHaveLength(refused);
      expect(statusOf(await callOn(session, {}, [frame(message)], false))).toBe(0);
    }
  });

  test("a megabyte of headers ends that connection or call, not the sink", async () => {
    const open = await openSink();
    await call(open, { headers: { "x-large": "y".repeat(1_000_000) } }).catch(() => undefined);
    expect(statusOf(await call(open, {}))).toBe(0);
  });

  test("bytes of any kind on a connection do not end the sink", async () => {
    const open = await openSink();
    const preface = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0", "latin1");
    await fc.assert(
      fc.asyncProperty(fc.boolean(), fc.uint8Array({ maxLength: 200 }), async (polite, bytes) => {
        await new Promise<void>((resolve) => {
          const socket = connectTcp(open.sink.grpcPort, "127.0.0.1", () =>
            socket.end(Buffer.concat([polite ? preface : Buffer.alloc(0), bytes])),
          );
          socket.on("error", () => undefined);
          socket.on("close", () => resolve());
          socket.resume();
          setTimeout(() => socket.destroy(), 200).unref();
        });
      }),
      { numRuns: 60 },
    );
    expect(statusOf(await call(open, {}))).toBe(0);
  });

  test("any frames in a call get a status", async () => {
    const open = await openSink();
    const session = connect(open.sink.grpcUrl);
    onTestFinished(() => session.destroy());
    const part = fc.oneof(
      fc.constantFrom(frame(message), frame(gzipSync(message), 1), frame(Buffer.alloc(0))),
      fc.uint8Array({ maxLength: 30 }).map((bytes) => Buffer.from(bytes)),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(part, { maxLength: 3 }),
        fc.constantFrom("gzip", "identity"),
        async (parts, encoding) => {
          const reply = await callOn(session, { "grpc-encoding": encoding }, parts, false);
          expect([0, 3, 8, 12, 13]).toContain(statusOf(reply));
        },
      ),
      { numRuns: 200 },
    );
  });
});

describe("the client of grpc-js", () => {
  const bytes = (buffer: Buffer): Buffer => buffer;

  function invoke(
    { sink }: OpenSink,
    path: string,
    body: Buffer,
    options: CallOptions = {},
    channel = {},
  ): Promise<Buffer> {
    const client = new Client(sink.grpcUrl.replace("http://", ""), credentials.createInsecure(), channel);
    return new Promise<Buffer>((resolve, reject) => {
      client.makeUnaryRequest(path, bytes, bytes, body, new Metadata(), options, (error, value) => {
        client.close();
        if (error) reject(error);
        else resolve(value as Buffer);
      });
    });
  }

  const gzip = { "grpc.default_compression_algorithm": compressionAlgorithms.gzip };

  test.each([
    ["traces", traceMethod, message, "traces 1: span 1"],
    ["logs", service("logs.v1.LogsService"), protobufOf(logsJson), "logs 1: "],
    ["metrics", service("metrics.v1.MetricsService"), protobufOf(metricsJson), "metrics 1: gen_ai.client.token.usage"],
  ])("%s, plain and in gzip", async (_, path, body, expected) => {
    const open = await openSink();
    expect(await invoke(open, path, body)).toHaveLength(0);
    expect(await invoke(open, path, body, {}, gzip)).toHaveLength(0);
    expect(open.taken).toEqual([expected, expected]);
  });

  test("sees the code and the message of a refusal", async () => {
    const open = await openSink();
    const error = (await invoke(open, traceMethod, Buffer.from("hello é")).catch(
      (reason: unknown) => reason,
    )) as ServiceError;
    expect(error.code).toBe(3);
    expect(error.details).toMatch(/OTLP protobuf.*expected/);
    expect(error.metadata.get("grpc-status-details-bin")).toHaveLength(1);
    const unknown = (await invoke(open, "/x.Y/Z", message).catch((reason: unknown) => reason)) as ServiceError;
    expect(unknown.code).toBe(12);
  });

  test("a large message, in one piece again", async () => {
    const open = await openSink();
    const large = protobufOf(
      tracesJson(Array.from({ length: 300 }, (_, index) => spanJson(index, { padding: 50_000 }))),
    );
    await invoke(open, traceMethod, large);
    expect(open.sink.received.spans).toBe(300);
    const limited = await openSink({ maxRequestBytes: 1 << 20 });
    const error = (await invoke(limited, traceMethod, large).catch((reason: unknown) => reason)) as ServiceError;
    expect(error.code).toBe(8);
  });

  test("its deadline holds", async () => {
    const open = await openSink();
    await expect(invoke(open, traceMethod, message, { deadline: Date.now() + 5000 })).resolves.toHaveLength(0);
  });
});
