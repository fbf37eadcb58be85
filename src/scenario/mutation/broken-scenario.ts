import type { SpanDelivery } from "../../ledger/ledger.ts";
import type { SpanKindName, SpanStatusName } from "./otlp-json.ts";
import type { PlainValue } from "./plain-value.ts";

type Level = "violation" | "improvement" | "information";

/**
 * A labelled fault: clean traffic, what to break in it, and exactly the findings that this must cause. A file of scenarios/broken/
 * (schema: specs/schema/broken.schema.json).
 */
export interface BrokenScenario {
  /** Which fault of which sender this is. */
  readonly description: string;
  readonly base: Base;
  /** The versions that the fault is about; absent: all. Like in a finding. */
  readonly versions?: string | readonly string[];
  /** Changes to spans before they are sent, by who makes them. */
  readonly mutate?: readonly Mutation[];
  /** Changes to spans after they were sent, on their way to where they are judged; the ledger tells what was sent. */
  readonly transit?: readonly Mutation[];
  /** Changes to what the ledger tells. */
  readonly ledger?: readonly LedgerMutation[];
  readonly findings: readonly DeclaredFinding[];
  /** Findings that the fault may hide where the traffic had them, besides those about attributes that it changes. */
  readonly hides?: readonly HiddenFinding[];
}

/** The clean traffic: a scenario by its name (`rag/query`). */
interface Base {
  readonly scenario: string;
  /** The ledger of what really happened, the calls and the spans that were sent, is held against the spans that arrive. */
  readonly ledger?: true;
}

/**
 * One change to spans. A span fits when it matches the selector and every change can be made on it: to remove, rename, cut or edit an
 * attribute it must have that attribute.
 */
export interface Mutation {
  readonly spans: SpanSelector;
  /** Which of the spans that fit: `first` (the default), `all`, or `every <n>`: the first, then every n-th after it. */
  readonly which?: string;
  readonly set?: { readonly [key: string]: PlainValue };
  /** A key, or several of which at least one is there; all that are there go. */
  readonly remove?: string | readonly string[];
  /** Keys that are there, sent once more at the end with this value. */
  readonly repeat?: { readonly [key: string]: PlainValue };
  /** Old key → new key. */
  readonly rename?: { readonly [key: string]: string };
  readonly kind?: SpanKindName;
  readonly status?: SpanStatusName;
  /** The span's new name; `{key}` stands for the attribute's text as it is after the change. */
  readonly name?: string;
  /** Attribute → how many of its text's first characters stay, as a length limit would cut it. */
  readonly cut?: { readonly [key: string]: number };
  readonly content?: readonly ContentEdit[];
  readonly ids?: { readonly trace?: string; readonly span?: string; readonly parent?: string };
  /** Changes to the resource of the span, which all its spans share. */
  readonly resource?: {
    readonly set?: { readonly [key: string]: PlainValue };
    readonly remove?: string | readonly string[];
  };
  readonly drop?: true;
  /** The span comes twice; the changes are the second one's. */
  readonly duplicate?: true;
  /** What the sender was told of the request that the span was in, without it `acknowledged`; only in transit. */
  readonly delivery?: SpanDelivery;
}

export interface SpanSelector {
  /** gen_ai.operation.name, or one of several. */
  readonly operation?: string | readonly string[];
  readonly kind?: SpanKindName;
  readonly status?: SpanStatusName;
  /** Keys that are there, all of them. */
  readonly has?: string | readonly string[];
  /** Keys that are not there, none of them. */
  readonly lacks?: string | readonly string[];
  /** Attributes with exactly this value. */
  readonly where?: { readonly [key: string]: PlainValue };
}

/** One change to calls of the ledger. A call fits when it matches the selector and has what is to be removed. */
export interface LedgerMutation {
  readonly calls: CallSelector;
  /** Like a mutation of spans. */
  readonly which?: string;
  /** JSON pointer into the call → its new value. */
  readonly set?: { readonly [pointer: string]: unknown };
  /** JSON pointer into the call. */
  readonly remove?: string;
  readonly drop?: true;
}

export interface CallSelector {
  readonly operation?: string;
  /** The model that was asked. */
  readonly model?: string;
  readonly outcome?: string;
}

/** A change inside JSON content, whether the attribute holds it as text or as a structured value. */
export interface ContentEdit {
  /** The attribute. */
  readonly in: string;
  /** JSON pointer; a segment `*` is the first item where the rest of the pointer leads somewhere. */
  readonly at: string;
  /** `type` of the object that holds the place, where it has to have one. */
  readonly of?: string;
  readonly set?: unknown;
  readonly remove?: true;
  /** New name of the field. */
  readonly rename?: string;
}

/** A finding that a fault must cause, once for each span (or resource) that was changed. */
export interface DeclaredFinding {
  readonly rule: string;
  readonly level: Level;
  readonly attribute?: string;
  /** JSON pointer into the attribute's content, `*` for any index. */
  readonly path?: string;
  /** A range (`>=1.37.0 <genai-2026-08-03`), a list of ids, or absent: all versions. */
  readonly versions?: string | readonly string[];
}

export interface HiddenFinding {
  readonly rule: string;
  readonly level: Level;
  /** Absent where the finding is about no attribute. */
  readonly attribute?: string;
}
