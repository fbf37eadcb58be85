import { createHash } from "node:crypto";
import { compareFindings, compareRuleOutcomes, compareSources, levels } from "../../src/result/order.ts";
import type {
  Finding,
  Level,
  Reason,
  Received,
  Result,
  RuleOutcomes,
  Source,
  Where,
  LedgerSummary,
  SentSummary,
} from "../../src/result/result.ts";
import { reachesFailOn, worst } from "../../src/result/verdict.ts";

const core = "https://github.com/open-telemetry/semantic-conventions/blob";
const clauses: Record<string, string> = {
  "1.36.0": `${core}/v1.36.0/docs/gen-ai/gen-ai-spans.md`,
  "1.41.1": `${core}/v1.41.1/docs/gen-ai/gen-ai-spans.md`,
  "genai-2026-08-03":
    "https://github.com/open-telemetry/semantic-conventions-genai/blob/fe5608e/docs/gen-ai/gen-ai-spans.md",
};
const old = "1.36.0";
const core41 = "1.41.1";
const august = "genai-2026-08-03";
const both = [core41, august];
const all = [old, core41, august];

const traceloop = "@traceloop/instrumentation-openai";
const official = "@opentelemetry/instrumentation-openai";
const python = "opentelemetry.instrumentation.openai_v2";

/** What one rule says about one place, in each of `versions`; `{v}` in a text stands for the version. */
interface Saying {
  readonly rule: string;
  readonly level: Level;
  readonly versions: readonly string[];
  readonly service?: string;
  readonly scope: string;
  readonly span?: string;
  readonly spanType?: string;
  readonly attribute?: string;
  readonly path?: string;
  readonly expected: string;
  readonly actual: string;
  readonly fix: string;
  readonly count: number;
  readonly value?: string;
  readonly context?: Finding["context"];
}

function findingsOf(saying: Saying): Finding[] {
  const where: Where = {
    service: saying.service ?? (saying.scope === python ? "rag-worker" : "checkout-assistant"),
    scope: saying.scope,
    span: saying.span ?? "chat gpt-4o",
    spanType: saying.spanType ?? "gen_ai.inference.client",
    attribute: saying.attribute ?? "",
    path: saying.path ?? "",
  };
  return saying.versions.map((semconv): Finding => {
    const [expected, actual, fix] = [saying.expected, saying.actual, saying.fix].map((text) =>
      text.replaceAll("{v}", semconv),
    ) as [string, string, string];
    const place = [where.service, where.scope, where.span, where.attribute, where.path]
      .filter((part) => part !== "")
      .join(" › ");
    const id = (text: string, length: number): string =>
      createHash("sha256")
        .update(JSON.stringify([saying.rule, where, text]))
        .digest("hex")
        .slice(0, length);
    return {
      ruleId: saying.rule,
      level: saying.level,
      semconv,
      where,
      message: `${place}: expected ${expected}; got ${actual}. ${fix}`,
      expected,
      actual,
      fix,
      clause: clauses[semconv] ?? "",
      context: saying.context ?? (saying.attribute === undefined ? {} : { attribute: saying.attribute }),
      fingerprint: id(semconv, 16),
      count: saying.count,
      examples: Array.from({ length: Math.min(saying.count, 3) }, (_, n) => ({
        traceId: id(`trace ${n}`, 32),
        spanId: id(`span ${n}`, 16),
        ...(saying.value === undefined ? {} : { value: saying.value }),
      })),
    };
  });
}

