/** A request as any of the transports hands it over: an HTTP server, or msw within the client's own process. */
export interface ProviderRequest {
  readonly method: string;
  /** Begins with a slash; without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** By its name in small letters; several of one name are joined with a comma. */
  header(name: string): string | undefined;
  /** Where the client believed to call. */
  readonly server: { readonly address: string; readonly port: number };
  /** When its head had come, nanoseconds since the Unix epoch. */
  readonly startTime: bigint;
  /** `too-large` when it had more bytes than the provider takes, `too-many` when the requests under way together had. */
  readonly body: Uint8Array | "too-large" | "too-many" | "cut";
}

/** The way back to the client. Each method may be called after the client has gone; it then does nothing. */
export interface Channel {
  /** Aborts when the client closes the exchange before the reply is whole. */
  readonly gone: AbortSignal;
  begin(status: number, headers: Readonly<Record<string, string>>): void;
  /** Resolves when the text was handed over, or the client has gone. */
  write(text: string): Promise<void>;
  /** Resolves when all was handed over, or the client has gone. */
  end(): Promise<void>;
  /** Breaks the connection. */
  cut(): void;
}
