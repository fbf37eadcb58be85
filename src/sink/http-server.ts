import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { Signal } from "../otlp/view.ts";
import { refusalOf, type Upload } from "./accept-export.ts";
import { Connections, endServer } from "./connections.ts";
import { limitConnections } from "./limit-connections.ts";
import { bodyEncoding, type BodyEncoding } from "./media-type.ts";
import { grpcCode, RefusedError, tooLarge, type Refusal } from "./refusal.ts";
import { statusBytes, statusJson } from "./rpc-status.ts";
import { reportFailedHandshakes, tlsServerOptions } from "./tls.ts";
import type { Transport, TransportContext } from "./transport.ts";

const signals: ReadonlyMap<string, Signal> = new Map([
  ["/v1/traces", "traces"],
  ["/v1/logs", "logs"],
  ["/v1/metrics", "metrics"],
]);

const mediaTypes: { readonly [encoding in BodyEncoding]: string } = {
  protobuf: "application/x-protobuf",
  json: "application/json",
};

const bodiless: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS"]);

/** OTLP/HTTP (https://opentelemetry.io/docs/specs/otlp/#otlphttp) on HTTP/1.1: protobuf and JSON, plain or gzip. */
export function createHttpTransport(context: TransportContext): Transport {
  const { acceptor, limits, tls } = context;
  let stopping = false;
  /** Connections on which a request is being read: what becomes of them, that request's exchange counts. */
  const reading = new WeakSet<Duplex>();
  const handle = (request: IncomingMessage, response: ServerResponse): void => {
    reading.add(request.socket);
    request.once("end", () => reading.delete(request.socket));
    new Exchange(request, response, context, () => stopping).start();
  };
  const options = {
    headersTimeout: Math.min(10_000, limits.bodyTimeoutMs),
    requestTimeout: limits.bodyTimeoutMs,
    keepAliveTimeout: limits.idleTimeoutMs,
    connectionsCheckingInterval: Math.min(1000, limits.bodyTimeoutMs),
    maxHeaderSize: 16_384,
    // Required below, with an answer of our own.
    requireHostHeader: false,
  };
  const server =
    tls === undefined
      ? createServer(options, handle)
      : createSecureServer({ ...options, ...tlsServerOptions(tls) }, handle);
  if (tls !== undefined) reportFailedHandshakes(server, "http", "http/1.1", context);
  limitConnections(server, "http", context);
  const connections = new Connections(server);
  // Without a listener Node would invite a body that is going to be refused by its length.
  server.on("checkContinue", handle);
  // By itself Node would answer what it does not know without a Status, and nobody would count it.
  server.on("checkExpectation", handle);
  server.on("connect", (request, socket) => {
    const refusal = wrongMethod(request.method ?? "");
    acceptor.refuse({ ...refusal, transport: "http", signal: undefined });
    endWith(socket, 405, "Method Not Allowed", refusal, "allow: POST\r\n");
  });
  server.on("clientError", (error: NodeJS.ErrnoException, socket) => {
    const refusal = refuseConnection(error, socket);
    if (refusal !== undefined && !reading.has(socket)) {
      acceptor.refuse({ ...refusal, transport: "http", signal: undefined });
    }
  });
  return {
    server,
    stop: async (graceMs) => {
      stopping = true;
      await endServer(server, connections, graceMs, () => server.closeIdleConnections());
    },
  };
}

class Exchange {
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  readonly #context: TransportContext;
  readonly #encoding: BodyEncoding | undefined;
  readonly #signal: Signal | undefined;
  readonly #stopping: () => boolean;

  constructor(request: IncomingMessage, response: ServerResponse, context: TransportContext, stopping: () => boolean) {
    this.#request = request;
    this.#response = response;
    this.#context = context;
    this.#stopping = stopping;
    this.#encoding = bodyEncoding(request.headers["content-type"]);
    this.#signal = signals.get(pathOf(request.url ?? ""));
  }

