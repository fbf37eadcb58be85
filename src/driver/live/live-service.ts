import type { Context, Span, SpanContext, Tracer } from "@opentelemetry/api";
import { setTimeout as sleep } from "node:timers/promises";
import type { AgentOperation, CallOperation, Failure, PlannedSpan } from "../../scenario/plan/planned-trace.ts";
import type { OpenUsage } from "../../scenario/plan/open-span.ts";
import { backoff, isRetried, PolicyState } from "../../scenario/plan/policy-state.ts";
import type { PlanPolicy } from "../../scenario/plan/program.ts";
import { draw, purposes } from "../../scenario/plan/random.ts";
import { responseId } from "../../scenario/render/attributes.ts";
import type { Renderer } from "../../scenario/render/render-trace.ts";
import type { Headers, Hop } from "../sdk/hop-propagators.ts";
import type { Sdk } from "../sdk/load-sdk.ts";
import { sdkAttributes } from "../sdk/sdk-attributes.ts";
import { sdkSpanFacts } from "../sdk/sdk-span-facts.ts";
import type { CallCounts } from "./call-counts.ts";
import { exchange, type Incoming } from "./exchange.ts";
import { isCall } from "./is-call.ts";
import { LONGEST_WAIT_MS } from "./longest-wait.ts";
import { STEP_HEADER, type HopReply, type MadeSpan, type SentCall, type Setup } from "./messages.ts";
import { modelRequest } from "./model-request.ts";
import { readModelReply } from "./model-reply.ts";
import { attemptOf } from "./provider-answers.ts";
import { spanOf } from "./span-of.ts";

export interface ServiceParts {
  readonly setup: Setup;
  readonly sdk: Sdk;
  readonly tracer: Tracer;
  readonly renderer: Renderer;
  readonly hops: { readonly [mode in NonNullable<PlannedSpan["hop"]>]: Hop };
  /** Ports of all services. */
  readonly ports: readonly number[];
  readonly onSpan: (key: string, made: MadeSpan) => void;
}

/** A planned span as it really goes. */
type OwnSpan = { -readonly [key in keyof PlannedSpan]: PlannedSpan[key] };

/** What one request has going in this service. */
interface Run {
  readonly n: number;
  readonly k: number;
  /** Contexts of spans that a link may lead to, by their ordinal. */
  readonly linked: Map<number, SpanContext>;
  /** Of the agent that is at work, where its calls are not as planned. */
  readonly usage: OpenUsage | undefined;
  /** Where the own agent that ended last leaves what it used. */
  readonly ended: { usage?: OpenUsage };
}

/** Of a client that gives up, the earliest: the request has to be there by then. */
const SHORTEST_PATIENCE_MS = 500;
/** How much longer than its plan a call may take before it is given up. */
const GRACE_MS = 30_000;
/** As the plan has it: a call is given up by the client's library after this, unless a policy does so earlier. */
const LONGEST_CALL = 600e6;

/** What a service does when it is asked: its part of a planned trace, in real time, with its own SDK. */
export class LiveService {
  readonly #parts: ServiceParts;
  readonly #policies = new Map<number, PolicyState>();
  readonly #begun = performance.now();
  #calls: { -readonly [key in keyof CallCounts]: number } = { calls: 0, attempts: 0, answered: 0, rejected: 0 };
  #active = 0;
  #whenIdle: () => void = () => {};
  served = 0;
  made = 0;
  deviations = 0;
  firstDeviation = "";

  constructor(parts: ServiceParts) {
    this.#parts = parts;
  }

