import type { CallOutcome, LedgerCall } from "../ledger/ledger.ts";
import type { Comparison } from "./compare.ts";
import { saidText } from "./said.ts";
import type { SpanRecord } from "./span-record.ts";

/**
 * Whether the span failed exactly if its call did. Open where the client may have seen it either way: a stream that it left by itself, a reply
 * that is no JSON, and a failure after a good answer, which may be the application's own.
 */
export function compareError(span: SpanRecord, attempts: readonly LedgerCall[]): Comparison[] {
  const call = attempts.at(-1)!;
  const type = saidText(span, "error.type");
  const failed = span.failed || type !== undefined;
  const said = type ?? (failed ? "status ERROR" : "no error");
  return [
    { aspect: "error", key: "error.type", agrees: judge(call, attempts, failed, type), said, happened: describe(call) },
  ];
}

function judge(
  call: LedgerCall,
  attempts: readonly LedgerCall[],
  failed: boolean,
  type: string | undefined,
): Comparison["agrees"] {
  const { kind } = call.outcome;
  if (kind === "answered") return !failed ? "yes" : type !== undefined && namesRefusal(type) ? "no" : "open";
  if (kind === "error") return !failed ? "no" : type === undefined ? "yes" : fitsAny(type, attempts);
  // A reply that broke off after its finish reason had come was whole for the client.
  if (kind === "cut" && call.response?.finishReasons === undefined) return failed ? "yes" : "no";
  return "open";
}

function fitsAny(type: string, attempts: readonly LedgerCall[]): Comparison["agrees"] {
  return attempts.some(({ outcome }) => fits(type, outcome)) ? "yes" : "no";
}

/** Statuses that a name stands for, by the letters of its end; the class names of the providers' clients. */
const named: readonly (readonly [RegExp, (status: number) => boolean])[] = [
  [/ratelimiterror$|^toomanyrequests$/, (status) => status === 429 || status === 503 || status === 529],
  [/authenticationerror$|^unauthorized$/, (status) => status === 401],
  [/permissiondeniederror$/, (status) => status === 403],
  [/notfounderror$/, (status) => status === 404],
  [/badrequesterror$/, (status) => status === 400],
  [/unprocessableentityerror$/, (status) => status === 422],
  [/internalservererror$/, (status) => status >= 500],
];

function lettersOf(type: string): string {
  return type.toLowerCase().replaceAll(/[^a-z]/g, "");
}

/** An error.type is free text: only one that stands for another status contradicts. */
function fits(type: string, outcome: CallOutcome): boolean {
  const { status } = outcome;
  if (status === undefined || type === outcome.errorType) return true;
  if (/^\d{3}$/.test(type)) return Number(type) === status;
  const letters = lettersOf(type);
  const [, stands] = named.find(([name]) => name.test(letters)) ?? [];
  return stands === undefined || stands(status);
}

/** An HTTP status of an error, or a client's name for one: nothing that a good answer can end in. */
function namesRefusal(type: string): boolean {
  if (/^\d{3}$/.test(type)) return Number(type) >= 400;
  const letters = lettersOf(type);
  return named.some(([name]) => name.test(letters));
}

/** What its span would be called: the operation and the model. */
export function callName({ operation, request }: LedgerCall): string {
  return `${operation} ${request.model}`;
}

/** What became of a call, in words: `answered`, `refused with 429`. */
export function describe({ outcome }: LedgerCall): string {
  const { kind, status } = outcome;
  switch (kind) {
    case "answered":
      return "answered";
    case "error":
      return `refused with ${status ?? "an error"}`;
    case "malformed":
      return "answered with something that is no JSON";
    case "cut":
      return "broken off by the provider";
    case "abandoned":
      return "left by the client before its end";
  }
}