const sayings: readonly Saying[] = [
  {
    rule: "required-attribute-missing",
    level: "violation",
    versions: both,
    scope: traceloop,
    attribute: "gen_ai.provider.name",
    expected: "gen_ai.provider.name (string), required on gen_ai.inference.client",
    actual: 'no such attribute; gen_ai.system = "OpenAI", which {v} has renamed',
    fix: 'Set gen_ai.provider.name to "openai" and stop sending gen_ai.system.',
    count: 64,
  },
  {
    rule: "required-attribute-missing",
    level: "violation",
    versions: both,
    scope: official,
    span: "embeddings text-embedding-3-small",
    spanType: "gen_ai.embeddings.client",
    attribute: "gen_ai.operation.name",
    expected: "gen_ai.operation.name (string), required on gen_ai.embeddings.client",
    actual: "no such attribute",
    fix: 'Set gen_ai.operation.name to "embeddings" when the span starts.',
    count: 8,
  },
  {
    rule: "deprecated-attribute",
    level: "violation",
    versions: both,
    scope: official,
    attribute: "gen_ai.system",
    expected: "gen_ai.provider.name, which replaced gen_ai.system in 1.37.0",
    actual: 'gen_ai.system = "openai"',
    fix: "Send gen_ai.provider.name in its place; the instrumentation's next major does.",
    count: 48,
    value: "openai",
  },
  {
    rule: "deprecated-attribute",
    level: "violation",
    versions: all,
    scope: traceloop,
    attribute: "gen_ai.usage.prompt_tokens",
    expected: "gen_ai.usage.input_tokens, which replaced gen_ai.usage.prompt_tokens in 1.27.0",
    actual: "gen_ai.usage.prompt_tokens = 412",
    fix: "Send gen_ai.usage.input_tokens (int).",
    count: 64,
    value: "412",
  },
  {
    rule: "attribute-type",
    level: "violation",
    versions: all,
    scope: traceloop,
    attribute: "gen_ai.response.finish_reasons",
    expected: "an array of strings",
    actual: "a string that holds JSON",
    fix: "Set the attribute to the array itself, not to its JSON text.",
    count: 61,
    value: '["stop"]',
  },
  {
    rule: "attribute-type",
    level: "violation",
    versions: [august],
    scope: python,
    attribute: "gen_ai.request.top_k",
    expected: "an int ({v} changed it from double)",
    actual: "a double with a fraction",
    fix: "Send a whole number.",
    count: 2,
    value: "40.5",
  },
  {
    rule: "span-kind",
    level: "violation",
    versions: all,
    scope: python,
    span: "embeddings text-embedding-3-large",
    spanType: "gen_ai.embeddings.client",
    expected: "kind CLIENT on gen_ai.embeddings.client",
    actual: "kind INTERNAL",
    fix: "Start the span with kind CLIENT.",
    count: 12,
  },
  {
    rule: "span-name",
    level: "violation",
    versions: all,
    scope: traceloop,
    span: "openai.chat",
    expected: 'the name "chat gpt-4o", from {gen_ai.operation.name} {gen_ai.request.model}',
    actual: 'the name "openai.chat"',
    fix: 'Name the span "chat gpt-4o".',
    count: 64,
  },
  {
    rule: "error-type",
    level: "violation",
    versions: all,
    scope: official,
    attribute: "error.type",
    expected: "error.type (string) on a span whose status is ERROR",
    actual: "status ERROR and no error.type",
    fix: 'Set error.type to the exception\'s class or the HTTP status code, such as "429".',
    count: 4,
  },
  {
    rule: "message-content",
    level: "violation",
    versions: [august],
    scope: python,
    attribute: "gen_ai.input.messages",
    path: "/2/parts/0/id",
    expected: "a tool_call_response part to carry id and response",
    actual: 'a part of type "tool_call_response" without response (strict schema; the lenient one lets it pass)',
    fix: "Put the tool's result into the part's response field.",
    count: 9,
  },
  {
    rule: "conditionally-required-attribute-missing",
    level: "violation",
    versions: all,
    scope: official,
    attribute: "server.port",
    expected: "server.port (int), since server.address is set",
    actual: 'no such attribute; server.address = "127.0.0.1"',
    fix: "Set server.port to the port of the request's URL.",
    count: 48,
  },
  {
    rule: "enum-value",
    level: "violation",
    versions: all,
    scope: traceloop,
    attribute: "gen_ai.operation.name",
    expected: 'the listed value "chat"',
    actual: '"Chat", which differs in case only',
    fix: 'Send "chat".',
    count: 64,
    value: "Chat",
  },
  {
    rule: "recommended-attribute-missing",
    level: "improvement",
    versions: all,
    scope: official,
    attribute: "gen_ai.response.finish_reasons",
    expected: "gen_ai.response.finish_reasons (string[]) on an answered call",
    actual: "no such attribute",
    fix: "Copy the finish reason of each choice.",
    count: 6,
  },
  {
    rule: "recommended-attribute-missing",
    level: "improvement",
    versions: all,
    scope: python,
    attribute: "gen_ai.usage.output_tokens",
    expected: "gen_ai.usage.output_tokens (int) on an answered call",
    actual: "no such attribute",
    fix: "Ask for usage in streamed answers (stream_options.include_usage) and record it.",
    count: 5,
  },
  {
    rule: "status-ok",
    level: "improvement",
    versions: all,
    scope: traceloop,
    expected: "the status left unset when nothing failed",
    actual: "status OK",
    fix: "Leave the status unset in the instrumentation.",
    count: 60,
  },
  {
    rule: "unknown-attribute",
    level: "improvement",
    versions: all,
    scope: traceloop,
    attribute: "gen_ai.request.functions",
    expected: "an attribute that {v} defines; the closest is gen_ai.tool.definitions",
    actual: "gen_ai.request.functions, which no version defines",
    fix: "Move it to a namespace of your own, or send gen_ai.tool.definitions.",
    count: 16,
    context: { attribute: "gen_ai.request.functions", closest: "gen_ai.tool.definitions" },
  },
  {
    rule: "unknown-attribute",
    level: "improvement",
    versions: [old],
    scope: python,
    attribute: "gen_ai.provider.name",
    expected: "an attribute that {v} defines; gen_ai.system has this meaning there",
    actual: "gen_ai.provider.name, which came with 1.37.0",
    fix: "Send gen_ai.system, or pin 1.37.0 or newer.",
    count: 31,
    context: { attribute: "gen_ai.provider.name", since: "1.37.0" },
  },
  {
    rule: "service-name",
    level: "improvement",
    versions: all,
    scope: official,
    service: "unknown_service:node",
    span: "",
    spanType: "",
    attribute: "service.name",
    expected: "a service.name of your own",
    actual: '"unknown_service:node", the SDK\'s placeholder',
    fix: "Set OTEL_SERVICE_NAME.",
    count: 1,
    value: "unknown_service:node",
  },
  {
    rule: "metric-name-as-attribute",
    level: "improvement",
    versions: both,
    scope: traceloop,
    attribute: "gen_ai.client.token.usage",
    expected: "gen_ai.client.token.usage as a metric",
    actual: "a span attribute of that name",
    fix: "Record the histogram and drop the span attribute.",
    count: 3,
  },
  {
    rule: "enum-value",
    level: "information",
    versions: all,
    scope: python,
    attribute: "gen_ai.provider.name",
    expected: "a listed provider, or one of your own",
    actual: '"my-gateway", which is not listed',
    fix: "Nothing to do if this gateway is not one of the listed providers.",
    count: 31,
    value: "my-gateway",
  },
  {
    rule: "message-content-captured",
    level: "information",
    versions: both,
    scope: python,
    attribute: "gen_ai.input.messages",
    expected: "content only when the user opted in",
    actual: "message content is captured",
    fix: "Nothing to do if this was meant; otherwise set OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT=NO_CONTENT.",
    count: 31,
  },
  {
    rule: "deprecated-attribute",
    level: "information",
    versions: all,
    scope: official,
    attribute: "rpc.system",
    expected: "rpc.system.name",
    actual: "rpc.system",
    fix: "Outside the gen_ai conventions; update the RPC instrumentation when it suits you.",
    count: 2,
    value: "grpc",
  },
  {
    rule: "recommended-attribute-missing",
    level: "information",
    versions: all,
    scope: official,
    attribute: "server.address",
    expected: "server.address (string), if it is available",
    actual: "no such attribute",
    fix: "Set it to the host of the request's URL.",
    count: 8,
  },
  {
    rule: "span-kind",
    level: "information",
    versions: all,
    scope: python,
    span: "chat llama-3.1-8b",
    expected: "kind CLIENT, or INTERNAL when the model runs in the same process",
    actual: "kind INTERNAL",
    fix: "Nothing to do if the model runs in the same process.",
    count: 7,
  },
];

