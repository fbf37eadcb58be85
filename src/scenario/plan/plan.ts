import { arrivalTime, type OpenArrival } from "./arrival.ts";
import { sample } from "./distribution.ts";
import { number, openSpan } from "./open-span.ts";
import type { PlannedTrace } from "./planned-trace.ts";
import { PolicyState } from "./policy-state.ts";
import type { Program } from "./program.ts";
import { ProviderState } from "./provider-state.ts";
import { draw, mix, purposes } from "./random.ts";
import { runTrace, type TraceContext } from "./run-trace.ts";
import { Scheduler, type Flow, type Task } from "./scheduler.ts";

/**
 * Trace k of a program whose traces share nothing.
 * @param seed A whole number from 0 to 2³² − 1.
 * @throws {RangeError} when traces share something: then only planTraces can tell what becomes of one.
 */
export function planTrace(program: Program, seed: number, k: number): PlannedTrace {
  if (program.shared || program.arrival.kind === "closed") {
    throw new RangeError("the traces of this scenario depend on each other: plan them together");
  }
  const simulation = new Simulation(program, seed);
  simulation.start(k, arrivalTime(program.arrival, seed, k));
  return simulation.next()!;
}

/**
 * The first traces of a program, made one by one: in their order, or, where they share something, in the order in which they end; then
 * what becomes of one depends on how many there are. Only traces under way are in memory.
 */
export function* planTraces(program: Program, seed: number, count: number): Generator<PlannedTrace, void> {
  if (!program.shared) {
    for (let k = 0; k < count; k++) yield planTrace(program, seed, k);
    return;
  }
  const simulation = new Simulation(program, seed);
  simulation.startAll(count);
  for (let trace = simulation.next(); trace !== undefined; trace = simulation.next()) yield trace;
}

class Simulation {
  readonly #program: Program;
  readonly #seed: number;
  readonly #scheduler = new Scheduler();
  readonly #providers: readonly ProviderState[];
  readonly #policies = new Map<number, PolicyState>();
  readonly #ended: PlannedTrace[] = [];

  constructor(program: Program, seed: number) {
    this.#program = program;
    this.#seed = seed;
    this.#providers = program.providers.map((provider) => new ProviderState(provider));
  }

  /** The next trace to end, or undefined when all have. */
  next(): PlannedTrace | undefined {
    while (this.#ended.length === 0) {
      if (!this.#scheduler.step()) return undefined;
    }
    return this.#ended.shift();
  }

  start(k: number, at: number): void {
    this.#scheduler.start(at, undefined, (flow) => this.#trace(flow, k));
  }

  startAll(count: number): void {
    const { arrival } = this.#program;
    if (arrival.kind !== "closed") {
      this.#scheduler.start(0, undefined, () => this.#arrivals(arrival, count));
      return;
    }
    for (let user = 0; user < Math.min(arrival.users, count); user++) {
      this.#scheduler.start(0, undefined, (flow) => this.#user(flow, user, arrival.users, count));
    }
  }

  /** Starts each trace when its time has come, so that those to come take no memory. */
  *#arrivals(arrival: OpenArrival, count: number): Task {
    for (let k = 0; k < count; k++) {
      const at = arrivalTime(arrival, this.#seed, k);
      yield at;
      this.start(k, at);
    }
  }

  /** One of the users of a closed model: thinks, asks, waits for the answer, and again. */
  *#user(flow: Flow, user: number, users: number, count: number): Task {
    const { arrival } = this.#program;
    if (arrival.kind !== "closed") return;
    for (let k = user; k < count; k += users) {
      yield flow.now + sample(arrival.think, draw(mix(this.#seed, k), purposes.think));
      yield* this.#trace(flow, k);
    }
  }

  *#trace(flow: Flow, k: number): Task {
    const program = this.#program;
    const { method, route, service } = program.run;
    const root = openSpan({ kind: "request", side: "server", method, route, to: service }, service, flow.now);
    const context: TraceContext = {
      k,
      program,
      scheduler: this.#scheduler,
      provider: (index) => this.#providers[index]!,
      policy: (index, at) => this.#policy(index, at),
      tasks: 1,
      rejected: 0,
      mcpRequests: 0,
      ended: () => {
        if (--context.tasks > 0) return;
        this.#ended.push({ k, root, spans: number(root), rejected: context.rejected });
      },
    };
    yield* runTrace(context, flow, root, mix(mix(this.#seed, TRACES), k));
    context.ended();
  }

  #policy(index: number, service: number): PolicyState {
    const { policies, services } = this.#program;
    const id = index * services.length + service;
    let state = this.#policies.get(id);
    if (state === undefined) {
      state = new PolicyState(policies[index]!);
      this.#policies.set(id, state);
    }
    return state;
  }
}

/** Keeps the draws of traces apart from all others. */
const TRACES = 0x74726163;
