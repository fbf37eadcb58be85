import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { compileTemplate } from "../../src/driver/compile-template.ts";
import { grpcSender } from "../../src/driver/grpc-sender.ts";
import { httpSender, type HttpOptions } from "../../src/driver/http-sender.ts";
import { patch } from "../../src/driver/patch.ts";
import type { Reply, Sender } from "../../src/driver/reply.ts";
import { protobufRoot } from "../../src/otlp/message-types.ts";
import { makeAuthority } from "../sink/certificates.ts";
import { openSink } from "../sink/open-sink.ts";
import { agentRequest } from "./agent-request.ts";
import { grpcAnswer, http2Server, httpServer, refusingPort, tcpServer } from "./hostile-servers.ts";

const root = protobufRoot();
const timeoutMs = 600;
const body = request("protobuf");

function request(format: "protobuf" | "json"): Buffer {
  const { template } = compileTemplate(agentRequest(32), format);
  const bytes = Buffer.from(template.bytes);
  patch(template, new DataView(bytes.buffer, bytes.byteOffset), { seed: 1, k: 0, startMs: Date.now() });
  return bytes;
}

const target = (endpoint: string) => ({ endpoint: new URL(endpoint), headers: {}, timeoutMs });
const plain: HttpOptions = { format: "protobuf", gzip: false };

async function once(sender: Sender, bytes = body): Promise<Reply> {
  const reply = await sender.send(bytes);
  sender.close();
  return reply;
}

const byHttp = (port: number, options = plain, bytes = body): Promise<Reply> =>
  once(httpSender(target(`http://127.0.0.1:${port}`), options), bytes);
const byGrpc = (port: number): Promise<Reply> => once(grpcSender(target(`http://127.0.0.1:${port}`), { gzip: false }));

function encode(message: string, fields: object): Buffer {
  const type = root.lookupType(message);
  return Buffer.from(type.encode(type.fromObject(fields)).finish());
}

const partial = { partialSuccess: { rejectedSpans: 3, errorMessage: "quota" } };
const retryInfo = encode("RpcStatus", {
  code: 8,
  message: "full",
  details: [
    {
      typeUrl: "type.googleapis.com/google.rpc.RetryInfo",
      value: encode("RetryInfo", { retryDelay: { seconds: 2, nanos: 5e8 } }),
    },
  ],
});

describe("a sink takes what is sent", () => {
  test.each([
    ["http/protobuf", "protobuf", false],
    ["http/protobuf with gzip", "protobuf", true],
    ["http/json", "json", false],
    ["http/json with gzip", "json", true],
  ] as const)("by %s", async (_, format, gzip) => {
    const { sink, taken, refused } = await openSink();
    expect(await byHttp(sink.httpPort, { format, gzip }, request(format))).toEqual({
      acknowledged: true,
      rejectedSpans: 0,
      message: "",
    });
    expect([taken.length, taken[0]?.slice(0, 10), refused]).toEqual([1, "traces 512", []]);
  });

  test.each([false, true])("by grpc, with gzip: %s", async (gzip) => {
    const { sink, taken, refused } = await openSink();
    expect(await once(grpcSender(target(sink.grpcUrl), { gzip }))).toMatchObject({ acknowledged: true });
    expect([taken.length, refused]).toEqual([1, []]);
  });

  test("with the headers that were asked for, over one connection", async () => {
    const { sink, taken } = await openSink({ token: "secret" });
    const headers = { authorization: "Bearer secret" };
    const http = httpSender({ ...target(sink.httpUrl), headers }, plain);
    const grpc = grpcSender({ ...target(sink.grpcUrl), headers }, { gzip: false });
    for (const sender of [http, grpc, http, grpc])
      expect(await sender.send(body)).toMatchObject({ acknowledged: true });
    http.close();
    grpc.close();
    expect(taken).toHaveLength(4);
    expect(await byHttp(sink.httpPort)).toMatchObject({ kind: "refused", detail: expect.stringContaining("HTTP 401") });
  });
});

test("closing a sender ends what is under way, however long it may take", async () => {
  const patient = (endpoint: string) => ({ ...target(endpoint), timeoutMs: 3_600_000 });
  const connected = [Promise.withResolvers<void>(), Promise.withResolvers<void>()] as const;
  const http = httpSender(patient(`http://127.0.0.1:${await httpServer(() => connected[0].resolve())}`), plain);
  const grpc = grpcSender(patient(`http://127.0.0.1:${await http2Server(() => connected[1].resolve())}`), {
    gzip: false,
  });
  const replies = [http.send(body), grpc.send(body)];
  await Promise.all(connected.map(({ promise }) => promise));
  for (const sender of [http, grpc]) sender.close();
  const ended = { kind: "timeout", detail: "no whole answer before the run ended" };
  expect(await Promise.all(replies)).toMatchObject([ended, ended]);
});

