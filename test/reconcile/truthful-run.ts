import fc from "fast-check";

import type { LedgerCall } from "../../src/ledger/ledger.ts";
import type { PlainAttributes, PlainSpan } from "../check/request.ts";
import { callsOf, timeAt, type PlainCall } from "./ledger-of.ts";

/** A span that may be changed. */
export type DraftSpan = { -readonly [K in keyof PlainSpan]: PlainSpan[K] } & { attributes: Record<string, unknown> };

/** A call as an application makes it: one span, and the requests that the client made for it. */
export interface Told {
  readonly span: DraftSpan;
  /** Between the span and the request, when an HTTP client's span stands there. */
  readonly httpSpan: DraftSpan | undefined;
  readonly attempts: PlainCall[];
  /** Whether its last request carries a traceparent of the span, or of the one below. */
  readonly propagates: boolean;
  /** The span never arrived. */
  dropped?: boolean;
}

export interface Run {
  readonly told: Told[];
  /** Spans that no call made. */
  readonly further: DraftSpan[];
}

const models = ["gpt-4o", "gpt-4o-mini", "o4-mini"];

const shape = fc.record({
  /** Few different starts, so that calls come at once, with equal times, and in sequence. */
  slot: fc.nat({ max: 12 }),
  offset: fc.nat({ max: 40 }),
  took: fc.integer({ min: 30, max: 400 }),
  kind: fc.constantFrom<"chat" | "stream" | "embeddings" | "messages" | "gemini">(
    "chat",
    "chat",
    "stream",
    "embeddings",
    "messages",
    "gemini",
  ),
  model: fc.constantFrom(...models),
  body: fc.nat({ max: 2 }),
  choices: fc.constantFrom(1, 1, 2),
  temperature: fc.constantFrom(undefined, 0, 0.2, 1),
  inputTokens: fc.integer({ min: 1, max: 3 }),
  outputTokens: fc.integer({ min: 1, max: 3 }),
  end: fc.constantFrom<"answered" | "refused" | "cut" | "abandoned">(
    "answered",
    "answered",
    "answered",
    "refused",
    "cut",
    "abandoned",
  ),
  status: fc.constantFrom(429, 500, 400),
  /** Attempts that failed before the last one. */
  retries: fc.constantFrom(0, 0, 0, 1, 2),
  /** Whether the client says which attempt it is. */
  countsRetries: fc.boolean(),
  propagation: fc.constantFrom<"none" | "span" | "http">("none", "span", "http"),
});

type Shape = typeof shape extends fc.Arbitrary<infer T> ? T : never;

/** A run of calls, at once and in sequence, with faults and retries, and the spans that tell the truth about them. */
export const truthfulRun: fc.Arbitrary<Run> = fc
  .array(shape, { minLength: 1, maxLength: 10 })
  .map((shapes) => ({ told: shapes.map(tell), further: [] }));

/** The ledger's calls: requests, each with its traceparent. */
export function ledgerCalls({ told }: Run): LedgerCall[] {
  return callsOf(told.flatMap(({ attempts }) => attempts));
}

export function spansOf({ told, further }: Run): DraftSpan[] {
  const made = told.flatMap(({ span, httpSpan, dropped }) => [
    ...(httpSpan === undefined ? [] : [httpSpan]),
    ...(dropped === true ? [] : [span]),
  ]);
  return [...made, ...further];
}

/** A step between starts that is well above the tolerance for clocks. */
const SLOT = 150;

