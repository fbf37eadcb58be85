import { http, HttpResponse, type HttpHandler } from "msw";
import type { Channel, ProviderRequest } from "./exchange.ts";
import { FakeProvider, MAX_BODY_BYTES, type FakeProviderOptions } from "./fake-provider.ts";

export interface ProviderHandlersOptions extends FakeProviderOptions {
  /** Origins whose requests are answered, without a path; those of OpenAI, Anthropic and Gemini unless given. */
  readonly origins?: readonly string[];
}

export interface ProviderHandlers {
  /** For msw's `setupServer(...handlers)` or `server.use(...handlers)`. */
  readonly handlers: readonly HttpHandler[];
  /** Breaks off the calls under way and ends the ledger. */
  stop(): Promise<void>;
}

const ownOrigins = ["https://api.openai.com", "https://api.anthropic.com", "https://generativelanguage.googleapis.com"];

/** The fake providers within a test's own process: the same replies, faults and ledger as `startProvider` has, for msw 3. */
export function providerHandlers(options: ProviderHandlersOptions = {}): ProviderHandlers {
  const provider = new FakeProvider(options);
  const handlers = (options.origins ?? ownOrigins).map((origin) =>
    http.all(`${origin}/*`, async ({ request }) => {
      const exchange = new ResponseChannel(request.signal);
      const startTime = provider.now();
      void provider.handle(await requestOf(request, startTime), exchange);
      return exchange.response;
    }),
  );
  return { handlers, stop: () => provider.stop() };
}

async function requestOf(request: Request, startTime: bigint): Promise<ProviderRequest> {
  const url = new URL(request.url);
  const body = new Uint8Array(await request.arrayBuffer());
  return {
    method: request.method,
    path: url.pathname,
    query: url.searchParams,
    header: (name) => request.headers.get(name) ?? undefined,
    server: {
      address: url.hostname.replace(/^\[|\]$/g, ""),
      port: url.port === "" ? (url.protocol === "https:" ? 443 : 80) : Number(url.port),
    },
    startTime,
    body: body.length > MAX_BODY_BYTES ? "too-large" : body,
  };
}

/** A Response that is written like a connection: its head first, then piece by piece, until the client cancels it. */
class ResponseChannel implements Channel {
  readonly #gone = new AbortController();
  readonly gone = this.#gone.signal;
  readonly response: Promise<Response>;
  #answer: (response: Response) => void = () => undefined;
  #body: ReadableStreamDefaultController<Uint8Array> | undefined;
  #wanted: () => void = () => undefined;
  #over = false;

  constructor(asked: AbortSignal) {
    this.response = new Promise((resolve) => {
      this.#answer = resolve;
    });
    asked.addEventListener("abort", () => this.#leave(), { once: true });
    if (asked.aborted) this.#leave();
  }

  begin(status: number, headers: Readonly<Record<string, string>>): void {
    if (this.#over) return;
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        this.#body = controller;
      },
      pull: () => this.#wanted(),
      cancel: () => this.#leave(),
    });
    // Without one of the two, msw ends a body with the connection, and one that breaks would look whole.
    const framing = "content-length" in headers ? {} : { "transfer-encoding": "chunked" };
    this.#answer(new HttpResponse(body, { status, headers: { ...headers, ...framing } }));
  }

  async write(text: string): Promise<void> {
    const body = this.#body;
    if (this.#over || body === undefined) return;
    body.enqueue(new TextEncoder().encode(text));
    if ((body.desiredSize ?? 1) > 0) return;
    // Taken from the stream means handed over; a client that leaves ends the wait.
    await new Promise<void>((resolve) => {
      this.#wanted = resolve;
    });
  }

  async end(): Promise<void> {
    if (this.#over) return;
    this.#over = true;
    this.#body?.close();
  }

  cut(): void {
    if (this.#over) return;
    this.#over = true;
    if (this.#body === undefined) this.#answer(HttpResponse.error());
    else this.#body.error(new TypeError("terminated"));
    this.#wanted();
  }

  #leave(): void {
    if (this.#over) return;
    this.#over = true;
    this.#gone.abort();
    this.#wanted();
    if (this.#body === undefined) this.#answer(HttpResponse.error());
  }
}
