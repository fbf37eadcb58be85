import type { Propagation } from "../scenario.ts";
import { sample } from "./distribution.ts";
import { openSpan, type OpenSpan, type OpenUsage } from "./open-span.ts";
import type { AgentOperation, CallOperation, Failure, McpOperation, Operation } from "./planned-trace.ts";
import { backoff, isRetried, type PolicyState } from "./policy-state.ts";
import type {
  ErrorShare,
  PlanAgent,
  PlanCall,
  PlanMcp,
  PlanPolicy,
  PlanRetrieve,
  PlanStep,
  PlanTool,
  Program,
} from "./program.ts";
import { failed, type ProviderState } from "./provider-state.ts";
import { draw, mix, purposes } from "./random.ts";
import { JOIN, type Flow, type Scheduler, type Task, type Wait } from "./scheduler.ts";

/** What a trace shares with the others, and what it keeps for itself. */
export interface TraceContext {
  readonly k: number;
  readonly program: Program;
  readonly scheduler: Scheduler;
  provider(index: number): ProviderState;
  policy(index: number, service: number): PolicyState;
  /** Tasks of the trace that have not ended; the trace is complete when all have. */
  tasks: number;
  /** Says that one of them has. */
  ended(): void;
  rejected: number;
  /** Requests to MCP servers so far. */
  mcpRequests: number;
}

/** Where a step stands. */
interface Frame {
  readonly context: TraceContext;
  readonly flow: Flow;
  /** Of its draws. */
  readonly key: number;
  /** As key, but the same in every attempt of a retry. */
  readonly call: number;
  readonly service: number;
  readonly agent: PlanAgent | undefined;
  readonly usage: OpenUsage | undefined;
  readonly parent: OpenSpan;
  readonly deadline: Deadline | undefined;
  /** Which attempt of a retry this is. */
  readonly attempt: number;
  /** Index of the policy of that retry. */
  readonly policy: number | undefined;
  /** Inside a retry any failed step ends its attempt; elsewhere an agent lives with a tool that failed. */
  readonly strict: boolean;
}

/** A time at which a client gives up. */
interface Deadline {
  readonly at: number;
  readonly reason: "timeout" | "cancelled";
}

/** Thrown into what was under way when a deadline struck. */
class Interrupted {
  readonly deadline: Deadline;

  constructor(deadline: Deadline) {
    this.deadline = deadline;
  }
}

/** Why a list of steps ended before its end. */
type Stop =
  | { readonly kind: "failed"; readonly failure: Failure }
  | { readonly kind: "handoff"; readonly to: PlanAgent; readonly by: OpenSpan };

type Steps<Result = Stop | undefined> = Generator<Wait, Result>;

/** Of a message between two services, one way. */
const NETWORK = 400;
/** Of an agent that hands over. */
const TRANSFER = 500;

/** Runs one trace, whose root is given; the root's end and failure are set when the run is over. */
export function* runTrace(context: TraceContext, flow: Flow, root: OpenSpan, key: number): Task {
  const { program } = context;
  const frame: Frame = {
    context,
    flow,
    key,
    call: key,
    service: program.run.service,
    agent: undefined,
    usage: undefined,
    parent: root,
    deadline: deadlineOf(program, flow.now, key),
    attempt: 0,
    policy: undefined,
    strict: false,
  };
  try {
    const { workflow, steps } = program.run;
    const stop =
      workflow === undefined
        ? yield* runSteps(frame, steps)
        : yield* within(frame, openSpan({ kind: "workflow", name: workflow }, frame.service, flow.now), (inner) =>
            runSteps(inner, steps),
          );
    root.failure = failureOf(stop);
  } catch (error) {
    root.failure = interruption(error);
  }
  root.end = flow.now;
}

function deadlineOf({ cancel }: Program, start: number, key: number): Deadline | undefined {
  if (cancel === undefined || draw(key, purposes.cancelled) >= cancel.share) return undefined;
  return { at: start + Math.max(1, sample(cancel.after, draw(key, purposes.cancelAfter))), reason: "cancelled" };
}

function* runSteps(frame: Frame, steps: readonly PlanStep[]): Steps {
  for (let index = 0; index < steps.length; index++) {
    const step = steps[index]!;
    const inner = descend(frame, index);
    const stop = step.kind === "background" ? startInBackground(inner, step.steps) : yield* runStep(inner, step);
    if (stop !== undefined) return stop;
  }
  return undefined;
}

/** The frame of the index-th of the things below. */
function descend(frame: Frame, index: number): Frame {
  return { ...frame, key: mix(frame.key, index), call: mix(frame.call, index) };
}