  start(): void {
    this.#context.acceptor.touch();
    try {
      if (this.#stopping()) throw new RefusedError(stoppingRefusal);
      this.#requireToken();
      const signal = this.#requireSignal();
      this.#requirePost();
      this.#requireHost();
      this.#requireExpectation();
      this.#requireTransferCoding();
      const encoding = this.#requireEncoding();
      const compression = this.#requireCompression();
      this.#requireLength();
      if (this.#request.headers.expect !== undefined) this.#response.writeContinue();
      this.#receive({ signal, encoding, isGzip: compression === "gzip" });
    } catch (error) {
      this.#refuse(refusalOf(error));
    }
  }

  #receive(upload: Omit<Upload, "body">): void {
    const request = this.#request;
    const { acceptor, budget, limits } = this.#context;
    let over = false;
    const finish = (refusal: Refusal | undefined): void => {
      if (over) return;
      over = true;
      body.close();
      if (refusal === undefined) this.#acknowledge();
      else this.#refuse(refusal);
    };
    const body = budget.open("the body", limits.maxRequestBytes, finish);
    request.on("data", (chunk: Buffer) => {
      if (over) return;
      try {
        body.append(chunk);
      } catch (error) {
        finish(refusalOf(error));
      }
    });
    request.on("end", () => {
      if (over) return;
      acceptor.accept({ ...upload, body }).then(
        () => finish(undefined),
        (error: unknown) => finish(refusalOf(error)),
      );
    });
    request.on("error", () => finish(brokenOff));
    // A request that came whole closes too. What is being taken is taken, whether the client still waits or not.
    request.on("close", () => request.complete || finish(brokenOff));
    this.#response.on("close", () => body.isTaken || finish(brokenOff));
  }

  #requireToken(): void {
    try {
      this.#context.token?.require(this.#request.headers.authorization);
    } catch (error) {
      // RFC 9110, section 15.5.2: an answer of 401 names the scheme.
      this.#response.setHeader("www-authenticate", "Bearer");
      throw error;
    }
  }

  #requireSignal(): Signal {
    if (this.#signal !== undefined) return this.#signal;
    throw new RefusedError({
      grpcCode: grpcCode.notFound,
      httpStatus: 404,
      where: "the path",
      expected: "/v1/traces, /v1/logs or /v1/metrics",
      actual: pathOf(this.#request.url ?? "").slice(0, 200),
      fix: "Set OTEL_EXPORTER_OTLP_ENDPOINT without a path; SDKs append it.",
    });
  }

  #requirePost(): void {
    const method = this.#request.method ?? "";
    if (method === "POST") return;
    this.#response.setHeader("allow", "POST");
    throw new RefusedError(wrongMethod(method));
  }

