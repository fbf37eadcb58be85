import { connect } from "node:net";
import { Agent, request as httpRequest, type IncomingHttpHeaders } from "node:http";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { protobufRoot } from "../../src/otlp/message-types.ts";
import { logsJson, metricsJson, protobufOf, spanJson, tracesJson } from "../otlp/sample-requests.ts";
import { openSink } from "./open-sink.ts";

const json = JSON.stringify(tracesJson([spanJson(1)]));
const protobuf = protobufOf(tracesJson([spanJson(1)]));
const root = protobufRoot();

interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

interface Sent {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: { readonly [name: string]: string };
  readonly body?: string | Buffer;
  readonly agent?: Agent;
}

function send(
  port: number,
  { method = "POST", path = "/v1/traces", headers = {}, body = "", agent }: Sent,
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const options = { host: "127.0.0.1", port, method, path, headers, ...(agent && { agent }) };
    const request = httpRequest(options, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) }),
      );
    });
    request.on("error", reject);
    request.end(body);
  });
}

/** What a raw connection answers to these bytes, up to its end or to a pause. */
function raw(port: number, text: string | Buffer, pauseMs = 1500): Promise<string> {
  return new Promise((resolve) => {
    let answer = "";
    const socket = connect(port, "127.0.0.1", () => socket.write(text));
    socket.setTimeout(pauseMs, () => socket.destroy());
    socket.on("data", (chunk) => (answer += chunk.toString("latin1")));
    socket.on("error", () => undefined);
    socket.on("close", () => resolve(answer));
  });
}

function statusOf({ headers, body }: Reply): { code: number; message: string; details: readonly string[] } {
  if (headers["content-type"] === "application/json") {
    const status = JSON.parse(body.toString()) as { code: number; message: string; details?: { "@type": string }[] };
    return { ...status, details: (status.details ?? []).map((detail) => detail["@type"]) };
  }
  const type = root.lookupType("RpcStatus");
  const status = type.toObject(type.decode(body)) as { code: number; message: string; details?: { typeUrl: string }[] };
  return { ...status, details: (status.details ?? []).map((detail) => detail.typeUrl) };
}

const jsonType = { "content-type": "application/json" };
const protobufType = { "content-type": "application/x-protobuf" };

