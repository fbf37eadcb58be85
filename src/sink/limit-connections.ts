import type { Server } from "node:net";
import type { RefusedRequest } from "./accept-export.ts";
import { tooManyConnections } from "./refusal.ts";
import type { TransportContext } from "./transport.ts";

/** Bounds the connections of a server, and counts those that are closed for it: what they would have sent is lost or late. */
export function limitConnections(
  server: Server,
  transport: RefusedRequest["transport"],
  { acceptor, limits }: TransportContext,
): void {
  server.maxConnections = limits.maxConnections;
  server.on("drop", () => {
    acceptor.refuse({ ...tooManyConnections(limits.maxConnections), transport, signal: undefined });
  });
}