  /** RFC 9112, section 3.2: a request of HTTP/1.1 without Host must be answered 400. */
  #requireHost(): void {
    const { headers, httpVersion } = this.#request;
    if (headers.host !== undefined || httpVersion !== "1.1") return;
    throw new RefusedError(badHeader(400, "Host", "the host and port of the sink", "none"));
  }

  /** RFC 9110, section 10.1.1: there is no expectation but this one. */
  #requireExpectation(): void {
    const expectation = this.#request.headers.expect ?? "100-continue";
    if (expectation.toLowerCase() === "100-continue") return;
    throw new RefusedError(badHeader(417, "Expect", "100-continue or none", expectation));
  }

  /** RFC 9112, section 6.1: a server answers 501 to a transfer coding that it does not undo. */
  #requireTransferCoding(): void {
    const coding = this.#request.headers["transfer-encoding"] ?? "chunked";
    if (coding.trim().toLowerCase() === "chunked") return;
    throw new RefusedError(badHeader(501, "Transfer-Encoding", "chunked or none", coding));
  }

  #requireEncoding(): BodyEncoding {
    if (this.#encoding !== undefined) return this.#encoding;
    this.#response.setHeader("accept", Object.values(mediaTypes).join(", "));
    throw new RefusedError({
      grpcCode: grpcCode.invalidArgument,
      httpStatus: 415,
      where: "Content-Type",
      expected: "application/x-protobuf, or application/json in UTF-8",
      actual: this.#request.headers["content-type"]?.slice(0, 100) ?? "none",
      fix: "Set OTEL_EXPORTER_OTLP_PROTOCOL to http/protobuf or http/json; gRPC has a port of its own.",
    });
  }

  #requireCompression(): "gzip" | "identity" {
    const header = this.#request.headers["content-encoding"];
    const encoding = (header ?? "").trim().toLowerCase();
    if (encoding === "" || encoding === "identity") return "identity";
    // RFC 9110, section 8.4.1.3: x-gzip is gzip.
    if (encoding === "gzip" || encoding === "x-gzip") return "gzip";
    this.#response.setHeader("accept-encoding", "gzip, identity");
    throw new RefusedError({
      grpcCode: grpcCode.unimplemented,
      httpStatus: 415,
      where: "Content-Encoding",
      expected: "gzip or none",
      actual: encoding.slice(0, 60),
      fix: "Set OTEL_EXPORTER_OTLP_COMPRESSION to gzip or none.",
    });
  }

  #requireLength(): void {
    const length = Number(this.#request.headers["content-length"] ?? 0);
    if (length > this.#context.limits.maxRequestBytes) {
      throw new RefusedError(tooLarge("the body", length, this.#context.limits.maxRequestBytes));
    }
  }

  #acknowledge(): void {
    const encoding = this.#encoding ?? "json";
    // An Export*ServiceResponse with partial_success unset is no bytes in protobuf.
    this.#answer(200, encoding, Buffer.from(encoding === "json" ? "{}" : ""));
  }

  #refuse(refusal: Refusal): void {
    // A probe is answered, but no telemetry is lost with it.
    if (!bodiless.has(this.#request.method ?? "")) {
      this.#context.acceptor.refuse({ ...refusal, transport: "http", signal: this.#signal });
    }
    if (this.#response.destroyed || this.#response.headersSent) return;
    const encoding = this.#encoding ?? "json";
    const body = encoding === "json" ? Buffer.from(statusJson(refusal)) : Buffer.from(statusBytes(refusal));
    if (refusal.retryAfterSeconds !== undefined) this.#response.setHeader("retry-after", refusal.retryAfterSeconds);
    this.#answer(refusal.httpStatus, encoding, body);
    this.#dropRest();
  }

  #answer(status: number, encoding: BodyEncoding, body: Buffer): void {
    // A client that keeps its connection would hold up the end until the deadline.
    if (this.#stopping()) this.#response.setHeader("connection", "close");
    this.#response.writeHead(status, { "content-type": mediaTypes[encoding], "content-length": body.length }).end(body);
  }

  /** A client that is still sending would not see the answer if the connection were closed under it, so some more is read. */
  #dropRest(): void {
    const request = this.#request;
    let dropped = 0;
    request.on("data", (chunk: Buffer) => {
      dropped += chunk.length;
      if (dropped > this.#context.limits.maxRequestBytes) request.destroy();
    });
    request.on("error", () => undefined);
    request.resume();
  }
}

function wrongMethod(method: string): Refusal {
  return {
    grpcCode: grpcCode.unimplemented,
    httpStatus: 405,
    where: "the method",
    expected: "POST",
    actual: method,
    fix: "Send telemetry with POST.",
  };
}

function badHeader(httpStatus: number, where: string, expected: string, actual: string): Refusal {
  return {
    grpcCode: httpStatus === 400 ? grpcCode.invalidArgument : grpcCode.unimplemented,
    httpStatus,
    where,
    expected,
    actual: actual.slice(0, 60),
    fix: "Send OTLP/HTTP with an HTTP library, and without this header unless it is needed.",
  };
}

/** The path of a request target without its query (RFC 9112, section 3.2: it may be a whole URL). */
function pathOf(target: string): string {
  const path = target.replace(/^https?:\/\/[^/?#]*/i, "");
  return path.split("?", 1)[0] ?? "";
}

const brokenOff: Refusal = {
  grpcCode: grpcCode.cancelled,
  httpStatus: 400,
  where: "the body",
  expected: "all of it",
  actual: "a connection that was closed before its end, or a body that took too long",
  fix: "Let the exporter flush before the process ends; raise its timeout if it is short.",
};

const stoppingRefusal: Refusal = {
  grpcCode: grpcCode.unavailable,
  httpStatus: 503,
  where: "the sink",
  expected: "requests before it was told to stop",
  actual: "one after that",
  fix: "Let the service flush before the sink is stopped.",
  retryAfterSeconds: 1,
};

/** What is not HTTP, has headers that are too large, or is too slow has no request object to answer with. */
function refuseConnection(error: NodeJS.ErrnoException, socket: Duplex): Refusal | undefined {
  // A connection on which nothing was ever sent was a probe.
  if (error.code === "ECONNRESET" || !socket.writable || (socket as Socket).bytesRead === 0) {
    socket.destroy();
    return undefined;
  }
  const [httpStatus, reason] =
    error.code === "HPE_HEADER_OVERFLOW"
      ? [431, "Request Header Fields Too Large"]
      : error.code === "ERR_HTTP_REQUEST_TIMEOUT"
        ? [408, "Request Timeout"]
        : [400, "Bad Request"];
  const refusal: Refusal = {
    grpcCode: grpcCode.invalidArgument,
    httpStatus: httpStatus as number,
    where: "the HTTP request",
    expected: "a whole HTTP/1.1 request in time",
    actual: httpStatus === 400 ? `bytes that are none (${error.code ?? error.message})` : String(reason).toLowerCase(),
    fix: "Send OTLP/HTTP to this port, and OTLP/gRPC to its own.",
  };
  endWith(socket, httpStatus as number, reason as string, refusal);
  return refusal;
}

/** Answers where there is no response object, and ends the connection. */
function endWith(socket: Duplex, status: number, reason: string, refusal: Refusal, header = ""): void {
  const body = statusJson(refusal);
  socket.end(
    `HTTP/1.1 ${status} ${reason}\r\nconnection: close\r\ncontent-type: application/json\r\n${header}` +
      `content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}
