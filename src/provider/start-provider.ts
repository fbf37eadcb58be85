import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { LedgerFile } from "../ledger/ledger-file.ts";
import type { Channel, ProviderRequest } from "./exchange.ts";
import { FakeProvider, MAX_BODY_BYTES, type FakeProviderOptions } from "./fake-provider.ts";
import { PortError } from "./port-error.ts";

export interface ProviderOptions extends FakeProviderOptions {
  /** Address to listen on; 127.0.0.1 unless given. */
  readonly host?: string;
  /** 0, and when none is given, takes a free one. */
  readonly port?: number;
  /** File to keep the ledger in. */
  readonly ledger?: string;
}

/** A fake provider that listens. */
export interface Provider {
  /** Without a path, such as `http://127.0.0.1:40123`: what Anthropic's and Google's clients take as base URL; OpenAI's take it with `/v1`. */
  readonly url: string;
  readonly port: number;
  /**
   * Breaks off the calls under way, ends the ledger and closes the port. May be called again.
   *
   * @throws when the ledger could not be written
   */
  stop(): Promise<void>;
}

/** Bodies under way together; beyond it a request is refused. */
const MAX_BODIES_BYTES = 8 * MAX_BODY_BYTES;
/** Of a body that is too large, this much is read before the connection is broken. */
const MAX_READ_BYTES = 4 * MAX_BODY_BYTES;
const MAX_CONNECTIONS = 1024;
/** Longer than clients keep a connection that they don't use: a server that closes first makes a request fail now and then. */
const KEEP_ALIVE_MS = 120_000;

/**
 * Starts a fake provider: OpenAI's chat completions, responses and embeddings, Anthropic's messages and Gemini's generateContent on one port.
 * Keys are not looked at. A request may choose its own fault: `x-testkit-fault: status=429 retry-after=1`.
 *
 * @throws {PortError} when the port cannot be had
 * @throws {LedgerError} when the ledger's file cannot be had
 */
export async function startProvider(options: ProviderOptions = {}): Promise<Provider> {
  const { host = "127.0.0.1", port = 0, ledger, onLine } = options;
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS });
  server.maxConnections = MAX_CONNECTIONS;
  await listen(server, host, port);
  let file: LedgerFile | undefined;
  let provider: FakeProvider;
  try {
    file = ledger === undefined ? undefined : LedgerFile.create(ledger);
    provider = new FakeProvider({
      ...options,
      onLine: (line) => {
        file?.append(line);
        onLine?.(line);
      },
    });
  } catch (error) {
    server.close();
    file?.close();
    throw error;
  }
  const bodies = new Bodies();
  server.on("request", (request, response) => void serve(provider, bodies, request, response));
  const bound = (server.address() as AddressInfo).port;
  let stopped: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    const closed = new Promise<void>((resolve) => {
      server.close(() => resolve());
    });
    try {
      await provider.stop();
    } finally {
      file?.close();
      server.closeAllConnections();
      await closed;
    }
  };
  return {
    url: `http://${host.includes(":") ? `[${host}]` : host}:${bound}`,
    port: bound,
    stop: () => (stopped ??= stop()),
  };
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => reject(new PortError(host, port, error)));
    server.listen({ host, port }, () => {
      server.removeAllListeners("error");
      resolve();
    });
  });
}

async function serve(
  provider: FakeProvider,
  bodies: Bodies,
  incoming: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const startTime = provider.now();
  const channel = channelOf(response);
  const held = await bodies.read(incoming);
  try {
    await provider.handle(requestOf(incoming, held.body, startTime), channel);
  } finally {
    held.release();
    // What is left of a body that was not read to its end would be taken for the next request.
    if (!incoming.complete) incoming.destroy();
  }
}

function requestOf(incoming: IncomingMessage, body: ProviderRequest["body"], startTime: bigint): ProviderRequest {
  const url = targetOf(incoming.url ?? "/");
  return {
    method: incoming.method ?? "GET",
    path: url.pathname,
    query: url.searchParams,
    header: (name) => {
      const value = incoming.headers[name];
      return Array.isArray(value) ? value.join(", ") : value;
    },
    server: serverOf(incoming),
    startTime,
    body,
  };
}

/** A path may begin with two slashes, which is no host; a proxy's client sends a whole URL. */
function targetOf(target: string): URL {
  const whole = target.startsWith("/") ? null : URL.parse(target);
  return whole ?? new URL(`http://provider.invalid/${target.replace(/^\//, "")}`);
}

function serverOf({ headers, socket }: IncomingMessage): ProviderRequest["server"] {
  const url = URL.parse(`http://${headers.host ?? ""}`);
  if (url === null || url.hostname === "") return { address: socket.localAddress ?? "", port: socket.localPort ?? 0 };
  return { address: url.hostname.replace(/^\[|\]$/g, ""), port: url.port === "" ? 80 : Number(url.port) };
}

function channelOf(response: ServerResponse): Channel {
  const gone = new AbortController();
  let cut = false;
  response.once("close", () => {
    if (!response.writableFinished && !cut) gone.abort();
  });
  const handedOver = (write: (done: () => void) => void): Promise<void> =>
    new Promise((resolve) => {
      if (response.destroyed) return resolve();
      response.once("close", resolve);
      write(() => {
        response.off("close", resolve);
        resolve();
      });
    });
  return {
    gone: gone.signal,
    begin: (status, headers) => {
      if (response.destroyed) return;
      response.writeHead(status, headers);
      response.flushHeaders();
    },
    write: (text) => handedOver((done) => response.write(text, done)),
    end: () => handedOver((done) => response.end(done)),
    cut: () => {
      cut = true;
      response.destroy();
    },
  };
}

interface HeldBody {
  readonly body: ProviderRequest["body"];
  release(): void;
}

/** Reads bodies, and bounds what they hold together. */
class Bodies {
  #held = 0;

  async read(incoming: IncomingMessage): Promise<HeldBody> {
    const parts: Buffer[] = [];
    let came = 0;
    let size = 0;
    let refused: "too-large" | "too-many" | undefined;
    const release = (): void => {
      this.#held -= size;
      size = 0;
    };
    try {
      for await (const part of incoming.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
        came += part.length;
        if (came > MAX_READ_BYTES) break;
        if (refused !== undefined) continue;
        if (came > MAX_BODY_BYTES) refused = "too-large";
        else if (this.#held + part.length > MAX_BODIES_BYTES) refused = "too-many";
        else {
          this.#held += part.length;
          size += part.length;
          parts.push(part);
          continue;
        }
        // A client hears of the refusal only when it has sent its body: the rest is read, and not kept.
        parts.length = 0;
        release();
      }
    } catch {
      return { body: "cut", release };
    }
    return { body: refused ?? Buffer.concat(parts), release };
  }
}
