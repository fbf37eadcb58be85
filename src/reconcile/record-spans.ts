import { ownCopy } from "../otlp/own-copy.ts";
import type { AttributeValue } from "../otlp/value.ts";
import type { SpanView } from "../otlp/view.ts";
import type { Typing } from "../semconv/typing.ts";
import { spellingKey } from "../semconv/spelling.ts";
import { comparedKeys, type ComparedKey } from "./said.ts";
import type { SpanRecord, SpanRecords } from "./span-record.ts";
import { userTextDigest } from "./user-text.ts";

/** A record takes about 2 kB, a place 200 bytes: together not more than 300 MB. What comes beyond is not kept, and the run says so. */
const MOST_RECORDS = 100_000;
const MOST_PLACES = 500_000;
/** Longer values are cut; a cut one can be held against nothing, so it is not kept. */
const LONGEST_VALUE = 500;
const MOST_ELEMENTS = 100;

/** What a span is said to be, in every pinned version. */
interface Typed {
  readonly service: string;
  readonly scope: string;
  readonly typings: readonly Typing[];
}

const STATUS_ERROR = 2;
const CLIENT = 3;

const modelOperations = new Set(["chat", "text_completion", "generate_content", "embeddings"].map(spellingKey));

/** Keys that only an answered or asked model call has, for spans without an operation name. */
const modelKeys = ["gen_ai.request.model", "gen_ai.response.model", "gen_ai.response.id"] as const;

/** Copies from spans, as they pass, what holding them against a ledger takes. Nothing of their requests is kept. */
export class SpanRecorder implements SpanRecords {
  readonly records: SpanRecord[] = [];
  readonly #byPlace = new Map<string, SpanRecord>();
  readonly #parents = new Map<string, string>();
  full = false;

  /** Any span: where it stands in its trace. */
  place(span: SpanView): void {
    const place = ownCopy(span.traceId + span.spanId);
    if (this.#parents.has(place)) return;
    if (this.#parents.size >= MOST_PLACES) this.full = true;
    else this.#parents.set(place, ownCopy(span.parentSpanId));
  }

  /** A span with gen_ai keys: its values too, when it is or may be a call of a model. */
  record(span: SpanView, { service, scope, typings }: Typed): void {
    const certainty = certaintyOf(span, typings);
    const place = span.traceId + span.spanId;
    // The same span again is an exporter that sent twice.
    if (certainty === "no" || this.#byPlace.has(place)) return;
    if (this.records.length >= MOST_RECORDS) {
      this.full = true;
      return;
    }
    const record: SpanRecord = {
      traceId: ownCopy(span.traceId),
      spanId: ownCopy(span.spanId),
      parentSpanId: ownCopy(span.parentSpanId),
      name: ownCopy(span.name.slice(0, LONGEST_VALUE)),
      startTime: span.startTimeUnixNano,
      endTime: span.endTimeUnixNano,
      failed: span.statusCode === STATUS_ERROR,
      service,
      scope,
      spanTypes: typings.map((typing) => typing.label),
      certain: certainty === "yes",
      said: saidBy(span),
      userTextDigest: userTextDigest(span),
    };
    this.records.push(record);
    this.#byPlace.set(ownCopy(place), record);
  }

  nearest(traceId: string, spanId: string): SpanRecord | undefined {
    const seen = new Set<string>();
    for (let at: string | undefined = spanId; at !== undefined && at !== "" && !seen.has(at);) {
      const record = this.#byPlace.get(traceId + at);
      if (record !== undefined) return record;
      seen.add(at);
      at = this.#parents.get(traceId + at);
    }
    return undefined;
  }

  above(record: SpanRecord): SpanRecord | undefined {
    const found = this.nearest(record.traceId, record.parentSpanId);
    return found === record ? undefined : found;
  }
}

function certaintyOf(span: SpanView, typings: readonly Typing[]): "yes" | "maybe" | "no" {
  const operation = span.attribute("gen_ai.operation.name");
  if (operation?.type === "string" && operation.value !== "") {
    if (modelOperations.has(spellingKey(operation.value))) return "yes";
    // An operation that a version knows as something else (an agent, a tool) is no call; one that none knows may be.
    if (typings.some((typing) => typing.candidates.length > 0)) return "no";
  }
  const isCall = ({ candidates }: Typing): boolean =>
    candidates.some(({ type }) => type === "inference" || type === "embeddings");
  if (typings.some((typing) => isCall(typing) && typing.candidates.length === 1)) return "yes";
  if (typings.some(isCall)) return "maybe";
  return span.kind === CLIENT && modelKeys.some((key) => span.attribute(key) !== undefined) ? "maybe" : "no";
}

function saidBy(span: SpanView): Map<ComparedKey, AttributeValue> {
  const said = new Map<ComparedKey, AttributeValue>();
  for (const key of comparedKeys) {
    const value = span.attribute(key);
    const copy = value === undefined ? undefined : copyOf(value);
    if (copy !== undefined) said.set(key, copy);
  }
  return said;
}

function copyOf(value: AttributeValue): AttributeValue | undefined {
  switch (value.type) {
    case "string":
      return value.value.length > LONGEST_VALUE ? undefined : { type: "string", value: ownCopy(value.value) };
    case "bool":
    case "int":
    case "double":
      return value;
    case "array": {
      if (value.value.length > MOST_ELEMENTS) return undefined;
      const elements = value.value.map((element) => (element.type === "string" ? copyOf(element) : undefined));
      return elements.every((element) => element !== undefined) ? { type: "array", value: elements } : undefined;
    }
    default:
      return undefined;
  }
}
