/**
 * The Result: the one document a run ends as. Its JSON Schema is specs/schema/result.schema.json. Additive changes only within
 * a schemaVersion; times are ISO 8601, nanoseconds and int64 are decimal strings.
 */
export interface Result {
  readonly $schema: string;
  readonly schemaVersion: "1.0";
  readonly tool: { readonly name: "otel-genai-testkit"; readonly version: string };
  readonly startedAt: string;
  /** Wall time of the run in milliseconds. */
  readonly durationMs: number;
  readonly verdict: Verdict;
  /** Why the verdict is what it is, most important first; at least one entry unless the verdict is pass. */
  readonly reasons: readonly Reason[];
  readonly run: Run;
  readonly semconv: {
    readonly pins: readonly string[];
    /** `default`: the newest non-preview version, because no --semconv was given. */
    readonly chosenBy: "option" | "default";
  };
  readonly failOn: FailOn;
  readonly received: Received;
  /** One entry a pinned version, in the order of the pins. */
  readonly versions: readonly VersionVerdict[];
  /** Sorted: level, count descending, ruleId, where. */
  readonly findings: readonly Finding[];
  /** Findings beyond the cap of a rule: how often they occurred; not listed. */
  readonly findingsOmitted: readonly {
    readonly ruleId: string;
    readonly semconv: string;
    readonly level: Level;
    readonly count: number;
  }[];
  /** Each rule that ran, per version, with its outcomes; sorted by ruleId, then pin. */
  readonly rules: readonly RuleOutcomes[];
  /** What was seen, by service and instrumentation scope. */
  readonly sources: readonly Source[];
  /** Input that could not be read or was refused; bounded. */
  readonly problems: readonly Problem[];
  /** How the calls of a ledger and the spans go together; only of a run with a ledger. */
  readonly ledger?: LedgerSummary;
  /** What became of the spans that were sent; only of a run with a ledger that tells of them. */
  readonly sent?: SentSummary;
}

export type Verdict = "pass" | "fail" | "inconclusive";
export type Level = "violation" | "improvement" | "information";
export type FailOn = Level | "never";

export interface Reason {
  /** Stable kebab-case id, such as `nothing-received`, `no-genai-telemetry`, `request-refused`, `findings`, `command-failed`. */
  readonly code: string;
  readonly message: string;
  /** The next step. */
  readonly fix: string;
}

export interface Run {
  readonly mode: "files" | "command" | "sink";
  /** Names of the files read, `-` for stdin. */
  readonly inputs: readonly string[];
  readonly command?: {
    readonly argv: readonly string[];
    /** null when it was ended by a signal. */
    readonly exitCode: number | null;
    readonly signal: string | null;
  };
}

export interface Received {
  /** Export requests accepted (or records of a file). */
  readonly requests: number;
  readonly spans: number;
  readonly logs: number;
  readonly metrics: number;
  /** Requests the sink refused, whatever the reason. */
  readonly refused: number;
  /** Spans, events and metrics that are of a gen_ai or mcp type (carry such a key, or such a name). */
  readonly genai: { readonly spans: number; readonly logs: number; readonly metrics: number };
}

export interface VersionVerdict {
  readonly semconv: string;
  readonly verdict: Verdict;
  readonly preview: boolean;
  /** Distinct findings, and how often they occurred. */
  readonly findings: { readonly [level in Level]: { readonly distinct: number; readonly count: number } };
  /** How many spans were resolved to each span type; `ambiguous` and `untyped` stand beside the types. */
  readonly spanTypes: readonly { readonly type: string; readonly spans: number }[];
}

export interface Where {
  readonly service: string;
  readonly scope: string;
  /**
   * The span's name (shortened; secrets masked), "" for a finding about a resource or a scope. Of a call without a span the name that
   * it would have: operation and model.
   */
  readonly span: string;
  /** The span type of the pinned version, `ambiguous` or `untyped`; "" where none applies. */
  readonly spanType: string;
  /** The attribute key, "" where none applies. */
  readonly attribute: string;
  /** JSON pointer into a message's content, such as `/0/parts/2/content`; "" where none applies. */
  readonly path: string;
}

export interface Finding {
  readonly ruleId: string;
  readonly level: Level;
  readonly semconv: string;
  readonly where: Where;
  /** Four beats: where, expected, actual, what to do. */
  readonly message: string;
  readonly expected: string;
  readonly actual: string;
  readonly fix: string;
  /** URL of the clause that asks for it. */
  readonly clause: string;
  /** Facts of the message for machines. */
  readonly context: { readonly [name: string]: string | number | boolean | readonly string[] };
  /** Stable over runs: hash of rule, version and where. */
  readonly fingerprint: string;
  readonly count: number;
  /** The first few spans it was seen on. */
  readonly examples: readonly Example[];
}

export interface Example {
  readonly traceId: string;
  readonly spanId: string;
  /** The offending value, shortened and masked; absent for message content. */
  readonly value?: string;
}

export interface RuleOutcomes {
  readonly ruleId: string;
  readonly semconv: string;
  readonly title: string;
  /** Outcomes are counted per subject (span, resource …) and key the rule looked at. */
  readonly pass: number;
  readonly fail: number;
  readonly cannotTell: number;
  readonly notApplicable: number;
  readonly error: number;
}

export interface Source {
  readonly service: string;
  readonly scope: string;
  readonly scopeVersion: string;
  readonly schemaUrl: string;
  readonly spans: number;
  readonly genaiSpans: number;
}

/** Each call is counted once, and so is each span of a model call. */
export interface LedgerSummary {
  /** Who kept the ledger: a fake provider that was called, or a generator that made the spans itself. */
  readonly source: "provider" | "scenario";
  /** Whether no call is missing from it. */
  readonly whole: boolean;
  /** Requests to a model, each attempt of a client's own retries by itself. */
  readonly calls: number;
  /** Inference and embeddings spans. */
  readonly spans: number;
  /** Calls with a span, by the strongest evidence for it. */
  readonly matched: { readonly byResponseId: number; readonly byTraceparent: number; readonly byTime: number };
  /** Earlier attempts of a call that was retried: they share its span. */
  readonly retriedWithin: number;
  readonly callsWithoutSpan: number;
  /** Spans of a call that has another one. */
  readonly furtherSpans: number;
  readonly spansWithoutCall: number;
  readonly cannotTell: { readonly calls: number; readonly spans: number };
  readonly apis: readonly {
    readonly api: string;
    readonly calls: number;
    /** Calls without the earlier attempts of retries: as many spans are expected. */
    readonly operations: number;
    readonly withSpan: number;
    /** Those that surely have none. */
    readonly withoutSpan: number;
  }[];
  /** Paths asked for that the provider does not serve; bounded. */
  readonly unknownRoutes: readonly { readonly method: string; readonly path: string; readonly count: number }[];
}

/** Spans; each stands once in each count that it belongs to. */
export interface SentSummary {
  /** Whether no sent span is missing from the ledger. */
  readonly whole: boolean;
  /** That were sent, taken or not. */
  readonly spans: number;
  /** That the target said it had taken. */
  readonly acknowledged: number;
  /** That are here under their own ids. */
  readonly arrived: number;
  /** Acknowledged, and not here. */
  readonly lost: number;
  readonly duplicated: number;
  readonly altered: number;
  /** Here in another trace. */
  readonly split: number;
  /** Arrivals of spans that stand in no ledger. */
  readonly notSent: number;
}

export interface Problem {
  /** File and byte or line, or the client's request. */
  readonly where: string;
  readonly expected: string;
  readonly actual: string;
  readonly fix: string;
  readonly count: number;
}