function runStep(frame: Frame, step: Exclude<PlanStep, { readonly kind: "background" }>): Steps {
  switch (step.kind) {
    case "agent":
      return runAgent(frame, frame.context.program.agents[step.agent]!, undefined);
    case "handoff":
      return handOver(frame, frame.context.program.agents[step.agent]!);
    case "plan":
      return within(frame, openSpan({ kind: "plan", agent: frame.agent! }, frame.service, frame.flow.now), (inner) =>
        runSteps(inner, step.steps),
      );
    case "chat":
    case "stream":
    case "embed":
      return callModel(frame, step);
    case "retrieve":
      return tolerated(frame, work(frame, retrieval(frame, step), step.duration, step.errors));
    case "rerank":
      return tolerated(frame, work(frame, { kind: "rerank", model: step.model }, step.duration, step.errors));
    case "tool":
      return tolerated(frame, runTool(frame, step.tool));
    case "mcp":
      return tolerated(frame, callMcp(frame, step));
    case "human":
      return work(frame, { kind: "human" }, step.wait, []);
    case "parallel":
      return runBranches(frame, step.branches);
    case "choose": {
      const u = draw(frame.key, purposes.choice);
      const way = step.ways.find(({ below }) => u < below) ?? step.ways.at(-1)!;
      return runSteps(frame, way.steps);
    }
    case "loop":
      return runLoop(frame, step);
    case "retry":
      return runRetry(frame, step.policy, step.steps);
  }
}

/** Opens a span around what `inside` does; it ends when that does, also when a deadline strikes. */
function* within(frame: Frame, span: OpenSpan, inside: (inner: Frame) => Steps): Steps {
  frame.parent.children.push(span);
  try {
    const stop = yield* inside({ ...frame, service: span.service, parent: span });
    span.failure = failureOf(stop);
    return stop;
  } catch (error) {
    span.failure = interruption(error);
    throw error;
  } finally {
    span.end = frame.flow.now;
  }
}

/** A span that takes its time, and fails as often as its errors say. */
function work(
  frame: Frame,
  operation: Operation,
  duration: PlanRetrieve["duration"],
  errors: readonly ErrorShare[],
): Steps {
  return within(frame, openSpan(operation, frame.service, frame.flow.now), (inner) => spend(inner, duration, errors));
}

function* spend(frame: Frame, duration: PlanRetrieve["duration"], errors: readonly ErrorShare[]): Steps {
  yield* wait(frame, frame.flow.now + sample(duration, draw(frame.key, purposes.latency)));
  const u = draw(frame.key, purposes.error);
  const error = errors.find(({ below }) => u < below);
  return error === undefined ? undefined : { kind: "failed", failure: failed(error.type) };
}

function* wait(frame: Frame, until: number): Generator<Wait, void> {
  const { deadline, flow } = frame;
  if (deadline !== undefined && until > deadline.at) {
    if (deadline.at > flow.now) yield deadline.at;
    throw new Interrupted(deadline);
  }
  if (until > flow.now) yield until;
}

/** A tool that fails is told to the model, which goes on, unless a retry stands around it. */
function* tolerated(frame: Frame, steps: Steps): Steps {
  const stop = yield* steps;
  return frame.strict ? stop : undefined;
}

function* runAgent(frame: Frame, first: PlanAgent, link: OpenSpan | undefined): Steps {
  let agent = first;
  let by = link;
  for (let turn = 0; ; turn++) {
    const stop = yield* invokeAgent(descend(frame, turn), agent, by);
    if (stop?.kind !== "handoff") return stop;
    agent = stop.to;
    by = stop.by;
  }
}

function invokeAgent(frame: Frame, agent: PlanAgent, link: OpenSpan | undefined): Steps {
  if (agent.service === frame.service) return ownAgent(frame, agent, link);
  const usage = usageOf(frame.context.program, agent);
  const span = openSpan({ kind: "agent", agent, remote: true, usage }, frame.service, frame.flow.now, undefined, link);
  const request = {
    kind: "request",
    side: "server",
    method: "POST",
    route: `/agents/${agent.name}`,
    to: agent.service,
  } as const;
  return within(frame, span, (inner) =>
    across(inner, request, agent.service, (there) => ownAgent(there, agent, undefined, usage)),
  );
}

/** @param told Where the caller's side keeps what the agent used, when there is one. */
function* ownAgent(frame: Frame, agent: PlanAgent, link: OpenSpan | undefined, told?: OpenUsage): Steps {
  const usage = usageOf(frame.context.program, agent);
  const operation: AgentOperation = { kind: "agent", agent, remote: false, usage };
  const span = openSpan(operation, frame.service, frame.flow.now, undefined, link);
  const stop = yield* within(frame, span, (inner) => runSteps({ ...inner, agent, usage, strict: false }, agent.steps));
  if (told !== undefined) Object.assign(told, usage);
  return stop;
}

