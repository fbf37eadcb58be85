import type { AddressInfo, Server } from "node:net";

/** A port that cannot be listened on; the message says which, why, and what to do. */
export class ListenError extends Error {
  override readonly name = "ListenError";
  /** The system's code, such as EADDRINUSE. */
  readonly code: string;

  constructor(message: string, code: string, cause: unknown) {
    super(message, { cause });
    this.code = code;
  }
}

/**
 * Listens and gives the port, which is a free one when 0 was asked for.
 *
 * @param what what listens, such as `OTLP/gRPC`
 * @param option the option that sets the port, named in the error
 * @throws {ListenError}
 */
export function listen(server: Server, host: string, port: number, what: string, option: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const failed = (error: NodeJS.ErrnoException): void => {
      reject(listenError(error, host, port, what, option));
    };
    server.once("error", failed);
    server.listen({ host, port }, () => {
      server.off("error", failed);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

function listenError(
  error: NodeJS.ErrnoException,
  host: string,
  port: number,
  what: string,
  option: string,
): ListenError {
  const code = error.code ?? "unknown";
  const reasons: { readonly [code: string]: readonly [actual: string, fix: string] } = {
    EADDRINUSE: [
      "a port in use",
      `Stop the process that listens there, or choose another port with ${option} (0 takes a free one).`,
    ],
    EACCES: ["a port that this user may not open", `Choose a port above 1023 with ${option} (0 takes a free one).`],
    EADDRNOTAVAIL: ["an address that this machine does not have", "Give an address of this machine with --host."],
    ENOTFOUND: ["a host name that does not resolve", "Give an address of this machine with --host."],
  };
  const [actual, fix] = reasons[code] ?? [error.message, `Choose another address with --host or ${option}.`];
  return new ListenError(
    `${urlHost(host)}:${port} (${what}): expected a free port to listen on, got ${actual}. ${fix}`,
    code,
    error,
  );
}

/** A host as it stands in a URL. */
export function urlHost(host: string): string {
  return host.includes(":") ? `[${host}]` : host;
}
