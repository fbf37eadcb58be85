import {
  constants,
  createSecureServer,
  createServer,
  type Http2Session,
  type IncomingHttpHeaders,
  type ServerHttp2Stream,
} from "node:http2";
import type { TLSSocket } from "node:tls";
import type { Signal } from "../otlp/view.ts";
import { refusalOf, type Acceptor } from "./accept-export.ts";
import { Connections, endServer } from "./connections.ts";
import { GrpcMessageReader } from "./grpc-message.ts";
import { parseGrpcTimeout } from "./grpc-timeout.ts";
import { limitConnections } from "./limit-connections.ts";
import { grpcCode, RefusedError, refusalMessage, type Refusal } from "./refusal.ts";
import { statusBytes } from "./rpc-status.ts";
import { reportFailedHandshakes, tlsServerOptions } from "./tls.ts";
import type { Transport, TransportContext } from "./transport.ts";

const signals: ReadonlyMap<string, Signal> = new Map([
  ["/opentelemetry.proto.collector.trace.v1.TraceService/Export", "traces"],
  ["/opentelemetry.proto.collector.logs.v1.LogsService/Export", "logs"],
  ["/opentelemetry.proto.collector.metrics.v1.MetricsService/Export", "metrics"],
]);

const acceptedEncodings = "identity,gzip";

/** The message of an ExportServiceResponse with partial_success unset: a frame of length 0. */
const emptyResponse = Buffer.alloc(5);

const mostHeaderBytes = 16_384;
/** What RFC 9113, section 6.5.2, adds to each header's name and value. */
const headerOverhead = 32;
/** From here on Node resets the stream by itself, and nobody can count it. */
const mostResetHeaderBytes = 4 * mostHeaderBytes;

const longestGreetingMs = 10_000;

/** setTimeout takes no more than 2^31 - 1 milliseconds. */
const longestTimer = 2 ** 31 - 1;

/**
 * OTLP/gRPC: unary calls on HTTP/2, read by ourselves because no gRPC library for Node refuses what the protocol forbids (other
 * methods than POST, unknown frame flags, more than one message). With TLS, a client must name h2 by ALPN (RFC 9113, section 3.2).
 */
export function createGrpcTransport(context: TransportContext): Transport {
  const { acceptor, limits, tls } = context;
  const sessions = new Set<Http2Session>();
  let stopping = false;
  const options = {
    settings: {
      maxConcurrentStreams: 100,
      initialWindowSize: 1 << 20,
      maxHeaderListSize: mostResetHeaderBytes,
      enablePush: false,
    },
    maxHeaderListPairs: mostHeaderBytes / headerOverhead,
    // In megabytes, for the headers, window and queues of one session.
    maxSessionMemory: 8,
  };
  const server =
    tls === undefined ? createServer(options) : createSecureServer({ ...options, ...tlsServerOptions(tls) });
  if (tls !== undefined) reportFailedHandshakes(server, "grpc", "h2", context);
  limitConnections(server, "grpc", context);
  const connections = new Connections(server);
  server.on("session", (session) => {
    sessions.add(session);
    session.once("close", () => sessions.delete(session));
    // A session that fails has no answer left to send; its streams tell what was lost.
    session.on("error", () => session.destroy());
    session.setTimeout(limits.idleTimeoutMs, () => session.close());
    // RFC 9113, section 3.4: a client begins with its SETTINGS; one that does not holds a connection for nothing.
    const timer = setTimeout(() => session.destroy(), Math.min(longestGreetingMs, limits.bodyTimeoutMs));
    session.once("remoteSettings", () => clearTimeout(timer));
    session.once("close", () => clearTimeout(timer));
  });
  server.on("sessionError", (error: NodeJS.ErrnoException) => {
    if (error.code !== "ERR_HTTP2_ERROR") return;
    acceptor.refuse({ ...notHttp2(`what is not (${error.message})`), transport: "grpc", signal: undefined });
  });
  server.on("unknownProtocol", (socket: TLSSocket) => {
    acceptor.refuse({
      ...notHttp2("a TLS client that names no protocol by ALPN"),
      transport: "grpc",
      signal: undefined,
    });
    socket.destroy();
  });
  server.on("stream", (stream, headers) => {
    // A client may reset a stream at any time.
    stream.on("error", () => undefined);
    if (stopping) return refuseStream(stream, undefined, stoppingRefusal, acceptor);
    try {
      new UnaryCall(stream, headers, context).start();
    } catch (error) {
      const path = headers[":path"] ?? "";
      // A health check or a reflection request is answered, but no telemetry is lost with it.
      if (path.startsWith("/opentelemetry.")) refuseStream(stream, signals.get(path), refusalOf(error), acceptor);
      else answerRefusal(stream, refusalOf(error));
    }
  });
  return {
    server,
    stop: async (graceMs) => {
      stopping = true;
      await endServer(server, connections, graceMs, () => {
        for (const session of sessions) session.close();
      });
    },
  };
}

