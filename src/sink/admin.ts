import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { listen, urlHost } from "./listen.ts";

export interface AdminOptions {
  /** Port on the loopback address; 0 takes a free one. */
  readonly port: number;
  /** What `GET /report` answers with, as JSON: the Result as far as it is known. */
  readonly report: () => unknown;
  /** What `POST /stop` starts; the answer does not wait for it. */
  readonly stop: () => void;
}

export interface Admin {
  readonly port: number;
  readonly url: string;
  close(): Promise<void>;
}

/** The files that a process may open are for the receivers. */
const mostConnections = 16;

/** Never anything else: whoever reaches this port can read the report and end the run. */
const host = "127.0.0.1";

/**
 * Serves `GET /health`, `GET /report` and `POST /stop` on the loopback address only. Everything else is 404 or 405, with a JSON
 * body that says what there is.
 *
 * @throws {ListenError}
 */
export async function startAdmin(options: AdminOptions): Promise<Admin> {
  const routes: ReadonlyMap<string, { readonly method: string; readonly answer: () => Answer }> = new Map([
    ["/health", { method: "GET", answer: () => ({ status: 200, body: { status: "ok" } }) }],
    ["/report", { method: "GET", answer: () => ({ status: 200, body: options.report() }) }],
    [
      "/stop",
      {
        method: "POST",
        answer: () => {
          setImmediate(options.stop);
          return { status: 202, body: { status: "stopping" } };
        },
      },
    ],
  ]);
  const server = createServer({ headersTimeout: 10_000, requestTimeout: 10_000 }, (request, response) => {
    respond(request, response, route(request));
  });
  server.maxConnections = mostConnections;

  function route(request: IncomingMessage): Answer {
    const path = (request.url ?? "").split("?", 1)[0] ?? "";
    // A page in a browser can reach loopback too, under a name of its own choice; such a request names it.
    if (!isLoopback(request.headers.host))
      return failure(403, "Host", "a loopback address", request.headers.host ?? "none");
    // It can also send to the port itself, though not read the answer; such a request names the page it comes from.
    const { origin } = request.headers;
    if (origin !== undefined) return failure(403, "Origin", "none, as this port is for no page", origin);
    const found = routes.get(path);
    if (found === undefined) return failure(404, "the path", [...routes.keys()].join(", "), path);
    if (request.method !== found.method) {
      return { ...failure(405, "the method", found.method, request.method ?? ""), headers: { allow: found.method } };
    }
    try {
      return found.answer();
    } catch (error) {
      return failure(500, path, "an answer", error instanceof Error ? error.message : String(error));
    }
  }

  const port = await listen(server, host, options.port, "admin", "--admin-port");
  return {
    port,
    url: `http://${urlHost(host)}:${port}`,
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      // The answer to POST /stop may still be on its way.
      server.closeIdleConnections();
      const timer = setTimeout(() => server.closeAllConnections(), 1000);
      await closed;
      clearTimeout(timer);
    },
  };
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: { readonly [name: string]: string };
}

function failure(status: number, where: string, expected: string, actual: string): Answer {
  return { status, body: { error: `${where}: expected ${expected}, got ${actual.slice(0, 200)}.` } };
}

function respond(request: IncomingMessage, response: ServerResponse, { status, body, headers }: Answer): void {
  const bytes = Buffer.from(JSON.stringify(body));
  response
    .writeHead(status, { "content-type": "application/json", "content-length": bytes.length, ...headers })
    .end(bytes);
  request.resume();
}

function isLoopback(hostHeader: string | undefined): boolean {
  const name = (hostHeader ?? "").replace(/:[0-9]+$/, "").toLowerCase();
  return name === "localhost" || name === "[::1]" || /^127(\.[0-9]{1,3}){3}$/.test(name);
}