const titles: Record<string, readonly [title: string, pass: number, cannotTell: number]> = {
  "attribute-type": ["Attributes have the type the conventions give them", 1204, 0],
  "conditionally-required-attribute-missing": ["Attributes whose condition holds are set", 212, 37],
  "deprecated-attribute": ["No deprecated attribute is sent", 1310, 0],
  "enum-value": ["Listed values are spelt as listed", 388, 0],
  "error-type": ["error.type is set exactly when the status is ERROR", 147, 0],
  "message-content": ["Message content has the conventions' shape", 44, 6],
  "message-content-captured": ["Message content is captured only on request", 116, 0],
  "metric-name-as-attribute": ["No metric's name is used as a span attribute", 1580, 0],
  "recommended-attribute-missing": ["Recommended attributes that must have been known are set", 640, 118],
  "required-attribute-missing": ["Required attributes are set", 301, 0],
  "service-name": ["The resource has a service.name of its own", 2, 0],
  "span-kind": ["Spans have a kind the conventions allow", 132, 14],
  "span-name": ["Span names follow the template", 87, 3],
  "status-ok": ["The status is left unset when nothing failed", 91, 0],
  "unknown-attribute": ["gen_ai and mcp attributes are known", 1493, 0],
};

const sources: readonly Source[] = [
  { service: "checkout-assistant", scope: official, scopeVersion: "0.21.0", schemaUrl: "", spans: 56, genaiSpans: 56 },
  {
    service: "checkout-assistant",
    scope: traceloop,
    scopeVersion: "0.27.0",
    schemaUrl: "",
    spans: 64,
    genaiSpans: 64,
  },
  {
    service: "checkout-assistant",
    scope: "@opentelemetry/instrumentation-http",
    scopeVersion: "0.223.0",
    schemaUrl: "",
    spans: 240,
    genaiSpans: 0,
  },
  {
    service: "rag-worker",
    scope: python,
    scopeVersion: "2.4b0",
    schemaUrl: "https://opentelemetry.io/schemas/1.37.0",
    spans: 31,
    genaiSpans: 31,
  },
  { service: "unknown_service:node", scope: official, scopeVersion: "0.21.0", schemaUrl: "", spans: 8, genaiSpans: 8 },
];

