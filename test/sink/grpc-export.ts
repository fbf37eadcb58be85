import { credentials, Client, Metadata, type ChannelCredentials, type ServiceError } from "@grpc/grpc-js";

const identity = (bytes: Buffer): Buffer => bytes;

export interface GrpcReply {
  readonly code: number;
  readonly message: string;
  /** grpc-status-details-bin, empty without. */
  readonly details: Buffer;
}

export interface GrpcExport {
  readonly url: string;
  readonly body: Buffer;
  readonly metadata?: { readonly [name: string]: string };
  readonly channelCredentials?: ChannelCredentials;
  readonly channelOptions?: { readonly [name: string]: number };
}

/** One Export call of the trace service with the client of grpc-js. */
export function exportByGrpc({
  url,
  body,
  metadata = {},
  channelCredentials = credentials.createInsecure(),
  channelOptions = {},
}: GrpcExport): Promise<GrpcReply> {
  const client = new Client(url.replace(/^https?:\/\//, ""), channelCredentials, channelOptions);
  const sent = new Metadata();
  for (const [name, value] of Object.entries(metadata)) sent.set(name, value);
  const path = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";
  return new Promise((resolve) => {
    client.makeUnaryRequest(path, identity, identity, body, sent, {}, (error: ServiceError | null) => {
      client.close();
      const [details] = error?.metadata.get("grpc-status-details-bin") ?? [];
      resolve({
        code: error?.code ?? 0,
        message: error?.details ?? "",
        details: Buffer.isBuffer(details) ? details : Buffer.alloc(0),
      });
    });
  });
}