describe("what an answer says is kept", () => {
  test("a partial success in each format", async () => {
    const protobuf = await httpServer((_, response) =>
      response
        .writeHead(200, { "content-type": "application/x-protobuf" })
        .end(encode("ExportTraceServiceResponse", partial)),
    );
    const json = await httpServer((_, response) =>
      response
        .writeHead(200, { "content-type": "application/json" })
        .end(JSON.stringify({ partialSuccess: { rejectedSpans: "3", errorMessage: "quota" } })),
    );
    const grpc = await http2Server((stream) =>
      grpcAnswer(stream, encode("ExportTraceServiceResponse", partial), { "grpc-status": "0" }),
    );
    const expected = { acknowledged: true, rejectedSpans: 3, message: "quota" };
    expect(await byHttp(protobuf)).toEqual(expected);
    expect(await byHttp(json, { format: "json", gzip: false })).toEqual(expected);
    expect(await byGrpc(grpc)).toEqual(expected);
  });

  test("how long to wait: Retry-After in seconds or as a date, RetryInfo", async () => {
    const inTwoSeconds = new Date(Date.now() + 2900).toUTCString();
    for (const after of ["2", inTwoSeconds]) {
      const port = await httpServer((_, response) => response.writeHead(429, { "retry-after": after }).end());
      const reply = await byHttp(port);
      expect(reply).toMatchObject({ kind: "busy", retryable: true, detail: "HTTP 429" });
      expect("retryAfterMs" in reply && reply.retryAfterMs).toBeGreaterThan(after === "2" ? 1999 : 0);
    }
    const details = { "grpc-status-details-bin": retryInfo.toString("base64").replaceAll("=", "") };
    for (const code of ["8", "14"]) {
      const grpc = await http2Server((stream) => grpcAnswer(stream, undefined, { "grpc-status": code, ...details }));
      expect(await byGrpc(grpc)).toMatchObject({ kind: "busy", retryAfterMs: 2500 });
    }
  });

  test("RESOURCE_EXHAUSTED without RetryInfo must not be sent again, UNAVAILABLE may", async () => {
    const full = await http2Server((stream) =>
      grpcAnswer(stream, undefined, { "grpc-status": "8", "grpc-message": "full" }),
    );
    expect(await byGrpc(full)).toMatchObject({ kind: "refused", detail: "gRPC RESOURCE_EXHAUSTED: full" });
    const away = await http2Server((stream) =>
      grpcAnswer(stream, undefined, { "grpc-status": "14", "grpc-message": "soon" }),
    );
    expect(await byGrpc(away)).toMatchObject({ kind: "busy", retryable: true, detail: "gRPC UNAVAILABLE: soon" });
  });

  test("the message of an error in the request's format", async () => {
    const port = await httpServer((_, response) =>
      response.writeHead(400, { "content-type": "application/json" }).end('{"code":3,"message":"bad span"}'),
    );
    expect(await byHttp(port, { format: "json", gzip: false })).toMatchObject({ detail: "HTTP 400: bad span" });
    expect(await byHttp(port)).toMatchObject({ kind: "refused" });
  });
});

