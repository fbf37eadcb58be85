import { createServer, type Socket } from "node:net";
import type { Transport, TransportLimits } from "./grpc-server.ts";

/** How an HTTP/2 connection with prior knowledge begins (RFC 9113 §3.4); no HTTP/1.1 request does. */
const preface = Buffer.from("PRI");

/**
 * One port for both transports, told apart by the first bytes of a connection: an exporter whose protocol is fixed in code reaches the
 * sink whatever the environment says.
 */
export function createEitherTransport(grpc: Transport, http: Transport, limits: TransportLimits): Transport {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
    socket.on("error", () => socket.destroy());
    // A client that says nothing is not waited for; after the first bytes the transport's own limits hold.
    socket.setTimeout(limits.bodyTimeoutMs, () => socket.destroy());
    socket.once("readable", () => {
      const first = socket.read() as Buffer | null;
      if (first === null) return socket.destroy();
      socket.setTimeout(0);
      socket.unshift(first);
      const transport = first.subarray(0, preface.length).equals(preface) ? grpc : http;
      transport.server.emit("connection", socket);
    });
  });
  server.maxConnections = limits.maxConnections;
  return {
    server,
    stop: async (graceMs) => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      const timer = setTimeout(() => {
        for (const socket of sockets) socket.destroy();
      }, graceMs);
      await closed;
      clearTimeout(timer);
    },
  };
}
