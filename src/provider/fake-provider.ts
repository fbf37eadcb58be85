import type { CallOutcome, CallResponse, LedgerCall, LedgerLine, LedgerUnknownRoute } from "../ledger/ledger.ts";
import { composeTurn } from "./compose-turn.ts";
import { deliver } from "./deliver.ts";
import { digest } from "./digest.ts";
import type { Channel, ProviderRequest } from "./exchange.ts";
import type { Fault, FaultEffect } from "./fault.ts";
import { FaultPicker, type Struck } from "./fault-picker.ts";
import type { AnswerContext, ModelApi, ReadCall, RequestFacts } from "./model-api.ts";
import type { PlannedAnswer } from "./planned-answer.ts";
import { parseFaultEffect } from "./read-fault.ts";
import type { Reply } from "./reply.ts";
import { BadRequest, RequestFields } from "./request-fields.ts";
import { findRoute } from "./routes.ts";
import { scriptTurn, type Script } from "./script.ts";
import { SettingError } from "./setting-error.ts";
import { wallClock } from "./wall-clock.ts";

export interface FakeProviderOptions {
  /** Ids, and which calls a fault by rate strikes, depend on it; 1 unless given. */
  readonly seed?: number;
  /** What the models say, instead of what they make up. */
  readonly script?: Script;
  /** The first that strikes a call is the call's. */
  readonly faults?: readonly Fault[];
  /** Gets every line of the ledger when it is known. */
  readonly onLine?: (line: LedgerLine) => void;
  /**
   * What becomes of a call, where whoever has it made knows; it goes before script and faults.
   *
   * @internal
   */
  readonly answers?: (request: ProviderRequest) => PlannedAnswer | undefined;
}

/** By this header a request chooses what goes wrong with it: `status=429 retry-after=1`, `timeout`, `cut=2`, … */
export const FAULT_HEADER = "x-testkit-fault";

/** Largest body of a request in bytes: what Anthropic's API takes. */
export const MAX_BODY_BYTES = 32 << 20;

/** The transports' common core: answers requests, and keeps the ledger. */
export class FakeProvider {
  readonly #options: FakeProviderOptions;
  readonly #faults: FaultPicker;
  readonly #repeats = new Repeats();
  readonly #stopping = new AbortController();
  readonly #underWay = new Map<Promise<void>, Channel>();
  readonly #clock = wallClock();
  #begun = 0;
  #ended = 0;
  #failure: unknown;

  constructor(options: FakeProviderOptions) {
    this.#options = options;
    this.#faults = new FaultPicker(options.faults ?? []);
    this.#keep({ type: "ledger", schemaVersion: "1.0", source: "provider", startTimeUnixNano: String(this.#clock()) });
  }

  /** Nanoseconds since the Unix epoch, as the ledger has them. */
  now(): bigint {
    return this.#clock();
  }