/** A Result that is consistent in itself: counts, verdicts and order follow from the findings. */
function resultOf(given: {
  readonly pins: readonly string[];
  readonly findings: readonly Finding[];
  readonly received: Received;
  readonly sources: readonly Source[];
  readonly rules: readonly RuleOutcomes[];
  readonly reasons?: readonly Reason[];
  readonly inconclusive?: boolean;
}): Result {
  const failOn = "violation";
  const versions = given.pins.map((semconv) => {
    const own = given.findings.filter((finding) => finding.semconv === semconv);
    const tally = (level: Level): { distinct: number; count: number } => {
      const ofLevel = own.filter((finding) => finding.level === level);
      return { distinct: ofLevel.length, count: ofLevel.reduce((sum, finding) => sum + finding.count, 0) };
    };
    return {
      semconv,
      verdict: own.some((finding) => reachesFailOn(finding.level, failOn))
        ? "fail"
        : given.inconclusive
          ? "inconclusive"
          : "pass",
      preview: semconv.endsWith("-preview"),
      findings: { violation: tally("violation"), improvement: tally("improvement"), information: tally("information") },
      spanTypes:
        given.received.genai.spans === 0
          ? []
          : [
              { type: "gen_ai.embeddings.client", spans: 20 },
              { type: "gen_ai.inference.client", spans: given.received.genai.spans - 20 },
              { type: "untyped", spans: given.received.spans - given.received.genai.spans },
            ],
    } as const;
  });
  const verdict = worst(versions.map((version) => version.verdict));
  const failing = versions.filter((version) => version.verdict === "fail");
  return {
    $schema: "https://otel-genai-testkit.dev/schema/result-1.0.schema.json",
    schemaVersion: "1.0",
    tool: { name: "otel-genai-testkit", version: "0.1.0" },
    startedAt: "2026-11-21T10:15:30.250Z",
    durationMs: 4182,
    verdict,
    reasons:
      given.reasons ??
      (verdict === "fail"
        ? [
            {
              code: "findings",
              message: `The telemetry breaks ${failing.map((v) => `${v.semconv} in ${v.findings.violation.distinct}`).join(", ")} distinct ways.`,
              fix: "Fix the violations below, most frequent first, or pin the version your instrumentation follows with --semconv.",
            },
          ]
        : []),
    run: { mode: "command", inputs: [], command: { argv: ["node", "app.js"], exitCode: 0, signal: null } },
    semconv: { pins: given.pins, chosenBy: given.pins.length > 1 ? "option" : "default" },
    failOn,
    received: given.received,
    versions,
    findings: given.findings.toSorted(compareFindings),
    findingsOmitted: [],
    rules: given.rules.toSorted(compareRuleOutcomes(given.pins)),
    sources: given.sources.toSorted(compareSources),
    problems: [],
  };
}

