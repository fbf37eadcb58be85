import type { LedgerCall } from "../ledger/ledger.ts";
import type { Operation } from "./attempts.ts";
import { spellingKey } from "../semconv/spelling.ts";
import { compare, compareServer, type Comparison } from "./compare.ts";
import { familyOf, saidProvider, saidText } from "./said.ts";
import type { SpanRecord } from "./span-record.ts";
import { parseTraceparent } from "./traceparent.ts";

/** How well a span fits a call that neither a response id nor a traceparent ties to it. */
export interface Fit {
  /** How much of it contradicts the call. */
  readonly contradictions: number;
  readonly comparisons: readonly Comparison[];
  /** The call's traceparent names another trace than the span's. */
  readonly otherTrace: boolean;
  /** Between the ends of the two, in nanoseconds. */
  readonly distance: bigint;
}

/** Whether the span may be of the call by what it says, its time left aside. */
export function fitOf(
  operation: Operation,
  span: SpanRecord,
  ledgerIsWhole: boolean,
  kind: typeof sameKind = sameKind,
): Fit | undefined {
  const call = operation.last;
  if (!kind(operation, span)) return undefined;
  const comparisons = compare(span, operation.attempts);
  const wrong = comparisons.filter(({ agrees }) => agrees === "no");
  if (wrong.some(({ aspect }) => aspect === "error") && (call.outcome.kind === "answered" || showsAnswer(span))) {
    // A refusal is not the span of an answer, nor the other way round.
    return undefined;
  }
  const doubtful = wrong.filter(({ key }) => identifying.has(key));
  if (doubtful.length > 0) {
    // One wrong name may be the span's mistake, if all else fits; a call elsewhere, or one that the file lost, may explain it as well.
    const elsewhere = wrong.some(({ aspect }) => aspect === "server");
    const supported = comparisons.some(({ key, agrees }) => agrees === "yes" && supporting.has(key));
    if (wrong.length > 1 || elsewhere || !supported) return undefined;
    if (!ledgerIsWhole && doubtful.some(({ aspect }) => aspect === "response-id")) return undefined;
  }
  const texts = [call.request.userTextDigest, span.userTextDigest];
  const otherText = texts.every((text) => text !== undefined) && texts[0] !== texts[1];
  const otherTrace = isOtherTrace(operation, span);
  const distance = span.endTime > operation.end ? span.endTime - operation.end : operation.end - span.endTime;
  return {
    contradictions: wrong.length + (otherText ? 1 : 0) + (otherTrace ? 1 : 0),
    comparisons,
    otherTrace,
    distance,
  };
}

/** What names a call: a span that has another is likely of another call. */
const identifying: ReadonlySet<string> = new Set(["gen_ai.request.model", "gen_ai.response.id"]);

/** What is rarely right by chance or by default. */
const supporting: ReadonlySet<string> = new Set([
  "gen_ai.request.model",
  "gen_ai.response.model",
  "gen_ai.response.id",
  "gen_ai.usage.input_tokens",
  "gen_ai.usage.prompt_tokens",
  "gen_ai.usage.output_tokens",
  "gen_ai.usage.completion_tokens",
]);

const EMBEDDINGS = spellingKey("embeddings");
const textOperations = new Set(["chat", "text_completion", "generate_content"].map(spellingKey));

/** Embeddings are no chat, and one provider's call is not another's. */
export function sameKind({ last }: Operation, span: SpanRecord): boolean {
  const provider = saidProvider(span);
  const family = provider === undefined ? undefined : familyOf(provider);
  return sameOperation(last, span) && (family === undefined || family === familyOf(last.provider));
}

/** Some providers answer in another's API, too: then a span names the vendor, and the operation and the model are the call's. */
export function perhapsSameKind(operation: Operation, span: SpanRecord): boolean {
  if (sameKind(operation, span)) return true;
  const { last } = operation;
  const said = saidText(span, "gen_ai.operation.name");
  return (
    said !== undefined &&
    spellingKey(said) === spellingKey(last.operation) &&
    saidText(span, "gen_ai.request.model") === last.request.model
  );
}

/** An operation that no version knows may be either. */
function sameOperation(call: LedgerCall, span: SpanRecord): boolean {
  const said = spellingKey(saidText(span, "gen_ai.operation.name") ?? "");
  return call.operation === "embeddings" ? !textOperations.has(said) : said !== EMBEDDINGS;
}

function isOtherTrace({ last }: Operation, span: SpanRecord): boolean {
  const parent = parseTraceparent(last.context.traceparent);
  return parent.kind === "ok" && parent.traceId !== span.traceId;
}

/** What only an answer tells. */
const ofAnswer = [
  "gen_ai.response.id",
  "gen_ai.response.model",
  "gen_ai.response.finish_reasons",
  "gen_ai.usage.input_tokens",
  "gen_ai.usage.prompt_tokens",
  "gen_ai.usage.output_tokens",
  "gen_ai.usage.completion_tokens",
] as const;

/** Failed, and nothing on it shows that anything was answered: it may never have reached a server. */
export function isUnanswered(span: SpanRecord): boolean {
  return (span.failed || span.said.has("error.type")) && !showsAnswer(span);
}

function showsAnswer(span: SpanRecord): boolean {
  return ofAnswer.some((key) => span.said.has(key));
}

/** The span names a provider or a server that none of the ledger's calls went to. */
export function isElsewhere(span: SpanRecord, calls: readonly LedgerCall[]): boolean {
  const provider = saidProvider(span);
  const family = provider === undefined ? undefined : familyOf(provider);
  const servers = new Map(calls.map((call) => [`${call.server.address}:${call.server.port}`, call]));
  const known = [...servers.values()].map((call) => compareServer(span, call));
  const saysServer = span.said.has("server.address") || span.said.has("server.port");
  if (saysServer) return !known.some((comparisons) => comparisons.every(({ agrees }) => agrees !== "no"));
  return provider !== undefined && family === undefined;
}
