import type { OtlpRequest } from "../otlp/view.ts";
import { CountingAcceptor, type RefusedRequest, type SinkCounters } from "./accept-export.ts";
import { BearerToken } from "./bearer-token.ts";
import { createEitherTransport } from "./either-protocol.ts";
import { createGrpcTransport } from "./grpc-server.ts";
import { createHttpTransport } from "./http-server.ts";
import type { Journal } from "./journal.ts";
import { listen, urlHost } from "./listen.ts";
import { connectionsThatFit } from "./open-files.ts";
import { ReceiveBudget } from "./receive-budget.ts";
import type { TlsSettings } from "./tls.ts";
import type { TransportContext } from "./transport.ts";

export type { RefusedRequest } from "./accept-export.ts";
export type { TlsSettings } from "./tls.ts";

export interface SinkOptions {
  /** Address to listen on; 127.0.0.1 unless given. */
  readonly host?: string;
  /** Port of OTLP/gRPC, 4317 unless given; 0 takes a free one. */
  readonly grpcPort?: number;
  /** Port of OTLP/HTTP, 4318 unless given; 0 takes a free one. */
  readonly httpPort?: number;
  /** A further port that takes both protocols; none unless given, 0 takes a free one. Not to be had with TLS. */
  readonly eitherPort?: number;
  /** Both ports speak TLS when given. */
  readonly tls?: TlsSettings;
  /** When given, requests without `authorization: Bearer <token>` are refused. */
  readonly token?: string;
  /** Largest request in bytes, before and after decompression; 64 MiB unless given. */
  readonly maxRequestBytes?: number;
  /** Most bytes of request bodies under way at once; twice `maxRequestBytes` unless given. */
  readonly maxInFlightBytes?: number;
  /** How long a request's body may take to arrive, in milliseconds; 30 s unless given. */
  readonly bodyTimeoutMs?: number;
  /** Most connections a port; 1024 unless given, and fewer where the process may not open so many files. */
  readonly maxConnections?: number;
  /**
   * Called for each request, before it is acknowledged; the request and its views are valid only during the call. A large request
   * comes in parts, each a request of its own, all but the first with `isContinued`.
   */
  readonly onRequest: (request: OtlpRequest, isContinued: boolean) => void;
  /** Called for each request that was not taken. */
  readonly onRefused?: (refused: RefusedRequest) => void;
  /** Where each accepted request is written before it is acknowledged. The sink does not close it. */
  readonly journal?: Journal;
}

export interface Sink {
  readonly host: string;
  readonly grpcPort: number;
  readonly httpPort: number;
  /** Endpoints as OTEL_EXPORTER_OTLP_ENDPOINT takes them. */
  readonly grpcUrl: string;
  readonly httpUrl: string;
  /** The endpoint that takes both protocols, when `eitherPort` was given. */
  readonly eitherUrl: string | undefined;
  readonly received: SinkCounters;
  /** When a client last did something, in milliseconds since the Unix epoch; at first, when the sink started. */
  readonly lastActivity: number;
  /** Refuses new requests, lets those under way finish (at most 5 s), closes all connections. May be called again. */
  stop(): Promise<void>;
}

const graceMs = 5000;

/**
 * Receives OTLP over gRPC and HTTP, and hands each request on while it is being answered. Nothing is kept.
 *
 * @throws {ListenError} when a port cannot be listened on; nothing is left listening then
 * @throws {Error} of OpenSSL when the certificate or the key of `tls` cannot be used
 */
export async function startSink(options: SinkOptions): Promise<Sink> {
  const host = options.host ?? "127.0.0.1";
  const { tls, token } = options;
  // Its clients tell the protocol by their first bytes, which TLS hides.
  if (tls !== undefined && options.eitherPort !== undefined) throw new TypeError("eitherPort cannot be had with tls");
  const maxRequestBytes = options.maxRequestBytes ?? 64 * 1024 * 1024;
  const acceptor = new CountingAcceptor({ ...options, maxRequestBytes });
  const context: TransportContext = {
    acceptor,
    budget: new ReceiveBudget(options.maxInFlightBytes ?? 2 * maxRequestBytes),
    limits: {
      maxRequestBytes,
      bodyTimeoutMs: options.bodyTimeoutMs ?? 30_000,
      idleTimeoutMs: 10 * 60_000,
      maxConnections: Math.min(
        options.maxConnections ?? 1024,
        connectionsThatFit(options.eitherPort === undefined ? 2 : 3),
      ),
    },
    tls,
    token: token === undefined ? undefined : new BearerToken(token),
  };
  const grpc = createGrpcTransport(context);
  const http = createHttpTransport(context);
  const grpcPort = await listen(grpc.server, host, options.grpcPort ?? 4317, "OTLP/gRPC", "--grpc-port");
  let httpPort: number;
  try {
    httpPort = await listen(http.server, host, options.httpPort ?? 4318, "OTLP/HTTP", "--http-port");
  } catch (error) {
    await grpc.stop(0);
    throw error;
  }
  const either = options.eitherPort === undefined ? undefined : createEitherTransport(grpc, http, context);
  let eitherPort: number | undefined;
  if (either !== undefined) {
    try {
      eitherPort = await listen(either.server, host, options.eitherPort ?? 0, "OTLP", "--grpc-port");
    } catch (error) {
      await Promise.all([grpc.stop(0), http.stop(0)]);
      throw error;
    }
  }
  const scheme = tls === undefined ? "http" : "https";
  let stopped: Promise<void> | undefined;
  return {
    host,
    grpcPort,
    httpPort,
    grpcUrl: `${scheme}://${urlHost(host)}:${grpcPort}`,
    httpUrl: `${scheme}://${urlHost(host)}:${httpPort}`,
    eitherUrl: eitherPort === undefined ? undefined : `http://${urlHost(host)}:${eitherPort}`,
    get received() {
      return acceptor.counters;
    },
    get lastActivity() {
      return acceptor.lastActivity;
    },
    stop: () =>
      (stopped ??= Promise.all([either?.stop(graceMs), grpc.stop(graceMs), http.stop(graceMs)]).then(() =>
        acceptor.end(),
      )),
  };
}