function ruleOutcomes(pins: readonly string[], findings: readonly Finding[]): RuleOutcomes[] {
  return pins.flatMap((semconv) =>
    Object.entries(titles).map(([ruleId, [title, pass, cannotTell]]): RuleOutcomes => {
      const fail = findings
        .filter((finding) => finding.ruleId === ruleId && finding.semconv === semconv)
        .reduce((sum, finding) => sum + finding.count, 0);
      const applies = !(ruleId.startsWith("message-content") && semconv === old);
      return {
        ruleId,
        semconv,
        title,
        pass: applies ? pass : 0,
        fail,
        cannotTell: applies ? cannotTell : 0,
        notApplicable: applies ? 12 : 159,
        error: 0,
      };
    }),
  );
}

const received: Received = {
  requests: 23,
  spans: 399,
  logs: 18,
  metrics: 12,
  refused: 0,
  genai: { spans: 159, logs: 18, metrics: 4 },
};

/** Three pinned versions, each broken in its own way. */
export function failingResult(): Result {
  const findings = sayings.flatMap(findingsOf);
  return resultOf({ pins: all, findings, received, sources, rules: ruleOutcomes(all, findings) });
}

/** The newest version, kept; two improvements and some information remain. */
export function passingResult(): Result {
  const findings = sayings
    .flatMap(findingsOf)
    .filter(
      (finding) =>
        finding.semconv === core41 &&
        (finding.level === "information" || ["status-ok", "service-name"].includes(finding.ruleId)),
    );
  return resultOf({ pins: [core41], findings, received, sources, rules: ruleOutcomes([core41], findings) });
}

/** Spans came, none of them of a gen_ai type. */
export function inconclusiveResult(): Result {
  return resultOf({
    pins: [core41],
    findings: [],
    received: { requests: 4, spans: 240, logs: 0, metrics: 0, refused: 0, genai: { spans: 0, logs: 0, metrics: 0 } },
    sources: sources.filter((source) => source.genaiSpans === 0),
    rules: ruleOutcomes([core41], []).map((outcome) => ({ ...outcome, pass: 0, cannotTell: 0, notApplicable: 240 })),
    inconclusive: true,
    reasons: [
      {
        code: "no-genai-telemetry",
        message: "240 spans were received, but no span, event or metric of a gen_ai or mcp type.",
        fix: "Check that the instrumentation covers the installed client: @opentelemetry/instrumentation-openai and @traceloop/instrumentation-openai make no span and no warning for openai 7.",
      },
    ],
  });
}

/** Every optional property and every list in use, so that schema and type can be held against each other. */
/** Calls of two APIs: all but one chat have a span, no embeddings call has. */
function ledgerSummary(): LedgerSummary {
  return {
    source: "provider",
    whole: false,
    calls: 14,
    spans: 11,
    matched: { byResponseId: 6, byTraceparent: 1, byTime: 1 },
    retriedWithin: 2,
    callsWithoutSpan: 3,
    furtherSpans: 1,
    spansWithoutCall: 1,
    cannotTell: { calls: 1, spans: 1 },
    apis: [
      { api: "openai.chat_completions", calls: 12, operations: 10, withSpan: 8, withoutSpan: 1 },
      { api: "openai.embeddings", calls: 2, operations: 2, withSpan: 0, withoutSpan: 2 },
    ],
    unknownRoutes: [{ method: "POST", path: "/v1/audio/speech", count: 2 }],
  };
}