function usageOf({ models, providers }: Program, agent: PlanAgent): OpenUsage {
  const model = models[agent.model]!;
  return { model, provider: providers[model.provider]!, input: 0, output: 0, last: undefined };
}

/** Goes on in another service, under a span of kind SERVER there. */
function* across(frame: Frame, operation: Operation, service: number, there: (inner: Frame) => Steps): Steps {
  yield* wait(frame, frame.flow.now + NETWORK);
  const stop = yield* within(frame, openSpan(operation, service, frame.flow.now, hopOf(frame, service)), there);
  yield* wait(frame, frame.flow.now + NETWORK);
  return stop;
}

function hopOf({ context: { program }, service }: Frame, to: number): Propagation | undefined {
  return service === to ? undefined : program.hops[service * program.services.length + to];
}

function* handOver(frame: Frame, to: PlanAgent): Steps {
  const by = openSpan({ kind: "transfer", from: frame.agent!, to }, frame.service, frame.flow.now);
  const stop = yield* within(frame, by, function* (inner) {
    yield* wait(inner, inner.flow.now + TRANSFER);
    return undefined;
  });
  return stop ?? { kind: "handoff", to, by };
}

function* callModel(frame: Frame, step: PlanCall): Steps {
  const { context, key, flow } = frame;
  const model = context.program.models[step.model]!;
  const latency = Math.max(1, sample(model.latency, draw(key, purposes.latency)));
  const begun = { ...callOperation(frame, step), firstChunk: firstChunkOf(step, model.firstChunk, latency, key) };
  const answer = context.provider(model.provider).answer(model, flow.now, latency, key);
  const span = openSpan(begun, frame.service, flow.now);
  try {
    return yield* within(frame, span, function* (inner) {
      yield* wait(inner, answer.at);
      return answer.failure === undefined ? undefined : { kind: "failed", failure: answer.failure };
    });
  } finally {
    // The reply streams in at the end of the answer's time; what came before it was queueing.
    const chunkAt = answer.at - latency + (begun.firstChunk ?? latency);
    const streaming = begun.firstChunk !== undefined && answer.failure === undefined && span.end >= chunkAt;
    const reply = span.failure === undefined ? "whole" : streaming ? "begun" : "none";
    const operation: CallOperation = {
      ...begun,
      reply,
      firstChunk: reply === "none" || begun.firstChunk === undefined ? undefined : chunkAt - span.start,
    };
    span.operation = operation;
    if (reply === "whole") addUsage(frame.usage, operation);
  }
}

function callOperation({ context, key, call, attempt, policy }: Frame, step: PlanCall): CallOperation {
  const { program } = context;
  const model = program.models[step.model]!;
  return {
    kind: step.kind,
    model,
    provider: program.providers[model.provider]!,
    input: sample(step.input, draw(key, purposes.input)),
    output: step.kind === "embed" ? 0 : sample(step.output, draw(key, purposes.output)),
    finish: step.finish,
    attempt,
    policy,
    firstChunk: undefined,
    reply: "none",
    run: mix(context.program.identity, context.k),
    id: key,
    call,
  };
}

function firstChunkOf(
  step: PlanCall,
  firstChunk: PlanRetrieve["duration"],
  latency: number,
  key: number,
): number | undefined {
  return step.kind === "stream" ? Math.min(latency, sample(firstChunk, draw(key, purposes.firstChunk))) : undefined;
}

function addUsage(usage: OpenUsage | undefined, call: CallOperation): void {
  if (usage === undefined || call.kind === "embed") return;
  usage.input += call.input;
  usage.output += call.output;
  usage.last = call;
}

function retrieval({ key }: Frame, step: PlanRetrieve): Operation {
  const found = Math.min(step.top, sample(step.found, draw(key, purposes.found)));
  return { kind: "retrieve", source: step.source, top: step.top, found };
}

function runTool(frame: Frame, tool: PlanTool): Steps {
  const span = openSpan({ kind: "tool", tool, agent: frame.agent }, frame.service, frame.flow.now);
  const { service } = tool;
  if (service === undefined || service === frame.service) {
    return within(frame, span, (inner) => spend(inner, tool.duration, tool.errors));
  }
  const request = { kind: "request", method: "POST", route: `/tools/${tool.name}`, to: service } as const;
  return within(frame, span, (inner) =>
    within(inner, openSpan({ ...request, side: "client" }, inner.service, inner.flow.now), (client) =>
      across(client, { ...request, side: "server" }, service, (there) => spend(there, tool.duration, tool.errors)),
    ),
  );
}