  /** Answers one request. Never rejects; what goes wrong within the provider itself comes out of `stop`. */
  async handle(request: ProviderRequest, channel: Channel): Promise<void> {
    // The ledger has ended: what comes now was not answered, and the connection tells the client so.
    if (this.#stopping.signal.aborted) return channel.cut();
    const handled = this.#handle(request, channel)
      .catch((error: unknown) => {
        this.#failure ??= error;
        channel.cut();
      })
      .finally(() => this.#underWay.delete(handled));
    this.#underWay.set(handled, channel);
    await handled;
  }

  /**
   * Breaks off the calls under way and ends the ledger.
   *
   * @throws what a call met that is no fault of the client: a bug, or a ledger that could not be written
   */
  async stop(): Promise<void> {
    if (!this.#stopping.signal.aborted) {
      this.#stopping.abort();
      // A client that does not read what it was sent would be waited for.
      for (const channel of this.#underWay.values()) channel.cut();
      await Promise.all(this.#underWay.keys());
      this.#keep({ type: "end", endTimeUnixNano: String(this.#clock()), calls: this.#ended });
    }
    if (this.#failure !== undefined) throw this.#failure;
  }

  async #handle(request: ProviderRequest, channel: Channel): Promise<void> {
    const route = findRoute(request);
    if (route.kind === "call") return this.#call(route.api, request, channel);
    if (route.kind === "unknown") {
      const { method, path } = request;
      const entry: LedgerUnknownRoute = {
        type: "unknown-route",
        timeUnixNano: String(request.startTime),
        method,
        path,
      };
      this.#keep(entry);
    }
    await deliver(route.reply, {}, channel, this.#stopping.signal);
  }

  async #call(api: ModelApi, request: ProviderRequest, channel: Channel): Promise<void> {
    this.#begun += 1;
    const call = this.#begun;
    const body = typeof request.body === "string" ? new Uint8Array() : request.body;
    const bodyDigest = digest(body);
    const identity = this.#identify(`${api.api} ${request.path}`, bodyDigest);
    const planned = this.#options.answers?.(request);
    const chosen = planned?.effect ?? chosenEffect(request);
    const { facts, read, refused } = understand(api, request, identity, chosen);
    const admission =
      chosen === undefined
        ? this.#faults.admit({
            api: api.api,
            model: facts.model,
            identity,
            timeMs: Number(request.startTime / 1_000_000n),
          })
        : { struck: { effect: chosen instanceof SettingError ? {} : chosen }, release: () => undefined };
    let response: CallResponse | undefined;
    try {
      const reply = refused ?? this.#reply(api, read, admission.struck, identity, planned);
      const delivered = await deliver(reply, admission.struck?.effect ?? {}, channel, this.#stopping.signal);
      response = delivered.response;
      const userText = read?.userText;
      this.#ended += 1;
      this.#keep(
        entryOf(api, request, delivered.outcome, response, {
          call,
          endTime: this.#clock(),
          facts,
          bodyDigest,
          ...(userText !== undefined && { userTextDigest: digest(userText) }),
        }),
      );
    } finally {
      admission.release((response?.inputTokens ?? 0) + (response?.outputTokens ?? 0));
    }
  }

  #reply(
    api: ModelApi,
    read: ReadCall,
    struck: Struck | undefined,
    identity: string,
    planned: PlannedAnswer | undefined,
  ): Reply {
    const requestId = digest(`${identity} request`, 32);
    const { status, retryAfterSeconds } = struck?.effect ?? {};
    if (status !== undefined) {
      const message = messageFor(status, struck);
      return api.refuse({
        status,
        message,
        requestId,
        ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
        ...(struck?.limit !== undefined && { limit: struck.limit }),
      });
    }
    const context: AnswerContext = {
      requestId,
      id: (kind, digits) =>
        planned !== undefined && replyIds.has(kind) ? planned.id : digest(`${identity} ${kind}`, digits),
      compose: (asked) => {
        if (planned !== undefined) return composeTurn(asked, planned.turn);
        const { script } = this.#options;
        const request = { api: api.api, model: asked.facts.model, userText: asked.userText, turn: asked.turn };
        return composeTurn(asked, script === undefined ? undefined : scriptTurn(script, request));
      },
    };
    return read.answer(context);
  }

  #identify(route: string, bodyDigest: string): string {
    const request = digest(`${this.#options.seed ?? 1} ${route} ${bodyDigest}`, 32);
    return `${request} ${this.#repeats.count(request)}`;
  }

  #keep(line: LedgerLine): void {
    this.#options.onLine?.(line);
  }
}

/** What the APIs call the id of a whole reply. */
const replyIds: ReadonlySet<string> = new Set(["completion", "message", "response"]);

type Understood =
  | { readonly facts: RequestFacts; readonly read: ReadCall; readonly refused?: undefined }
  | { readonly facts: RequestFacts; readonly read?: undefined; readonly refused: Reply };

/** The fault that the request chooses for itself. */
function chosenEffect(request: ProviderRequest): FaultEffect | SettingError | undefined {
  const text = request.header(FAULT_HEADER);
  if (text === undefined) return undefined;
  try {
    return parseFaultEffect(text, FAULT_HEADER);
  } catch (error) {
    if (error instanceof SettingError) return error;
    throw error;
  }
}

