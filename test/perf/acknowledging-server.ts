// A target that reads requests and acknowledges them, by both protocols, in a process of its own: what sending costs must not depend
// on how fast a target decodes. Tells its ports by IPC and ends with its parent.
import { createServer as createHttp } from "node:http";
import { createServer as createHttp2, type ServerHttp2Session, type ServerHttp2Stream } from "node:http2";
import type { AddressInfo } from "node:net";

const http = createHttp((request, response) => {
  request.resume();
  request.on("end", () => response.end());
});
const grpc = createHttp2({ settings: { initialWindowSize: 1 << 20 } });
grpc.on("session", (session: ServerHttp2Session) => session.setLocalWindowSize(1 << 24));
grpc.on("stream", (stream: ServerHttp2Stream) => {
  stream.resume();
  stream.on("end", () => {
    stream.respond({ ":status": 200, "content-type": "application/grpc" }, { waitForTrailers: true });
    stream.on("wantTrailers", () => stream.sendTrailers({ "grpc-status": "0" }));
    // An empty message: not compressed, no bytes.
    stream.end(Buffer.alloc(5));
  });
});
await Promise.all(
  [http, grpc].map((server) => new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", () => resolve()))),
);
process.on("disconnect", () => process.exit());
process.send?.({
  httpPort: (http.address() as AddressInfo).port,
  grpcPort: (grpc.address() as AddressInfo).port,
});