  get calls(): CallCounts {
    return { ...this.#calls };
  }

  /** Plays a span and what is below it. Undefined when the plan has no such step for this service. */
  async serve(n: number, ordinal: number, headers: Headers): Promise<HopReply | undefined> {
    const { setup, sdk, hops } = this.#parts;
    const planned = spanOf(setup.traces, n, ordinal);
    if (planned === undefined || planned.service !== setup.service) return undefined;
    const run: Run = { n, k: setup.traces[n % setup.traces.length]!.k, linked: new Map(), usage: undefined, ended: {} };
    const context = planned.hop === undefined ? sdk.api.ROOT_CONTEXT : hops[planned.hop].extract(headers);
    this.served++;
    const failure = await this.#tracked(this.#play(planned, context, run));
    const { usage } = run.ended;
    return {
      failure: failure?.type ?? null,
      linked: [...run.linked].map(([target, { traceId, spanId }]) => [target, traceId, spanId]),
      usage: usage === undefined ? null : { input: usage.input, output: usage.output, last: sentCall(usage, setup, n) },
    };
  }

  /** Resolves when nothing is under way. */
  async idle(): Promise<void> {
    while (this.#active > 0) await new Promise<void>((resolve) => (this.#whenIdle = resolve));
  }

  async #tracked<Result>(work: Promise<Result>): Promise<Result> {
    this.#active++;
    try {
      return await work;
    } finally {
      this.#active--;
      if (this.#active === 0) this.#whenIdle();
    }
  }

  /** Resolves to what keeps the steps after it from being made; never to anything where the plan decides. */
  async #play(planned: PlannedSpan, context: Context, run: Run): Promise<Failure | undefined> {
    if (this.#parts.setup.callsDecide && isCall(planned)) return this.#callUntilAnswered(planned, context, run);
    const own: OwnSpan = { ...planned };
    const span = this.#start(own, context, run);
    const inner = this.#parts.sdk.api.trace.setSpan(this.#parts.sdk.api.ROOT_CONTEXT, span);
    if (isCall(planned)) {
      await this.#call(own, planned, inner, run);
      this.#end(span, own, context, run);
      return undefined;
    }
    const usage = this.#parts.setup.callsDecide ? freshUsage(own) : undefined;
    const stop = await this.#below(planned, inner, usage === undefined ? run : { ...run, usage });
    own.failure = planned.failure ?? stop;
    this.#end(span, own, context, run);
    if (usage !== undefined && own.operation.kind === "agent" && !own.operation.remote) run.ended.usage = usage;
    return stop;
  }

  /** Each child begins as long after what it waited for as planned, and the span ends as long after those that it waits for. */
  async #below(planned: PlannedSpan, inner: Context, run: Run): Promise<Failure | undefined> {
    const { children } = planned;
    let stop: Failure | undefined;
    const under = new Map<PlannedSpan, Promise<void>>();
    const after = async (time: number, waitsFor: readonly PlannedSpan[]): Promise<void> => {
      await Promise.all(waitsFor.flatMap((child) => under.get(child) ?? []));
      if (stop === undefined)
        await this.#pass(time - waitsFor.reduce((end, child) => Math.max(end, child.end), planned.start));
    };
    const play = async (child: PlannedSpan, waitsFor: readonly PlannedSpan[]): Promise<void> => {
      await after(child.start, waitsFor);
      if (stop === undefined)
        stop = await (child.hop === undefined ? this.#play(child, inner, run) : this.#across(child, inner, run));
    };
    children.forEach((child, index) => {
      const ends = children.slice(0, index).filter(({ end }) => end <= child.start);
      under.set(child, this.#tracked(play(child, ends)));
    });
    await after(
      planned.end,
      // Nobody waits for what goes on in the background.
      children.filter(({ end }) => end <= planned.end),
    );
    return stop;
  }

  async #pass(micros: number): Promise<void> {
    const { speed, callsDecide } = this.#parts.setup;
    const ms = micros / 1000 / speed;
    if (ms >= 1) await sleep(callsDecide ? ms : Math.min(LONGEST_WAIT_MS, ms));
  }

  /** Asks another service to do its part. */
  async #across(child: PlannedSpan, inner: Context, run: Run): Promise<Failure | undefined> {
    const { hops, ports, setup } = this.#parts;
    const { operation, hop, ordinal, service } = child;
    const headers: Headers = { [STEP_HEADER]: `${run.n}.${ordinal}` };
    if (hop !== undefined) hops[hop].inject(inner, headers);
    const [method, path] = operation.kind === "request" ? [operation.method, operation.route] : ["POST", "/mcp"];
    const port = ports[service] as number;
    const incoming = await exchange({ port, method, path, headers, body: "", timeoutMs: undefined });
    const reply = hopReply(incoming);
    if (reply === undefined) {
      const detail = incoming.kind === "whole" ? `HTTP ${incoming.status}` : incoming.detail;
      this.#deviate(`the request to ${setup.program.services[service]} failed: ${detail}`);
      return setup.callsDecide ? { type: "connection_reset", retryAfter: 0 } : undefined;
    }
    for (const [target, traceId, spanId] of reply.linked) run.linked.set(target, { traceId, spanId, traceFlags: 1 });
    if (run.usage !== undefined && reply.usage !== null) {
      const { input, output, last } = reply.usage;
      Object.assign(run.usage, { input, output, last: last === null ? undefined : knownCall(last, setup, run.n) });
    }
    return setup.callsDecide && reply.failure !== null ? { type: reply.failure, retryAfter: 0 } : undefined;
  }

  /** A call that was planned in all that becomes of it. */
  async #call(
    own: OwnSpan,
    planned: PlannedSpan & { readonly operation: CallOperation },
    inner: Context,
    run: Run,
  ): Promise<void> {
    const { operation, failure, start, end } = planned;
    const givesUp = failure?.type === "timeout" || failure?.type === "cancelled";
    const plannedMs = Math.min(LONGEST_WAIT_MS, (end - start) / 1000 / this.#parts.setup.speed);
    if (operation.attempt === 0) this.#calls.calls++;
    await this.#attempt(own, operation, inner, run, {
      timeoutMs: givesUp ? Math.max(SHORTEST_PATIENCE_MS, plannedMs) : plannedMs + GRACE_MS,
      reason: givesUp ? failure.type : "timeout",
      afterFirst: operation.reply === "begun",
    });
    const became = own.operation as CallOperation;
    if (own.failure?.type !== failure?.type || became.reply !== operation.reply) {
      this.#deviate(
        `a call of ${operation.model.name} ended with ${own.failure?.type ?? "an answer"} (reply: ${became.reply}) instead of ${failure?.type ?? "an answer"} (reply: ${operation.reply})`,
      );
    }
  }

  /** A call that is made again as its policy says, whatever was planned. */
  async #callUntilAnswered(
    planned: PlannedSpan & { readonly operation: CallOperation },
    context: Context,
    run: Run,
  ): Promise<Failure | undefined> {
    const { setup, sdk } = this.#parts;
    const { policies } = setup.program;
    const index = planned.operation.policy;
    const policy = index === undefined ? undefined : policies[index];
    const state = policy === undefined ? undefined : this.#policy(index as number, policy);
    this.#calls.calls++;
    for (let n = 0; ; n++) {
      if (state?.admits(this.#now()) === false) {
        this.#calls.rejected++;
        return { type: "circuit_open", retryAfter: 0 };
      }
      if (n === 0) state?.earn();
      const operation = attemptOf(planned.operation, n);
      const own: OwnSpan = { ...planned, operation };
      const span = this.#start(own, context, run);
      const inner = sdk.api.trace.setSpan(sdk.api.ROOT_CONTEXT, span);
      const timeoutMs = (policy?.timeout ?? LONGEST_CALL) / 1000 / setup.speed;
      await this.#attempt(own, operation, inner, run, { timeoutMs, reason: "timeout", afterFirst: false });
      this.#end(span, own, context, run);
      const { failure } = own;
      if (failure === undefined && run.usage !== undefined) addUsage(run.usage, own.operation as CallOperation);
      const retried = failure !== undefined && isRetried(failure);
      state?.ended(this.#now(), retried);
      if (!retried || policy === undefined || n + 1 >= policy.attempts || state?.spend() !== true) return failure;
      await this.#pass(backoff(policy, n + 1, failure.retryAfter, draw(operation.id, purposes.jitter)));
    }
  }

  async #attempt(
    own: OwnSpan,
    operation: CallOperation,
    inner: Context,
    run: Run,
    patience: { readonly timeoutMs: number; readonly reason: string; readonly afterFirst: boolean },
  ): Promise<void> {
    const { provider } = operation;
    const { setup, hops } = this.#parts;
    const headers: Headers = {
      host: `${provider.address}:${provider.port}`,
      "content-type": "application/json",
      [STEP_HEADER]: `${run.n}.${own.ordinal}.${setup.callsDecide ? operation.attempt : 0}`,
    };
    hops.w3c.inject(inner, headers);
    const { timeoutMs, reason, afterFirst } = patience;
    this.#calls.attempts++;
    const incoming = await exchange({
      port: setup.providerPort,
      method: "POST",
      ...modelRequest(operation),
      headers,
      timeoutMs,
      afterFirst,
    });
    own.failure = failureOf(incoming, reason);
    const reply = replyOf(incoming);
    own.operation = { ...operation, reply, firstChunk: reply === "none" ? undefined : operation.firstChunk };
    if (reply === "whole") {
      this.#calls.answered++;
      this.#compare(operation, incoming);
    }
    if (incoming.kind === "unreachable") this.#deviate(`the fake provider cannot be reached: ${incoming.detail}`);
  }

  /** Spans tell of a reply what was planned; so it must be what came. */
  #compare(operation: CallOperation, incoming: Incoming): void {
    if (incoming.kind !== "whole") return;
    const { id, input, output } = readModelReply(incoming.body);
    const embeds = operation.kind === "embed";
    if (input === operation.input && (embeds || (output === operation.output && id === responseId(operation)))) return;
    this.#deviate(
      `a reply of ${operation.model.name} was ${id ?? "one without an id"} with ${input} and ${output} tokens instead of ${responseId(operation)} with ${operation.input} and ${operation.output}`,
    );
  }

  #start(own: OwnSpan, context: Context, run: Run): Span {
    const { sdk, tracer, renderer } = this.#parts;
    const { name, kind } = renderer.write(own, run.k);
    const linked = own.link === undefined ? undefined : run.linked.get(own.link.ordinal);
    const links = linked === undefined ? {} : { links: [{ context: linked }] };
    const span = tracer.startSpan(name, { kind: sdk.api.SpanKind[kind], ...links }, context);
    if (own.link !== undefined && linked === undefined) this.#deviate(`the span that ${name} links to is not there`);
    if (own.operation.kind === "transfer") run.linked.set(own.ordinal, span.spanContext());
    return span;
  }

  #end(span: Span, own: OwnSpan, context: Context, run: Run): void {
    const { sdk, renderer, setup, onSpan } = this.#parts;
    const { name, kind, attributes } = renderer.write(own, run.k);
    const failed = own.failure !== undefined;
    span.setAttributes(sdkAttributes(attributes));
    if (failed) span.setStatus({ code: sdk.api.SpanStatusCode.ERROR });
    const { traceId, spanId } = span.spanContext();
    const parentSpanId = sdk.api.trace.getSpanContext(context)?.spanId ?? "";
    this.made++;
    if (setup.withSpans) {
      const facts = sdkSpanFacts(setup.program.services[setup.service] as string, { name, kind, failed, attributes });
      onSpan(traceId + spanId, { ids: { traceId, spanId, parentSpanId }, facts });
    }
    span.end();
  }

  #deviate(what: string): void {
    this.deviations++;
    this.firstDeviation ||= what;
  }

  #policy(index: number, policy: PlanPolicy): PolicyState {
    let state = this.#policies.get(index);
    if (state === undefined) {
      state = new PolicyState(policy);
      this.#policies.set(index, state);
    }
    return state;
  }

  /** Microseconds of the plan's time. */
  #now(): number {
    return (performance.now() - this.#begun) * 1000 * this.#parts.setup.speed;
  }
}