function callMcp(frame: Frame, step: PlanMcp): Steps {
  const { method, target, service } = step;
  const { context } = frame;
  const client: McpOperation = {
    kind: "mcp",
    side: "client",
    method,
    target,
    id: ++context.mcpRequests,
    session: frame.service * context.program.services.length + service,
  };
  return within(frame, openSpan(client, frame.service, frame.flow.now), (inner) =>
    across(inner, { ...client, side: "server" }, service, (there) => spend(there, step.duration, step.errors)),
  );
}

/** Each branch is a task of its own; all have ended when this does. */
function* runBranches(frame: Frame, branches: readonly (readonly PlanStep[])[]): Steps {
  const stops: (Stop | undefined)[] = [];
  let interrupted: Interrupted | undefined;
  for (const [index, steps] of branches.entries()) {
    startTask(frame, frame.flow, index, function* (branch) {
      try {
        stops[index] = yield* runSteps(branch, steps);
      } catch (error) {
        if (!(error instanceof Interrupted)) throw error;
        interrupted = error;
      }
    });
  }
  yield JOIN;
  if (interrupted !== undefined) throw interrupted;
  return stops.find((stop) => stop !== undefined);
}

/** Nobody waits for it: the spans that enclose it may end before. */
function startInBackground(frame: Frame, steps: readonly PlanStep[]): undefined {
  startTask(frame, undefined, 0, function* (task) {
    try {
      yield* runSteps(task, steps);
    } catch (error) {
      interruption(error);
    }
  });
}

function startTask(frame: Frame, parent: Flow | undefined, index: number, run: (branch: Frame) => Task): void {
  const { context } = frame;
  context.tasks++;
  context.scheduler.start(frame.flow.now, parent, function* (flow) {
    yield* run({ ...descend(frame, index), flow });
    context.ended();
  });
}

function* runLoop(frame: Frame, step: Extract<PlanStep, { readonly kind: "loop" }>): Steps {
  const times = Math.min(step.most, sample(step.times, draw(frame.key, purposes.times)));
  for (let turn = 0; turn < times; turn++) {
    const inner = descend(frame, turn);
    const stop = yield* runSteps(inner, step.steps);
    if (stop !== undefined) return stop;
    if (draw(inner.key, purposes.until) < step.until) return undefined;
  }
  return undefined;
}

function* runRetry(frame: Frame, index: number, steps: readonly PlanStep[]): Steps {
  const policy = frame.context.program.policies[index]!;
  const state = frame.context.policy(index, frame.service);
  for (let attempt = 0; ; attempt++) {
    if (!state.admits(frame.flow.now)) {
      frame.context.rejected++;
      return { kind: "failed", failure: failed("circuit_open") };
    }
    if (attempt === 0) state.earn();
    const key = mix(frame.key, attempt);
    let stop: Stop | undefined;
    try {
      stop = yield* runAttempt({ ...frame, key, attempt, policy: index, strict: true }, policy, steps);
    } catch (error) {
      state.left();
      throw error;
    }
    const failure = failureOf(stop);
    const retried = failure !== undefined && isRetried(failure);
    state.ended(frame.flow.now, retried);
    if (!retried || attempt + 1 >= policy.attempts || !state.spend()) return stop;
    const pause = backoff(policy, attempt + 1, failure.retryAfter, draw(key, purposes.jitter));
    yield* wait(frame, frame.flow.now + pause);
  }
}

/** One attempt, within the policy's timeout. */
function* runAttempt(frame: Frame, { timeout }: PlanPolicy, steps: readonly PlanStep[]): Steps {
  const at = frame.flow.now + (timeout ?? Infinity);
  if (timeout === undefined || (frame.deadline !== undefined && frame.deadline.at <= at))
    return yield* runSteps(frame, steps);
  const deadline: Deadline = { at, reason: "timeout" };
  try {
    return yield* runSteps({ ...frame, deadline }, steps);
  } catch (error) {
    if (error instanceof Interrupted && error.deadline === deadline)
      return { kind: "failed", failure: interruption(error) };
    throw error;
  }
}

function failureOf(stop: Stop | undefined): Failure | undefined {
  return stop?.kind === "failed" ? stop.failure : undefined;
}

/** What an interruption is for the spans that it ends; anything else was no interruption. */
function interruption(error: unknown): Failure {
  if (error instanceof Interrupted) return failed(error.deadline.reason);
  throw error;
}