class UnaryCall {
  readonly #stream: ServerHttp2Stream;
  readonly #context: TransportContext;
  readonly #signal: Signal;
  readonly #encoding: "identity" | "gzip";
  readonly #timeout: { readonly ms: number; readonly client: boolean };

  /** @throws {RefusedError} when the headers are not those of an Export call */
  constructor(stream: ServerHttp2Stream, headers: IncomingHttpHeaders, context: TransportContext) {
    this.#stream = stream;
    this.#context = context;
    requireSmallHeaders(headers);
    requirePost(headers);
    requireGrpc(headers);
    context.token?.require(headers.authorization);
    this.#signal = requireExportMethod(headers);
    this.#encoding = requireKnownEncoding(headers);
    this.#timeout = readTimeout(headers, context.limits.bodyTimeoutMs);
  }

  start(): void {
    const stream = this.#stream;
    const { acceptor, budget, limits } = this.#context;
    acceptor.touch();
    let over = false;
    const finish = (refusal: Refusal | undefined): void => {
      if (over) return;
      over = true;
      clearTimeout(timer);
      body.close();
      if (refusal !== undefined) refuseStream(stream, this.#signal, refusal, acceptor);
      else acknowledge(stream);
    };
    // What is being taken is taken, whether the client still waits or not.
    const giveUp = (refusal: Refusal): void => {
      if (!body.isTaken) finish(refusal);
    };
    const attempt = (step: () => void): void => {
      if (over) return;
      try {
        step();
      } catch (error) {
        finish(refusalOf(error));
      }
    };
    const body = budget.open("the gRPC message", limits.maxRequestBytes, finish);
    const reader = new GrpcMessageReader(body, this.#encoding, limits.maxRequestBytes);
    const timer = setTimeout(() => giveUp(tooSlow(this.#timeout)), Math.min(this.#timeout.ms, longestTimer));
    stream.on("data", (chunk: Buffer) => attempt(() => reader.push(chunk)));
    stream.on("end", () =>
      attempt(() => {
        // A reset also ends the readable side.
        if (stream.aborted) throw new RefusedError(cancelled);
        const upload = { signal: this.#signal, encoding: "protobuf", body, ...reader.end() } as const;
        acceptor.accept(upload).then(
          () => finish(undefined),
          (error: unknown) => finish(refusalOf(error)),
        );
      }),
    );
    stream.on("close", () => giveUp(cancelled));
  }
}

/** Mostly an exporter set to OTLP/HTTP with the gRPC port: without a word here, its user would see that nothing arrived. */
function notHttp2(actual: string): Refusal {
  return {
    grpcCode: grpcCode.internal,
    httpStatus: 400,
    where: "a connection to the gRPC port",
    expected: "HTTP/2",
    actual,
    fix: "Send OTLP/HTTP to the HTTP port, or set OTEL_EXPORTER_OTLP_PROTOCOL to grpc.",
  };
}

function requireSmallHeaders(headers: IncomingHttpHeaders): void {
  let bytes = 0;
  for (const [name, value = ""] of Object.entries(headers)) {
    for (const one of Array.isArray(value) ? value : [value]) bytes += name.length + one.length + headerOverhead;
  }
  if (bytes <= mostHeaderBytes) return;
  throw new RefusedError({
    grpcCode: grpcCode.resourceExhausted,
    httpStatus: 200,
    where: "the headers",
    expected: `at most ${mostHeaderBytes} bytes`,
    actual: `${bytes} bytes`,
    fix: "Send fewer or shorter ones; OTEL_EXPORTER_OTLP_HEADERS sets those of an exporter.",
  });
}

function requirePost(headers: IncomingHttpHeaders): void {
  const method = headers[":method"] ?? "";
  if (method === "POST") return;
  throw new RefusedError({
    grpcCode: grpcCode.unimplemented,
    httpStatus: 405,
    where: ":method",
    expected: "POST",
    actual: method,
    fix: "Make calls with a gRPC library; OTLP/HTTP has a port of its own.",
  });
}

function requireGrpc(headers: IncomingHttpHeaders): void {
  const type = (headers["content-type"] ?? "").split(";", 1)[0]?.trim().toLowerCase() ?? "";
  if (type === "application/grpc" || type === "application/grpc+proto") return;
  const grpc = type.startsWith("application/grpc");
  throw new RefusedError({
    grpcCode: grpcCode.unimplemented,
    httpStatus: grpc ? 200 : 415,
    where: "content-type",
    expected: "application/grpc or application/grpc+proto",
    actual: type === "" ? "none" : type,
    fix: grpc ? "OTLP/gRPC has messages in protobuf only." : "Send OTLP/HTTP to the HTTP port, OTLP/gRPC here.",
  });
}

function requireExportMethod(headers: IncomingHttpHeaders): Signal {
  const path = headers[":path"] ?? "";
  const signal = signals.get(path);
  if (signal !== undefined) return signal;
  throw new RefusedError({
    grpcCode: grpcCode.unimplemented,
    httpStatus: 200,
    where: ":path",
    expected: "the Export method of the trace, logs or metrics service",
    actual: path.slice(0, 200),
    fix: "Send traces, logs or metrics; other OTLP signals are not served.",
  });
}

function requireKnownEncoding(headers: IncomingHttpHeaders): "identity" | "gzip" {
  const encoding = headers["grpc-encoding"] ?? "identity";
  if (encoding === "identity" || encoding === "gzip") return encoding;
  throw new RefusedError({
    grpcCode: grpcCode.unimplemented,
    httpStatus: 200,
    where: "grpc-encoding",
    expected: "identity or gzip",
    actual: String(encoding).slice(0, 60),
    fix: "Set the exporter's compression to gzip or none.",
  });
}

function readTimeout(headers: IncomingHttpHeaders, ownMs: number): { ms: number; client: boolean } {
  const header = headers["grpc-timeout"];
  if (header === undefined) return { ms: ownMs, client: false };
  const ms = parseGrpcTimeout(String(header));
  if (ms === undefined) {
    throw new RefusedError({
      grpcCode: grpcCode.invalidArgument,
      httpStatus: 200,
      where: "grpc-timeout",
      expected: "at most 8 digits and a unit (H, M, S, m, u or n)",
      actual: String(header).slice(0, 60),
      fix: "Make calls with a gRPC library.",
    });
  }
  return ms < ownMs ? { ms, client: true } : { ms: ownMs, client: false };
}

function tooSlow({ ms, client }: { ms: number; client: boolean }): Refusal {
  return {
    grpcCode: grpcCode.deadlineExceeded,
    httpStatus: 200,
    where: "the gRPC call",
    expected: `the whole request within ${ms} ms (${client ? "the client's grpc-timeout" : "the sink's limit"})`,
    actual: "less than that",
    fix: "Send smaller batches, or raise the exporter's timeout.",
  };
}

const cancelled: Refusal = {
  grpcCode: grpcCode.cancelled,
  httpStatus: 200,
  where: "the gRPC call",
  expected: "the whole request",
  actual: "a stream that the client reset or a connection that it closed",
  fix: "Let the exporter flush before the process ends; raise its timeout if it is short.",
};

const stoppingRefusal: Refusal = {
  grpcCode: grpcCode.unavailable,
  httpStatus: 200,
  where: "the sink",
  expected: "requests before it was told to stop",
  actual: "one after that",
  fix: "Let the service flush before the sink is stopped.",
  retryAfterSeconds: 1,
};

function acknowledge(stream: ServerHttp2Stream): void {
  if (stream.destroyed) return;
  stream.respond(
    { ":status": 200, "content-type": "application/grpc", "grpc-accept-encoding": acceptedEncodings },
    { waitForTrailers: true },
  );
  stream.once("wantTrailers", () => stream.sendTrailers({ "grpc-status": String(grpcCode.ok) }));
  stream.end(emptyResponse);
}

/** Answers with trailers only, and asks the client to stop sending. */
function refuseStream(
  stream: ServerHttp2Stream,
  signal: Signal | undefined,
  refusal: Refusal,
  acceptor: Acceptor,
): void {
  acceptor.refuse({ ...refusal, transport: "grpc", signal });
  answerRefusal(stream, refusal);
}

function answerRefusal(stream: ServerHttp2Stream, refusal: Refusal): void {
  if (stream.destroyed || stream.closed) return;
  const details = refusal.badData || refusal.retryAfterSeconds !== undefined;
  stream.respond(
    {
      ":status": refusal.httpStatus === 405 || refusal.httpStatus === 415 ? refusal.httpStatus : 200,
      "content-type": "application/grpc",
      "grpc-status": String(refusal.grpcCode),
      "grpc-message": percentEncoded(refusalMessage(refusal)),
      ...(details && { "grpc-status-details-bin": Buffer.from(statusBytes(refusal)).toString("base64") }),
      ...(refusal.grpcCode === grpcCode.unimplemented && { "grpc-accept-encoding": acceptedEncodings }),
      ...(refusal.httpStatus === 405 && { allow: "POST" }),
    },
    { endStream: true },
  );
  // RFC 9113, section 8.1: a complete response may be followed by this reset when the rest of the request is of no use.
  stream.close(constants.NGHTTP2_NO_ERROR);
}

/** A grpc-message: what is not printable ASCII, and the percent sign, as %XX of its UTF-8 bytes. */
function percentEncoded(message: string): string {
  let encoded = "";
  for (const byte of Buffer.from(message.slice(0, 1000))) {
    encoded +=
      byte >= 0x20 && byte <= 0x7e && byte !== 0x25
        ? String.fromCharCode(byte)
        : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
  }
  return encoded;
}
