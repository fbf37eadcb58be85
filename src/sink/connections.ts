import type { Server, Socket } from "node:net";

/** The open connections of a server, so that none can hold up its end. */
export class Connections {
  readonly #sockets = new Set<Socket>();

  constructor(server: Server) {
    const add = (socket: Socket): void => {
      this.#sockets.add(socket);
      socket.once("close", () => this.#sockets.delete(socket));
    };
    server.on("connection", add);
    // With TLS, this one tells whether anything was sent after the handshake.
    server.on("secureConnection", add);
  }

  /** Closes those on which nothing was ever sent: no request can be under way there. */
  destroySilent(): void {
    for (const socket of this.#sockets) if (socket.bytesRead === 0) socket.destroy();
  }

  destroyAll(): void {
    for (const socket of this.#sockets) socket.destroy();
  }
}

/**
 * Ends a server: no new connections, silent ones closed at once, the others when the deadline has passed.
 *
 * @param finish asks the connections in use to end when their requests are answered
 */
export async function endServer(
  server: Server,
  connections: Connections,
  graceMs: number,
  finish: () => void,
): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  finish();
  connections.destroySilent();
  const timer = setTimeout(() => connections.destroyAll(), graceMs);
  await closed;
  clearTimeout(timer);
}
