import { createServer as createHttp, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createHttp2, type ServerHttp2Stream } from "node:http2";
import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { onTestFinished } from "vitest";

/** A port of 127.0.0.1 that nobody listens on. */
export async function refusingPort(): Promise<number> {
  const server = createServer();
  const port = await portOf(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** A server of raw bytes; its connections are ended with the test. */
export function tcpServer(onConnection: (socket: Socket) => void): Promise<number> {
  const server = createServer((socket) => {
    socket.on("error", () => {});
    onConnection(socket);
  });
  return portOf(server);
}

export function httpServer(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<number> {
  return portOf(createHttp(answer));
}

export function http2Server(answer: (stream: ServerHttp2Stream) => void): Promise<number> {
  const server = createHttp2();
  server.on("stream", (stream) => {
    stream.on("error", () => {});
    answer(stream);
  });
  return portOf(server as unknown as Server);
}

/** A gRPC answer of one message (none when undefined) and these trailers. */
export function grpcAnswer(
  stream: ServerHttp2Stream,
  message: Buffer | undefined,
  trailers: { readonly [name: string]: string },
): void {
  stream.resume();
  stream.on("end", () => {
    stream.respond({ ":status": 200, "content-type": "application/grpc" }, { waitForTrailers: true });
    stream.on("wantTrailers", () => stream.sendTrailers(trailers));
    if (message !== undefined) {
      const frame = Buffer.alloc(5);
      frame.writeUInt32BE(message.length, 1);
      stream.write(Buffer.concat([frame, message]));
    }
    stream.end();
  });
}

async function portOf(server: Server): Promise<number> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}
