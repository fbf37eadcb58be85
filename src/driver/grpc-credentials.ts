import { getCACertificates } from "node:tls";
import { credentials, type ChannelCredentials } from "@grpc/grpc-js";

/** TLS for an https endpoint, with the authorities that Node itself trusts: grpc-js alone leaves out those of NODE_EXTRA_CA_CERTS. */
export function grpcCredentials({ protocol }: URL): ChannelCredentials {
  if (protocol !== "https:") return credentials.createInsecure();
  return credentials.createSsl(Buffer.from(getCACertificates("default").join("\n")));
}
