import type { Server, Socket } from "node:net";
import type { TlsOptions, TLSSocket } from "node:tls";
import type { RefusedRequest } from "./accept-export.ts";
import { grpcCode, type Refusal } from "./refusal.ts";
import type { TransportContext } from "./transport.ts";

/** Certificates in PEM. */
export interface TlsSettings {
  /** The server's certificate, and after it those that lead to its root. */
  readonly certificate: string;
  readonly key: string;
  /** Authorities of client certificates; when set, a client without a certificate of theirs is refused. */
  readonly clientAuthorities?: string | undefined;
}

/** How long a handshake may take. */
const handshakeTimeoutMs = 10_000;

export function tlsServerOptions({ certificate, key, clientAuthorities }: TlsSettings): TlsOptions {
  return {
    cert: certificate,
    key,
    handshakeTimeout: handshakeTimeoutMs,
    ...(clientAuthorities !== undefined && { ca: clientAuthorities, requestCert: true, rejectUnauthorized: true }),
  };
}

/**
 * Counts the handshakes of a TLS server that fail: for the client they are lost telemetry, and without a word here its user would
 * see that nothing arrived. A connection on which nothing was sent was a probe.
 *
 * @param protocol the one that ALPN must agree on
 */
export function reportFailedHandshakes(
  server: Server,
  transport: RefusedRequest["transport"],
  protocol: "h2" | "http/1.1",
  { acceptor }: TransportContext,
): void {
  /** Raw connections whose handshake is under way, by the client's address: a TLS socket does not name its raw one. */
  const underWay = new Map<string, Socket>();
  const rejectedCertificates: string[] = [];
  const refuse = (refusal: Refusal): void => acceptor.refuse({ ...refusal, transport, signal: undefined });

  server.on("connection", (socket: Socket) => {
    const client = addressOf(socket);
    underWay.set(client, socket);
    socket.once("close", () => {
      if (underWay.get(client) !== socket) return;
      underWay.delete(client);
      // Whether it was the client's certificate is told after this event.
      setImmediate(() => {
        const reason = rejectedCertificates.shift();
        if (reason !== undefined) refuse(certificateRejected(reason));
        else if (socket.bytesRead > 0) refuse(brokenOff);
      });
    });
  });
  server.on("secureConnection", (socket: TLSSocket) => underWay.delete(addressOf(socket)));
  server.on("tlsClientError", (error: NodeJS.ErrnoException, socket: TLSSocket) => {
    // Typed as an error, it is the code of one.
    const rejected: unknown = socket.authorizationError;
    if (typeof rejected === "string") rejectedCertificates.push(rejected);
    const refusal = handshakeRefusal(error.code ?? "", protocol);
    if (refusal === undefined) return;
    underWay.delete(addressOf(socket));
    refuse(refusal);
    socket.destroy();
  });
}

function addressOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}

const trustFix =
  "Give the service the certificate's authority: OTEL_EXPORTER_OTLP_CERTIFICATE=<ca.pem> (in Python, REQUESTS_CA_BUNDLE wins over it); the name it connects to must stand in the certificate.";

/** What an OpenSSL error of a handshake means; undefined for a connection that ended or was too slow, whose close is counted. */
function handshakeRefusal(code: string, protocol: string): Refusal | undefined {
  if (!code.startsWith("ERR_SSL_")) return undefined;
  const reason = code.slice("ERR_SSL_".length);
  if (/ALERT_(UNKNOWN_CA|BAD_CERTIFICATE|CERTIFICATE_)/.test(reason)) {
    return {
      ...handshake,
      expected: "a client that trusts the sink's certificate",
      actual: `a client that does not (${reason})`,
      fix: trustFix,
    };
  }
  if (reason === "PEER_DID_NOT_RETURN_A_CERTIFICATE") {
    return {
      ...handshake,
      expected: "a client certificate, as the sink was started with --tls-client-ca",
      actual: "none",
      fix: "Set OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE and OTEL_EXPORTER_OTLP_CLIENT_KEY in the service.",
    };
  }
  if (reason === "NO_APPLICATION_PROTOCOL") {
    return {
      ...handshake,
      expected: `a client of ${protocol} (ALPN)`,
      actual: "a client of other protocols only",
      fix: "Send OTLP/gRPC to the gRPC port and OTLP/HTTP to the HTTP port; OTEL_EXPORTER_OTLP_PROTOCOL says which one is sent.",
    };
  }
  if (reason === "HTTP_REQUEST" || reason === "WRONG_VERSION_NUMBER") {
    return {
      ...handshake,
      expected: "TLS",
      actual: "what is not",
      fix: "Set OTEL_EXPORTER_OTLP_ENDPOINT to an https:// URL, or start the sink without --tls-cert.",
    };
  }
  return { ...handshake, expected: "TLS 1.2 or 1.3", actual: reason, fix: "See the service's own log for its side." };
}

const handshake = { grpcCode: grpcCode.unauthenticated, httpStatus: 400, where: "the TLS handshake" };

const brokenOff: Refusal = {
  ...handshake,
  expected: "all of it, in time",
  actual: "a connection that ended before that, as clients do that do not trust the sink's certificate",
  fix: trustFix,
};

function certificateRejected(reason: string): Refusal {
  return {
    ...handshake,
    expected: "a client certificate that an authority of --tls-client-ca issued",
    actual: `one that does not verify (${reason})`,
    fix: "Set OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE and OTEL_EXPORTER_OTLP_CLIENT_KEY to a certificate of that authority, or give its authority with --tls-client-ca.",
  };
}