function sentSummary(): SentSummary {
  return {
    whole: true,
    spans: 1200,
    acknowledged: 1180,
    arrived: 1170,
    lost: 4,
    duplicated: 3,
    altered: 2,
    split: 1,
    notSent: 5,
  };
}

export function fullResult(): Result {
  const failing = failingResult();
  return {
    ...failing,
    run: {
      mode: "command",
      inputs: ["spans.pb", "-"],
      command: { argv: ["node", "app.js"], exitCode: null, signal: "SIGKILL" },
    },
    findingsOmitted: [{ ruleId: "unknown-attribute", semconv: august, level: "improvement", count: 140 }],
    ledger: ledgerSummary(),
    sent: sentSummary(),
    problems: [
      {
        where: "spans.pb, byte 40960",
        expected: "an ExportTraceServiceRequest of 1824 bytes",
        actual: "the file ends after 611",
        fix: "Copy the file again once its writer has closed it.",
        count: 1,
      },
    ],
  };
}

/** Many distinct findings, for the reports' bounds. */
export function hugeResult(distinct: number): Result {
  const findings = Array.from({ length: distinct }, (_, n) =>
    findingsOf({
      rule: "unknown-attribute",
      level: levels[n % levels.length] as Level,
      versions: [core41],
      scope: traceloop,
      attribute: `gen_ai.custom.attribute_${n}`,
      expected: "an attribute that {v} defines",
      actual: `gen_ai.custom.attribute_${n}, which no version defines`,
      fix: "Move it to a namespace of your own.",
      count: distinct - n,
    }),
  ).flat();
  return resultOf({ pins: [core41], findings, received, sources, rules: ruleOutcomes([core41], findings) });
}

/** One thing said of twelve span names, by both versions of all but one of them; and one said of a single span. */
export function manySpansResult(): Result {
  const models = Array.from({ length: 12 }, (_, n) => `chat model-${String(n).padStart(2, "0")}`);
  const deprecated = models.map((span, n): Saying => ({
    rule: "deprecated-attribute",
    level: "violation",
    versions: n === 11 ? [august] : both,
    scope: official,
    span,
    attribute: "gen_ai.system",
    expected: "gen_ai.provider.name",
    actual: "gen_ai.system, deprecated before {v}",
    fix: "Send gen_ai.provider.name instead.",
    count: n === 0 ? 5 : 1,
  }));
  const content: Saying = {
    rule: "message-schema",
    level: "violation",
    versions: both,
    scope: traceloop,
    attribute: "gen_ai.tool.definitions",
    path: "/0/name",
    expected: 'a field "name"',
    actual: 'no field "name"',
    fix: "Give the tool a name.",
    count: 4,
  };
  const findings = [...deprecated, content].flatMap(findingsOf);
  return resultOf({ pins: both, findings, received, sources, rules: ruleOutcomes(both, findings) });
}

/** A finding whose every text was written by somebody who means harm. */
export function hostileResult(text: string): Result {
  const base = passingResult();
  const findings = findingsOf({
    rule: "span-name",
    level: "violation",
    versions: [core41],
    service: text,
    scope: text,
    span: text,
    spanType: text,
    attribute: text,
    path: text,
    expected: text,
    actual: text,
    fix: text,
    count: 1,
    value: text,
  }).map((finding) => ({ ...finding, fingerprint: text, clause: `javascript:alert(1)//${text}`, message: text }));
  return {
    ...base,
    verdict: "fail",
    reasons: [{ code: "findings", message: text, fix: text }],
    run: { mode: "command", inputs: [text], command: { argv: [text], exitCode: 1, signal: null } },
    findings,
    rules: [
      { ruleId: text, semconv: core41, title: text, pass: 1, fail: 1, cannotTell: 1, notApplicable: 0, error: 1 },
    ],
    sources: [{ service: text, scope: text, scopeVersion: text, schemaUrl: text, spans: 1, genaiSpans: 1 }],
    problems: [{ where: text, expected: text, actual: text, fix: text, count: 1 }],
  };
}
