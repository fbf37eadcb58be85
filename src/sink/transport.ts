import type { Server } from "node:net";
import type { Acceptor } from "./accept-export.ts";
import type { BearerToken } from "./bearer-token.ts";
import type { ReceiveBudget } from "./receive-budget.ts";
import type { TlsSettings } from "./tls.ts";

interface TransportLimits {
  readonly maxRequestBytes: number;
  /** How long a request's body may take to arrive, in milliseconds. */
  readonly bodyTimeoutMs: number;
  /** How long a connection may be without any request, in milliseconds. */
  readonly idleTimeoutMs: number;
  readonly maxConnections: number;
}

/** What both transports share. */
export interface TransportContext {
  readonly acceptor: Acceptor;
  readonly budget: ReceiveBudget;
  readonly limits: TransportLimits;
  readonly tls: TlsSettings | undefined;
  /** Without one, every client may send. */
  readonly token: BearerToken | undefined;
}

export interface Transport {
  readonly server: Server;
  /** Takes no new work, lets what is under way finish until the deadline, then closes every connection. */
  stop(graceMs: number): Promise<void>;
}