describe("what is taken", () => {
  test.each<[string, Sent]>([
    ["JSON", { headers: jsonType, body: json }],
    ["protobuf", { headers: protobufType, body: protobuf }],
    ["JSON in gzip", { headers: { ...jsonType, "content-encoding": "gzip" }, body: gzipSync(json) }],
    ["protobuf in gzip", { headers: { ...protobufType, "content-encoding": "GZIP" }, body: gzipSync(protobuf) }],
    [
      "gzip of several members",
      {
        headers: { ...jsonType, "content-encoding": "x-gzip" },
        body: Buffer.concat([gzipSync(json.slice(0, 9)), gzipSync(json.slice(9))]),
      },
    ],
    ["a media type in capitals", { headers: { "content-type": "Application/JSON" }, body: json }],
    [
      "a media type with parameters",
      { headers: { "content-type": 'application/json ; charset="UTF-8"; x=y' }, body: json },
    ],
    ["a path with a query", { headers: jsonType, body: json, path: "/v1/traces?a=b&c" }],
    ["a whole URL as the target", { headers: jsonType, body: json, path: "http://example.test:4318/v1/traces" }],
    ["a chunked body", { headers: { ...jsonType, "transfer-encoding": "chunked" }, body: json }],
    ["content-encoding identity", { headers: { ...jsonType, "content-encoding": "identity" }, body: json }],
  ])("%s", async (_, sent) => {
    const { sink, taken, refused } = await openSink();
    const reply = await send(sink.httpPort, sent);
    expect(reply.status).toBe(200);
    const isJson = /json/i.test(sent.headers?.["content-type"] ?? "");
    // The type of the answer is that of the request; partial_success unset is an empty message.
    expect(reply.headers["content-type"]).toBe(isJson ? "application/json" : "application/x-protobuf");
    expect(reply.body.toString()).toBe(isJson ? "{}" : "");
    expect(taken).toEqual(["traces 1: span 1"]);
    expect(refused).toEqual([]);
    expect(sink.received).toEqual({ requests: 1, spans: 1, logs: 0, metrics: 0, refused: 0 });
  });

  test("each signal on its path, over one connection that is kept alive", async () => {
    const { sink, taken } = await openSink();
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    for (const [path, body] of [
      ["/v1/traces", tracesJson([spanJson(1), spanJson(2)])],
      ["/v1/logs", logsJson],
      ["/v1/metrics", metricsJson],
    ] as const) {
      const reply = await send(sink.httpPort, { path, headers: jsonType, body: JSON.stringify(body), agent });
      expect([path, reply.status, reply.headers.connection]).toEqual([path, 200, "keep-alive"]);
    }
    agent.destroy();
    expect(taken).toEqual(["traces 2: span 1, span 2", "logs 1: ", "metrics 1: gen_ai.client.token.usage"]);
    expect(sink.received).toEqual({ requests: 3, spans: 2, logs: 1, metrics: 1, refused: 0 });
  });

  test("an empty request", async () => {
    const { sink } = await openSink();
    expect((await send(sink.httpPort, { headers: protobufType })).status).toBe(200);
    expect((await send(sink.httpPort, { headers: jsonType, body: "{}" })).status).toBe(200);
    expect(sink.received).toMatchObject({ requests: 2, spans: 0, refused: 0 });
  });

  test("pipelined requests are answered one after the other", async () => {
    const { sink } = await openSink();
    const one = `POST /v1/traces HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ${json.length}\r\n\r\n${json}`;
    const answer = await raw(sink.httpPort, one.repeat(3), 500);
    expect(answer.match(/HTTP\/1\.1 200/g)).toHaveLength(3);
    expect(sink.received.requests).toBe(3);
  });

  test("a client that asks first is invited to send, and one that would send too much is not", async () => {
    const { sink, taken } = await openSink({ maxRequestBytes: 1000 });
    const head = (length: number): string =>
      `POST /v1/traces HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\ncontent-type: application/json\r\ncontent-length: ${length}\r\n\r\n`;
    expect(await raw(sink.httpPort, head(json.length) + json, 500)).toMatch(
      /^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200/,
    );
    expect(await raw(sink.httpPort, head(5000), 500)).toMatch(/^HTTP\/1\.1 413/);
    expect(taken).toHaveLength(1);
  });
});