function failureOf(incoming: Incoming, reason: string): Failure | undefined {
  switch (incoming.kind) {
    case "whole": {
      if (incoming.status < 400) return undefined;
      return { type: String(incoming.status), retryAfter: Number(incoming.retryAfter ?? 0) * 1e6 || 0 };
    }
    case "timeout":
      return { type: reason, retryAfter: 0 };
    case "broken":
      return { type: "connection_reset", retryAfter: 0 };
    case "unreachable":
      return { type: "connection_refused", retryAfter: 0 };
  }
}

function replyOf(incoming: Incoming): CallOperation["reply"] {
  if (incoming.kind === "unreachable") return "none";
  if (incoming.kind === "whole") return incoming.status < 400 ? "whole" : "none";
  return readModelReply(incoming.body).id === undefined ? "none" : "begun";
}

function hopReply(incoming: Incoming): HopReply | undefined {
  if (incoming.kind !== "whole") return undefined;
  try {
    const reply = JSON.parse(incoming.body) as HopReply | null;
    return typeof reply?.failure === "string" || reply?.failure === null ? reply : undefined;
  } catch {
    return undefined;
  }
}

/** Gives the span of an agent a usage of its own, as its calls may end otherwise than planned. */
function freshUsage(own: OwnSpan): OpenUsage | undefined {
  if (own.operation.kind !== "agent") return undefined;
  const { model, provider } = own.operation.usage;
  const usage: OpenUsage = { model, provider, input: 0, output: 0, last: undefined };
  const operation: AgentOperation = { ...own.operation, usage };
  own.operation = operation;
  return usage;
}

function addUsage(usage: OpenUsage, call: CallOperation): void {
  if (call.kind === "embed") return;
  usage.input += call.input;
  usage.output += call.output;
  usage.last = call;
}

function sentCall({ last }: OpenUsage, { traces }: Setup, n: number): SentCall | null {
  if (last === undefined) return null;
  for (let ordinal = 0; ; ordinal++) {
    const span = spanOf(traces, n, ordinal);
    if (span === undefined) return null;
    if (isCall(span) && span.operation.call === last.call) return { ordinal, id: last.id };
  }
}

function knownCall({ ordinal, id }: SentCall, { traces }: Setup, n: number): CallOperation | undefined {
  const span = spanOf(traces, n, ordinal);
  return span !== undefined && isCall(span) ? { ...span.operation, id } : undefined;
}
