import fc from "fast-check";

import { timeAt } from "./ledger-of.ts";
import { truthfulRun, type DraftSpan, type Run, type Told } from "./truthful-run.ts";

export interface PlantedRun {
  readonly run: Run;
  /** `rule attribute`, once for each violation that must come. */
  readonly expected: readonly string[];
  /** What was done, for the reader of a failure. */
  readonly planted: readonly string[];
}

/** What can be made wrong of a call and its span; gives what must be found, or undefined where the call is none to do it to. */
type Plant = (told: Told, run: Run, index: number) => readonly string[] | undefined;

const plants: Readonly<Record<string, Plant>> = {
  nothing: () => [],
  "drop the span": (told) => {
    const attempts = told.attempts.length;
    told.dropped = true;
    // Attempts that nothing joins are calls of their own.
    return Array.from({ length: countsRetries(told) ? 1 : attempts }, () => "call-without-span");
  },
  "double the span": (told, run, index) => {
    const copy = structuredClone(told.span);
    copy.spanId = `${index + 1}`.padStart(16, "d");
    // A further failed span without an answer might be of a call that never reached the provider, unless it is inside of the call's own.
    if (copy.status === "ERROR" && !isProven(told)) return undefined;
    if (copy.status === "ERROR") copy.parentSpanId = told.span.spanId!;
    run.further.push(copy);
    return ["call-with-two-spans"];
  },
  "invent a span": (told, run, index) => {
    const invented = structuredClone(told.span);
    const hour = 3_600_000;
    run.further.push({
      ...invented,
      traceId: `${index + 1}`.padStart(32, "e"),
      spanId: `${index + 1}`.padStart(16, "e"),
      start: timeAt(hour),
      end: timeAt(hour + 10),
      status: "UNSET",
      attributes: { ...invented.attributes, "gen_ai.response.id": `never-${index}`, "error.type": null },
    });
    return ["span-without-call"];
  },
  "alter the model that was asked": alter("call-model", "gen_ai.request.model", () => "another-model"),
  "alter the model that answered": alter("call-model", "gen_ai.response.model", () => "another-model"),
  "alter input tokens": alter("call-tokens", "gen_ai.usage.input_tokens", (value) => Number(value) * 2 + 1),
  "alter output tokens": alter("call-tokens", "gen_ai.usage.output_tokens", (value) => Number(value) * 2),
  "alter finish reasons": alter("call-finish-reasons", "gen_ai.response.finish_reasons", () => ["length"]),
  "alter streaming": alter("call-streaming", "gen_ai.request.stream", (value) => value !== true),
  "alter the choice count": alter("call-choice-count", "gen_ai.request.choice.count", (value) => Number(value) + 1),
  "alter the temperature": alter("call-parameters", "gen_ai.request.temperature", () => 0.7),
  "alter the server": alter("call-server", "server.address", () => "api.example.org"),
  "alter the port": alter("call-server", "server.port", () => 443),
  "alter the response id": (told) =>
    told.propagates ? alter("call-response-id", "gen_ai.response.id", () => "run-1")(told) : undefined,
  "hide the error": (told) => {
    if (!isProven(told) || told.span.status !== "ERROR") return undefined;
    told.span.status = "UNSET";
    delete told.span.attributes["error.type"];
    return ["call-error error.type"];
  },
  "make an error of an answer": (told) => {
    if (!isProven(told) || told.attempts.at(-1)?.outcome?.kind !== "answered") return undefined;
    told.span.status = "ERROR";
    told.span.attributes["error.type"] = "RateLimitError";
    return ["call-error error.type"];
  },
  "drop the traceparent": (told) => withTraceparent(told, undefined, []),
  "garble the traceparent": (told) => withTraceparent(told, "00-123-456-01", ["call-traceparent"]),
  "send another trace's traceparent": (told) =>
    withTraceparent(told, `00-${"f".repeat(32)}-${"f".repeat(16)}-01`, ["call-traceparent"]),
  "send another call's traceparent": (told, { told: all }) => {
    const other = all.find((each) => each !== told && hasResponseId(each) && each.dropped !== true);
    if (other === undefined) return undefined;
    return withTraceparent(told, `00-${other.span.traceId}-${other.span.spanId}-01`, ["call-traceparent"]);
  },
};

/** A truthful run of which some calls and spans were made wrong in one way each. */
export const plantedRun: fc.Arbitrary<PlantedRun> = fc
  .tuple(truthfulRun, fc.array(fc.constantFrom(...Object.keys(plants)), { minLength: 10, maxLength: 10 }))
  .map(([truthful, names]) => {
    const run = structuredClone(truthful);
    const expected: string[] = [];
    const planted: string[] = [];
    run.told.forEach((told, index) => {
      const name = names[index]!;
      const found = plants[name]!(told, run, index);
      if (found === undefined || name === "nothing") return;
      planted.push(`${index}: ${name}`);
      expected.push(...found);
    });
    return { run, expected, planted };
  });

function alter(
  rule: string,
  key: string,
  change: (value: unknown) => unknown,
): (told: Told) => readonly string[] | undefined {
  return (told) => {
    const value = told.span.attributes[key];
    if (value === undefined || !isProven(told)) return undefined;
    told.span.attributes[key] = change(value);
    return [`${rule} ${key}`];
  };
}

/** Only what a proof ties together can be said to differ; what time alone ties may be another call's. */
function isProven(told: Told): boolean {
  return told.propagates || hasResponseId(told);
}

function hasResponseId({ span }: { readonly span: DraftSpan }): boolean {
  return span.attributes["gen_ai.response.id"] !== undefined;
}

function countsRetries({ attempts }: Told): boolean {
  return attempts.every(({ request }) => request?.retry !== undefined);
}

/** For calls that their response id proves, and whose attempts it therefore need not tie together. */
function withTraceparent(
  told: Told,
  traceparent: string | undefined,
  expected: readonly string[],
): readonly string[] | undefined {
  if (!hasResponseId(told)) return undefined;
  const last = told.attempts.pop();
  if (last === undefined) return undefined;
  told.attempts.push({ ...last, context: traceparent === undefined ? {} : { traceparent } });
  return expected;
}
