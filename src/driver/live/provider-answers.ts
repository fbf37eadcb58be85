import type { FaultEffect } from "../../provider/fault.ts";
import type { PlannedAnswer } from "../../provider/planned-answer.ts";
import type { ProviderRequest } from "../../provider/exchange.ts";
import type { ScriptTurn } from "../../provider/script.ts";
import type { CallOperation, PlannedSpan } from "../../scenario/plan/planned-trace.ts";
import type { PlanModel, Program } from "../../scenario/plan/program.ts";
import { ProviderState } from "../../scenario/plan/provider-state.ts";
import { draw, mix, purposes } from "../../scenario/plan/random.ts";
import { sample } from "../../scenario/plan/distribution.ts";
import { replyName } from "../../scenario/render/attributes.ts";
import { replyContent } from "../../scenario/render/content.ts";
import { STEP_HEADER, type LiveTrace } from "./messages.ts";
import { spanOf } from "./span-of.ts";

/** Decides what becomes of a call that a service makes. */
export type Answers = (request: ProviderRequest) => PlannedAnswer | undefined;

/** A pause that no client waits for. */
const NEVER_MS = 86_400_000;

/** Every call is answered as it was planned. */
export function plannedAnswers(traces: readonly LiveTrace[], speed: number, longestMs: number): Answers {
  const scaled = (micros: number): number => Math.min(longestMs, micros / 1000 / speed);
  return (request) => {
    const step = stepOf(request, traces);
    if (step === undefined) return undefined;
    const { planned, call } = step;
    return answer(call, effectOf(planned, call, scaled));
  };
}

function effectOf(
  { start, end, failure }: PlannedSpan,
  call: CallOperation,
  scaled: (micros: number) => number,
): FaultEffect {
  const whole = scaled(end - start);
  const first = scaled(call.firstChunk ?? end - start);
  if (failure === undefined) return call.kind === "stream" ? streamed(call, first, whole) : { firstTokenMs: whole };
  if (call.reply === "begun") return { firstTokenMs: first, tokenMs: NEVER_MS };
  const status = Number(failure.type);
  if (Number.isInteger(status)) return { ...refusal(status, failure.retryAfter), firstTokenMs: whole };
  return failure.type === "connection_reset" ? { cut: 0 } : { timeout: true };
}

/**
 * Calls are answered as the scenario's providers have room for them, by when they really come: their outages, their capacity, and the
 * errors of their models.
 *
 * @param program with the limits
 * @param now microseconds of the plan's time since the run began
 */
export function answersWithinLimits(
  program: Program,
  traces: readonly LiveTrace[],
  speed: number,
  now: () => number,
): Answers {
  const states = new Map(program.providers.map((provider) => [provider.name, new ProviderState(provider)]));
  const models = new Map(program.models.map((model) => [model.name, model]));
  return (request) => {
    const step = stepOf(request, traces);
    if (step === undefined) return undefined;
    const { call } = step;
    const at = now();
    const model = models.get(call.model.name) as PlanModel;
    const latency = Math.max(1, sample(model.latency, draw(call.id, purposes.latency)));
    const state = states.get(call.provider.name) as ProviderState;
    const { at: end, failure } = state.answer(model, at, latency, call.id);
    const wait = (end - at) / 1000 / speed;
    if (failure === undefined) {
      const first = Math.min(latency, call.firstChunk ?? latency) / 1000 / speed;
      return answer(
        call,
        call.kind === "stream" ? streamed(call, wait - latency / 1000 / speed + first, wait) : { firstTokenMs: wait },
      );
    }
    const status = Number(failure.type);
    if (Number.isInteger(status)) return answer(call, { ...refusal(status, failure.retryAfter), firstTokenMs: wait });
    return answer(call, failure.type === "connection_reset" ? { cut: 0 } : { timeout: true });
  };
}

interface Step {
  readonly planned: PlannedSpan;
  /** With the id of this attempt. */
  readonly call: CallOperation;
}

function stepOf(request: ProviderRequest, traces: readonly LiveTrace[]): Step | undefined {
  const [trace, ordinal, attempt = 0] = (request.header(STEP_HEADER) ?? "").split(".").map(Number);
  const planned = spanOf(traces, trace, ordinal);
  const operation = planned?.operation;
  if (
    planned === undefined ||
    (operation?.kind !== "chat" && operation?.kind !== "stream" && operation?.kind !== "embed")
  ) {
    return undefined;
  }
  return { planned, call: attemptOf(operation, attempt) };
}

/** The n-th time that a call is made because it failed before: another draw, with an id of its own. */
export function attemptOf(call: CallOperation, n: number): CallOperation {
  return n === 0 ? call : { ...call, attempt: n, id: mix(call.id, n) };
}

function answer(call: CallOperation, effect: FaultEffect): PlannedAnswer {
  return { effect, id: replyName(call), turn: turnOf(call) };
}

function turnOf(call: CallOperation): ScriptTurn {
  const { text, toolCall } = replyContent(call);
  return {
    ...(text !== undefined && { text }),
    ...(toolCall !== undefined && { toolCalls: [toolCall] }),
    // Gemini says STOP of a tool's call, which a span that was planned without a provider in mind does not.
    finishReason: call.provider.name === "gcp.gemini" && call.finish === "tool_calls" ? "TOOL_CALLS" : call.finish,
    model: call.model.name,
    usage: { inputTokens: call.input, outputTokens: call.output },
  };
}

/** About as long as planned: one event a word, and some around them. */
function streamed(call: CallOperation, firstMs: number, wholeMs: number): FaultEffect {
  const events = 3 + (replyContent(call).text?.split(" ").length ?? 2);
  return { firstTokenMs: Math.max(0, firstMs), tokenMs: Math.max(0, wholeMs - firstMs) / events };
}

/** Retry-After is in whole seconds, and in the plan's time as all that the services do by it. */
function refusal(status: number, retryAfter: number): FaultEffect {
  return { status, ...(retryAfter > 0 && { retryAfterSeconds: Math.ceil(retryAfter / 1e6) }) };
}