describe("a target that is none", () => {
  const cases: readonly (readonly [name: string, kind: string, grpcKind: string, open: () => Promise<number>])[] = [
    ["refuses the connection", "unreachable", "unreachable", refusingPort],
    ["never reads", "timeout", "timeout", () => tcpServer((socket) => socket.pause())],
    ["reads and never answers", "timeout", "timeout", () => tcpServer((socket) => socket.resume())],
    [
      "resets in the middle of the body",
      "broken",
      "broken",
      () => tcpServer((socket) => socket.once("data", () => socket.resetAndDestroy())),
    ],
    ["closes at once", "broken", "broken", () => tcpServer((socket) => socket.end())],
    [
      "answers garbage",
      "nonsense",
      "nonsense",
      () => tcpServer((socket) => socket.once("data", () => socket.end("\u0001garbage\r\n\r\n"))),
    ],
    [
      "answers 200 with HTML",
      "nonsense",
      "nonsense",
      () =>
        httpServer((_, response) =>
          response.writeHead(200, { "content-type": "text/html" }).end("<html>welcome</html>"),
        ),
    ],
    [
      "cuts its answer",
      "broken",
      "nonsense",
      () =>
        httpServer((incoming, response) => {
          response.writeHead(200, { "content-type": "application/x-protobuf", "content-length": 100 }).write("ab");
          setTimeout(() => incoming.socket.destroy(), 20);
        }),
    ],
    [
      "answers a byte every now and then",
      "timeout",
      "nonsense",
      () =>
        httpServer((_, response) => {
          const dripping = setInterval(() => response.write("a"), 50);
          response.on("close", () => clearInterval(dripping));
        }),
    ],
    [
      "answers without an end",
      "nonsense",
      "nonsense",
      () =>
        httpServer((_, response) => {
          const pour = (): void => void response.write("a".repeat(10_000), () => !response.destroyed && pour());
          pour();
        }),
    ],
    [
      "redirects",
      "nonsense",
      "nonsense",
      () => httpServer((_, response) => response.writeHead(302, { location: "/login" }).end()),
    ],
    [
      "refuses before it has read",
      "refused",
      "nonsense",
      () => httpServer((_, response) => response.writeHead(413).end("too large")),
    ],
  ];
  test.each(cases)("%s: %s by HTTP, %s by gRPC", async (_, kind, grpcKind, open) => {
    const port = await open();
    expect(await byHttp(port)).toMatchObject({ acknowledged: false, kind });
    expect(await byGrpc(port)).toMatchObject({ acknowledged: false, kind: grpcKind });
  });

  const grpcCases: readonly (readonly [name: string, kind: string, answer: Parameters<typeof http2Server>[0]])[] = [
    [
      "with HTML",
      "nonsense",
      (stream) => {
        stream.respond({ ":status": 200, "content-type": "text/html" });
        stream.end("<html>welcome</html>");
      },
    ],
    ["404", "refused", (stream) => (stream.respond({ ":status": 404 }), stream.end())],
    ["503", "busy", (stream) => (stream.respond({ ":status": 503 }), stream.end())],
    [
      "without trailers",
      "nonsense",
      (stream) => (stream.respond({ ":status": 200, "content-type": "application/grpc" }), stream.end()),
    ],
    ["OK without a message", "nonsense", (stream) => grpcAnswer(stream, undefined, { "grpc-status": "0" })],
    ["OK with garbage", "nonsense", (stream) => grpcAnswer(stream, Buffer.from("<html>"), { "grpc-status": "0" })],
    [
      "OK with more than any answer",
      "nonsense",
      (stream) => grpcAnswer(stream, Buffer.alloc(100_000), { "grpc-status": "0" }),
    ],
    ["a status that is no number", "nonsense", (stream) => grpcAnswer(stream, undefined, { "grpc-status": "fine" })],
    ["a reset stream", "broken", (stream) => stream.close(2)],
    ["a refused stream", "busy", (stream) => stream.close(7)],
    ["a dropped connection", "broken", (stream) => stream.session?.destroy()],
    ["nothing", "timeout", (stream) => stream.resume()],
  ];
  test.each(grpcCases)("gRPC answered %s: %s", async (_, kind, answer) => {
    expect(await byGrpc(await http2Server(answer))).toMatchObject({ acknowledged: false, kind });
  });

  test.each([
    ["an HTML page", "text/html", "<html>"],
    ["half a message", "application/x-protobuf", "\u000a\u0010ab"],
    ["no object", "application/x-protobuf", "[1]"],
  ])("200 with %s is no acknowledgement", async (_, type, text) => {
    const port = await httpServer((__, response) => response.writeHead(200, { "content-type": type }).end(text));
    expect(await byHttp(port)).toMatchObject({ kind: "nonsense", retryable: false });
  });
});

test("a body that is answered early may be used again as soon as the promise settles", async () => {
  // The server answers before it reads; the socket must no longer hold the bytes then.
  const port = await httpServer((incoming, response) => {
    response.writeHead(413).end();
    setTimeout(() => incoming.resume(), 50);
  });
  const large = Buffer.alloc(5_000_000, 1);
  expect(await byHttp(port, plain, large)).toMatchObject({ kind: "refused" });
  large.fill(2);
});

test("gzip makes what gunzip reads", async () => {
  const bodies: Buffer[] = [];
  const port = await httpServer((incoming, response) => {
    incoming.on("data", (chunk: Buffer) => bodies.push(chunk));
    incoming.on("end", () => response.end());
  });
  expect(await byHttp(port, { format: "protobuf", gzip: true })).toMatchObject({ acknowledged: true });
  expect(gunzipSync(Buffer.concat(bodies)).equals(body)).toBe(true);
});

test("https: a certificate of an authority that is not known makes a target unreachable, by either protocol", async () => {
  const { certificate, key } = makeAuthority("nobody").issue();
  const { sink, taken } = await openSink({ tls: { certificate, key } });
  for (const sender of [httpSender(target(sink.httpUrl), plain), grpcSender(target(sink.grpcUrl), { gzip: false })]) {
    expect(await once(sender)).toMatchObject({ kind: "unreachable", detail: expect.stringMatching(/certificate/) });
  }
  expect(taken).toEqual([]);
});
