import { createServer } from "node:net";
import { Connections, endServer } from "./connections.ts";
import { limitConnections } from "./limit-connections.ts";
import type { Transport, TransportContext } from "./transport.ts";

/** How an HTTP/2 connection with prior knowledge begins (RFC 9113 §3.4); no HTTP/1.1 request does. */
const preface = Buffer.from("PRI");

/**
 * One port for both transports, told apart by the first bytes of a connection: an exporter whose protocol is fixed in code reaches the
 * sink whatever the environment says. Without TLS, whose first bytes do not tell them apart.
 */
export function createEitherTransport(grpc: Transport, http: Transport, context: TransportContext): Transport {
  const { limits } = context;
  const server = createServer((socket) => {
    socket.on("error", () => socket.destroy());
    // A client that says nothing is not waited for; after the first bytes the transport's own limits hold.
    socket.setTimeout(limits.bodyTimeoutMs, () => socket.destroy());
    let first = Buffer.alloc(0);
    const read = (): void => {
      first = Buffer.concat([first, (socket.read() as Buffer | null) ?? Buffer.alloc(0)]);
      // `P` may begin either protocol, so a client that sends byte by byte is read a little further.
      const undecided = first.length < preface.length && preface.subarray(0, first.length).equals(first);
      if (undecided && !socket.readableEnded) return;
      socket.off("readable", read);
      socket.off("end", read);
      socket.setTimeout(0);
      if (first.length === 0) return void socket.destroy();
      socket.unshift(first);
      const transport = first.subarray(0, preface.length).equals(preface) ? grpc : http;
      transport.server.emit("connection", socket);
    };
    socket.on("readable", read);
    socket.on("end", read);
  });
  limitConnections(server, "http", context);
  const connections = new Connections(server);
  return {
    server,
    // Once bytes have come, the connection is a transport's, which ends it.
    stop: (graceMs) => endServer(server, connections, graceMs, () => undefined),
  };
}