function tell(of: Shape, index: number): Told {
  const api = apiOf(of);
  const start = of.slot * SLOT + of.offset;
  const traceId = hex(index + 1, 32);
  const spanId = hex(index * 2 + 1, 16);
  const httpId = hex(index * 2 + 2, 16);
  const header =
    of.propagation === "none" ? undefined : `00-${traceId}-${of.propagation === "http" ? httpId : spanId}-01`;
  const retries = of.end === "abandoned" ? 0 : of.retries;
  const request = requestOf(of, index);
  const common = { api, ...(header === undefined ? {} : { context: { traceparent: header } }) };
  const attempts: PlainCall[] = [];
  for (let attempt = 0; attempt < retries; attempt++) {
    attempts.push({
      ...common,
      at: start + attempt * 10,
      took: 5,
      request: { ...request, ...(of.countsRetries ? { retry: attempt } : {}) },
      outcome: { kind: "error", status: 503 },
      response: null,
    });
  }
  const outcome = outcomeOf(of);
  const response = responseOf(of, index);
  attempts.push({
    ...common,
    at: start + retries * 10,
    took: of.took,
    request: { ...request, ...(of.countsRetries ? { retry: retries } : {}) },
    outcome,
    response,
  });
  const end = start + retries * 10 + of.took;
  const times = { traceId, start: timeAt(start - 1), end: timeAt(end + 1) };
  const span: DraftSpan = {
    ...times,
    spanId,
    name: `${operationOf(of)} ${of.model}`,
    kind: "CLIENT",
    status: outcome.kind === "error" || outcome.kind === "cut" ? "ERROR" : "UNSET",
    attributes: attributesOf(of, outcome, response),
  };
  const httpSpan: DraftSpan | undefined =
    of.propagation === "http"
      ? { ...times, spanId: httpId, parentSpanId: spanId, name: "POST", kind: "CLIENT", attributes: {} }
      : undefined;
  return { span, httpSpan, attempts, propagates: header !== undefined };
}

function apiOf({ kind }: Shape): LedgerCall["api"] {
  switch (kind) {
    case "chat":
    case "stream":
      return "openai.chat_completions";
    case "embeddings":
      return "openai.embeddings";
    case "messages":
      return "anthropic.messages";
    case "gemini":
      return "gemini.generate_content";
  }
}

function operationOf({ kind }: Shape): string {
  return kind === "embeddings" ? "embeddings" : kind === "gemini" ? "generate_content" : "chat";
}

function providerOf({ kind }: Shape): string {
  return kind === "messages" ? "anthropic" : kind === "gemini" ? "gcp.gemini" : "openai";
}

/** Retries of one call have one body; an application may well send the same body in two calls. */
function requestOf(of: Shape, index: number): NonNullable<PlainCall["request"]> {
  const once = of.retries > 0 ? `${index}` : "";
  return {
    model: of.model,
    stream: of.kind === "stream",
    bodyDigest: `${of.kind} ${of.model} ${of.body} ${of.temperature} ${of.choices} ${once}`,
    ...(of.temperature === undefined ? {} : { temperature: of.temperature }),
    ...(of.choices === 1 || of.kind === "embeddings" ? {} : { choiceCount: of.choices }),
  };
}

function outcomeOf(of: Shape): LedgerCall["outcome"] {
  switch (of.end) {
    case "answered":
      return { kind: "answered", status: 200 };
    case "refused":
      return { kind: "error", status: of.status };
    case "cut":
      return { kind: "cut" };
    case "abandoned":
      return of.kind === "stream" ? { kind: "abandoned", status: 200 } : { kind: "answered", status: 200 };
  }
}

function responseOf(of: Shape, index: number): PlainCall["response"] {
  const { kind } = outcomeOf(of);
  if (kind === "error" || kind === "cut") return null;
  const told = { model: `${of.model}-2026`, ...(of.kind === "embeddings" ? {} : { id: `reply-${index}` }) };
  if (kind === "abandoned") return told;
  return {
    ...told,
    inputTokens: of.inputTokens,
    ...(of.kind === "embeddings"
      ? {}
      : { outputTokens: of.outputTokens, finishReasons: Array.from({ length: of.choices }, () => "stop") }),
  };
}

function attributesOf(
  of: Shape,
  outcome: LedgerCall["outcome"],
  response: PlainCall["response"],
): Record<string, unknown> {
  const known: PlainAttributes = {
    "gen_ai.operation.name": operationOf(of),
    "gen_ai.provider.name": providerOf(of),
    "gen_ai.request.model": of.model,
    "gen_ai.request.temperature": of.temperature === undefined ? undefined : { double: of.temperature },
    "gen_ai.request.stream": of.kind === "stream",
    "gen_ai.request.choice.count": of.kind === "embeddings" ? undefined : of.choices,
    "server.address": "127.0.0.1",
    "server.port": 8080,
    "gen_ai.response.id": response?.id,
    "gen_ai.response.model": response?.model,
    "gen_ai.response.finish_reasons": response?.finishReasons,
    "gen_ai.usage.input_tokens": response?.inputTokens,
    "gen_ai.usage.output_tokens": response?.outputTokens,
    "error.type":
      outcome.kind === "error" ? String(outcome.status) : outcome.kind === "cut" ? "ConnectionError" : undefined,
  };
  return Object.fromEntries(Object.entries(known).filter(([, value]) => value !== undefined));
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, "0");
}
