/** A port that the fake provider cannot listen on; the message says which, why, and what to do. */
export class PortError extends Error {
  override readonly name = "PortError";
  /** The system's code, such as EADDRINUSE. */
  readonly code: string;

  constructor(host: string, port: number, cause: NodeJS.ErrnoException) {
    const code = cause.code ?? "unknown";
    const [actual, fix] = reasons[code] ?? [cause.message, "Choose another address with --host or --port."];
    super(`${host}:${port} (fake provider): expected a free port to listen on, got ${actual}. ${fix}`, { cause });
    this.code = code;
  }
}

const reasons: { readonly [code: string]: readonly [actual: string, fix: string] } = {
  EADDRINUSE: [
    "a port in use",
    "Stop the process that listens there, or choose another port with --port (0 takes a free one).",
  ],
  EACCES: ["a port that this user may not open", "Choose a port above 1023 with --port (0 takes a free one)."],
  EADDRNOTAVAIL: ["an address that this machine does not have", "Give an address of this machine with --host."],
  ENOTFOUND: ["a host name that does not resolve", "Give an address of this machine with --host."],
};