function understand(
  api: ModelApi,
  request: ProviderRequest,
  identity: string,
  chosen: FaultEffect | SettingError | undefined,
): Understood {
  const requestId = digest(`${identity} request`, 32);
  if (typeof request.body === "string") {
    const [status, message] = unreadable[request.body];
    return { facts: api.facts(undefined, request), refused: api.refuse({ status, message, requestId }) };
  }
  let body: unknown;
  try {
    body = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(request.body));
  } catch {
    const message = "The body of this request is no JSON in UTF-8.";
    return { facts: api.facts(undefined, request), refused: api.refuse({ status: 400, message, requestId }) };
  }
  try {
    const read = api.read(RequestFields.of(body), request);
    if (chosen instanceof SettingError) throw chosen;
    return { facts: read.facts, read };
  } catch (error) {
    if (!(error instanceof BadRequest || error instanceof SettingError)) throw error;
    const { message } = error;
    const param = error instanceof BadRequest ? error.param : undefined;
    const refused = api.refuse({ status: 400, message, requestId, ...(param !== undefined && { param }) });
    return { facts: api.facts(body, request), refused };
  }
}

const unreadable: Readonly<
  Record<Extract<ProviderRequest["body"], string>, readonly [status: number, message: string]>
> = {
  "too-large": [413, `The body of this request is larger than ${MAX_BODY_BYTES} bytes.`],
  "too-many": [503, "The requests under way are together larger than this fake provider takes."],
  cut: [400, "The body of this request ended too early."],
};

function messageFor(status: number, struck: Struck | undefined): string {
  const limit = struck?.limit;
  if (limit !== undefined) return `The fake provider's limit of ${limit.limit} ${limit.kind} is reached.`;
  return `The fake provider was told to answer this request with status ${status}.`;
}

interface EntryFacts {
  readonly call: number;
  readonly endTime: bigint;
  readonly facts: RequestFacts;
  readonly bodyDigest: string;
  readonly userTextDigest?: string;
}

function entryOf(
  api: ModelApi,
  request: ProviderRequest,
  outcome: CallOutcome,
  response: CallResponse | undefined,
  { call, endTime, facts, bodyDigest, userTextDigest }: EntryFacts,
): LedgerCall {
  const retry = request.header("x-stainless-retry-count");
  return {
    type: "call",
    call,
    api: api.api,
    operation: api.operation,
    provider: api.provider,
    server: request.server,
    startTimeUnixNano: String(request.startTime),
    endTimeUnixNano: String(endTime),
    request: {
      ...facts,
      ...(retry !== undefined && /^\d{1,9}$/.test(retry) && { retry: Number(retry) }),
      bodyDigest,
      ...(userTextDigest !== undefined && { userTextDigest }),
    },
    outcome,
    ...(response !== undefined && { response }),
    context: contextOf(request),
  };
}

function contextOf(request: ProviderRequest): LedgerCall["context"] {
  const [traceparent, tracestate, baggage] = ["traceparent", "tracestate", "baggage"].map((name) =>
    request.header(name),
  );
  return {
    ...(traceparent !== undefined && { traceparent }),
    ...(tracestate !== undefined && { tracestate }),
    ...(baggage !== undefined && { baggage }),
  };
}

/** Distinct requests that are remembered; one that comes again after this many others counts as new. */
const MAX_REMEMBERED = 10_000;

/** Counts how many times the same came before. */
class Repeats {
  readonly #counts = new Map<string, number>();

  count(request: string): number {
    const before = this.#counts.get(request) ?? 0;
    this.#counts.delete(request);
    this.#counts.set(request, before + 1);
    const [oldest] = this.#counts.keys();
    if (this.#counts.size > MAX_REMEMBERED && oldest !== undefined) this.#counts.delete(oldest);
    return before;
  }
}