describe("what is refused", () => {
  const big = JSON.stringify(tracesJson([spanJson(1, { padding: 5000 })]));

  test.each<[string, Sent, number, RegExp]>([
    [
      "another path",
      { path: "/v1/profiles", headers: jsonType, body: json },
      404,
      /\/v1\/traces, \/v1\/logs or \/v1\/metrics/,
    ],
    ["a longer path", { path: "/v1/traces/", headers: jsonType, body: json }, 404, /\/v1\/traces\//],
    ["PUT", { method: "PUT", headers: jsonType, body: json }, 405, /POST/],
    ["DELETE", { method: "DELETE", headers: jsonType }, 405, /POST/],
    ["no media type", { body: json }, 415, /none/],
    ["another media type", { headers: { "content-type": "text/json" }, body: json }, 415, /text\/json/],
    [
      "protobuf by its other name",
      { headers: { "content-type": "application/protobuf" }, body: protobuf },
      415,
      /x-protobuf/,
    ],
    ["gRPC", { headers: { "content-type": "application/grpc" }, body: protobuf }, 415, /gRPC has a port/],
    ["another charset", { headers: { "content-type": "application/json; charset=utf-16" }, body: json }, 415, /utf-16/],
    [
      "another encoding",
      { headers: { ...jsonType, "content-encoding": "br" }, body: json },
      415,
      /gzip or none, got br/,
    ],
    ["two encodings", { headers: { ...jsonType, "content-encoding": "gzip, gzip" }, body: json }, 415, /gzip, gzip/],
    ["a body beyond the limit", { headers: jsonType, body: big }, 413, /at most 2000 bytes/],
    [
      "a chunked body beyond the limit",
      { headers: { ...jsonType, "transfer-encoding": "chunked" }, body: big },
      413,
      /at most 2000 bytes/,
    ],
    [
      "a body beyond the limit when decompressed",
      { headers: { ...jsonType, "content-encoding": "gzip" }, body: gzipSync(big) },
      413,
      /decompressed/,
    ],
    ["what is not gzip", { headers: { ...jsonType, "content-encoding": "gzip" }, body: json }, 400, /whole gzip data/],
    [
      "gzip cut short",
      { headers: { ...jsonType, "content-encoding": "gzip" }, body: gzipSync(json).subarray(0, -5) },
      400,
      /whole gzip data/,
    ],
    [
      "gzip with bytes after it",
      {
        headers: { ...jsonType, "content-encoding": "gzip" },
        body: Buffer.concat([gzipSync(json), Buffer.from("junk")]),
      },
      400,
      /whole gzip data/,
    ],
    ["an empty body as gzip", { headers: { ...jsonType, "content-encoding": "gzip" } }, 400, /whole gzip data/],
    ["what is not JSON", { headers: jsonType, body: "{]" }, 400, /quoted key/],
    ["two JSON documents", { headers: jsonType, body: `${json}\n${json}` }, 400, /end of the JSON text/],
    ["an empty JSON body", { headers: jsonType }, 400, /JSON value/],
    ["what is not protobuf", { headers: protobufType, body: "hello" }, 400, /protobuf/],
    ["JSON sent as protobuf", { headers: protobufType, body: json }, 400, /protobuf/],
    ["protobuf sent as JSON", { headers: jsonType, body: protobuf }, 400, /UTF-8|JSON value/],
    [
      "a span without ids",
      { headers: jsonType, body: '{"resourceSpans":[{"scopeSpans":[{"spans":[{}]}]}]}' },
      400,
      /traceId/,
    ],
  ])("%s", async (_, sent, status, message) => {
    const { sink, taken, refused } = await openSink({ maxRequestBytes: 2000 });
    const reply = await send(sink.httpPort, sent);
    expect(reply.status).toBe(status);
    expect(taken).toEqual([]);
    // google.rpc.Status in the request's encoding, JSON when that is unknown.
    const encoding =
      sent.headers?.["content-type"] === "application/x-protobuf" ? "application/x-protobuf" : "application/json";
    expect(reply.headers["content-type"]).toBe(encoding);
    const body = statusOf(reply);
    expect(body.message).toMatch(message);
    expect(body.code).toBeGreaterThan(0);
    expect(body.details).toEqual(status === 400 ? ["type.googleapis.com/google.rpc.BadRequest"] : []);
    expect(reply.headers.allow).toBe(status === 405 ? "POST" : undefined);
    expect(sink.received).toMatchObject({ requests: 0, refused: 1 });
    expect(refused).toHaveLength(1);
    expect(refused[0]).toMatchObject({ transport: "http", httpStatus: status });
    expect(refused[0]?.fix).not.toBe("");
  });

  test("a small body that would be a large heap is 413 too", async () => {
    const { sink } = await openSink();
    const values = `{"arrayValue":{"values":[${"{},".repeat(5_600_000)}{}]}}`;
    const span = { ...spanJson(1), attributes: [{ key: "k", value: "values" }] };
    const body = gzipSync(JSON.stringify(tracesJson([span])).replace('"values"', values));
    const reply = await send(sink.httpPort, { headers: { ...jsonType, "content-encoding": "gzip" }, body });
    expect([reply.status, statusOf(reply).code]).toEqual([413, 8]);
  });

  test("a probe is answered and not counted: nothing is lost with it", async () => {
    const { sink } = await openSink();
    expect((await send(sink.httpPort, { method: "GET" })).status).toBe(405);
    expect((await send(sink.httpPort, { method: "GET", path: "/" })).status).toBe(404);
    expect((await send(sink.httpPort, { method: "HEAD" })).status).toBe(405);
    expect(sink.received.refused).toBe(0);
  });

  test("what is not HTTP, and headers without end, get an answer too", async () => {
    const { sink, refused } = await openSink();
    expect(await raw(sink.httpPort, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")).toMatch(
      /^HTTP\/1\.1 400 Bad Request\r\n[^]*google|expected/,
    );
    expect(await raw(sink.httpPort, `POST /v1/traces HTTP/1.1\r\nx: ${"y".repeat(40_000)}`)).toMatch(/^HTTP\/1\.1 431/);
    expect(refused.map(({ httpStatus }) => httpStatus)).toEqual([400, 431]);
  });

  test.each([
    ["no Host", 400, "", "content-type: application/json\r\n"],
    ["an expectation of nobody's", 417, "host: x\r\n", "expect: banana\r\n"],
    ["a transfer coding that is not undone", 501, "host: x\r\n", "transfer-encoding: gzip, chunked\r\n"],
    ["two lengths", 400, "host: x\r\n", "content-length: 5\r\ncontent-length: 6\r\n"],
    ["a length and chunks", 400, "host: x\r\n", "content-length: 5\r\ntransfer-encoding: chunked\r\n"],
  ])("%s: %d with a Status, counted", async (_, status, host, header) => {
    const { sink, refused } = await openSink();
    const type = header.startsWith("content-type") ? "" : "content-type: application/json\r\n";
    const answer = await raw(sink.httpPort, `POST /v1/traces HTTP/1.1\r\n${host}${type}${header}\r\n0\r\n\r\n`, 300);
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} [^]*"code":[0-9]+,"message":"[^"]+expected`));
    expect(refused.length).toBeGreaterThan(0);
  });

  test("a proxy's CONNECT", async () => {
    const { sink, refused } = await openSink();
    expect(await raw(sink.httpPort, "CONNECT backend:443 HTTP/1.1\r\nhost: x\r\n\r\n")).toMatch(/^HTTP\/1\.1 405 /);
    expect(refused).toMatchObject([{ where: "the method", actual: "CONNECT" }]);
  });

  test("headers and bodies that do not come in time", async () => {
    const { sink, taken, refused } = await openSink({ bodyTimeoutMs: 300 });
    const slow = raw(sink.httpPort, "POST /v1/traces HTTP/1.1\r\nhost: x\r\n", 10_000);
    const started = `POST /v1/traces HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 500\r\n\r\n{`;
    const half = raw(sink.httpPort, started, 10_000);
    expect(await slow).toMatch(/^HTTP\/1\.1 408/);
    await half;
    expect(taken).toEqual([]);
    await expect.poll(() => refused).toHaveLength(2);
    expect((await send(sink.httpPort, { headers: jsonType, body: json })).status).toBe(200);
  });

  test("a connection closed in the middle of a body is counted", async () => {
    const { sink, refused } = await openSink();
    await raw(
      sink.httpPort,
      "POST /v1/traces HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 500\r\n\r\n{",
      50,
    );
    await expect.poll(() => refused).toHaveLength(1);
    expect(refused[0]).toMatchObject({ where: "the body", signal: "traces" });
    expect(sink.received).toMatchObject({ requests: 0, refused: 1 });
  });

  test("a fault while judging is 500, and the next request is served", async () => {
    let first = true;
    const { sink, refused } = await openSink({
      onRequest: () => {
        if (first) {
          first = false;
          throw new Error("a bug");
        }
      },
    });
    expect((await send(sink.httpPort, { headers: jsonType, body: json })).status).toBe(500);
    expect((await send(sink.httpPort, { headers: jsonType, body: json })).status).toBe(200);
    expect(refused[0]?.actual).toMatch(/a bug/);
    expect(sink.received).toMatchObject({ requests: 1, refused: 1 });
  });
});

describe("too much at once", () => {
  test("the largest body under way is given up, the others go on, and the answer says when to come again", async () => {
    const { sink, taken, refused } = await openSink({ maxRequestBytes: 100_000, maxInFlightBytes: 120_000 });
    const head =
      "POST /v1/traces HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 90000\r\n\r\n";
    const hog = raw(sink.httpPort, head + " ".repeat(80_000), 3000);
    await new Promise((resolve) => setTimeout(resolve, 200));
    const body = JSON.stringify(tracesJson([spanJson(1, { padding: 60_000 })]));
    expect((await send(sink.httpPort, { headers: jsonType, body })).status).toBe(200);
    const answer = await hog;
    expect(answer).toMatch(/^HTTP\/1\.1 429/);
    expect(answer).toMatch(/retry-after: 1/i);
    expect(answer).toMatch(/google\.rpc\.RetryInfo/);
    expect(taken).toHaveLength(1);
    expect(refused).toMatchObject([{ httpStatus: 429, retryAfterSeconds: 1 }]);
  });
});
