import { spellingKey } from "./spelling.ts";
import type { Spec, SpanType } from "./spec.ts";

/** What typing reads of a span: presence of keys, the span kind, and the three values that tell types apart. */
export interface TypingFacts {
  has(key: string): boolean;
  readonly kind: string;
  readonly operation: string | undefined;
  readonly provider: string | undefined;
  readonly method: string | undefined;
}

/**
 * The span types that fit. One: typed. Several: ambiguous, and only what all of them ask for may be judged. None: untyped, the
 * span is no operation this version describes (or the data does not show which).
 */
export interface Typing {
  readonly candidates: readonly SpanType[];
  /** Id of the type for reports: the upstream span id, `ambiguous` or `untyped`. */
  readonly label: string;
}

/** Span typing: MCP method, then operation name, then identifying attributes; then kind, then the provider's own table. */
export function typeSpan(spec: Spec, facts: TypingFacts): Typing {
  const candidates = narrowByKind(candidatesOf(spec, facts), facts.kind).map((type) =>
    refine(spec, type, facts.provider),
  );
  const [only, second] = candidates;
  return { candidates, label: only === undefined ? "untyped" : second === undefined ? only.span.id : "ambiguous" };
}

function candidatesOf(spec: Spec, facts: TypingFacts): SpanType[] {
  if (facts.method !== undefined) {
    // A tool execution span may carry MCP attributes of the call inside it; it stays a tool execution (mcp.md, execute_tool).
    if (facts.operation === "execute_tool" && facts.kind === "INTERNAL") return pick(spec, ["execute_tool"]);
    return pick(spec, ["mcp.client", "mcp.server"]);
  }
  if (facts.operation !== undefined) return byOperation(spec, facts.operation);
  return byIdentifyingKeys(spec, facts);
}

function byOperation(spec: Spec, operation: string): SpanType[] {
  const spelled = spellingKey(operation);
  const types = [...spec.types.values()].filter((type) =>
    type.overlay.operations.some((name) => spellingKey(name) === spelled),
  );
  // Before embeddings had a span of their own (1.33), they were inference spans.
  const embeddings = types.filter((type) => type.type === "embeddings");
  return embeddings.length > 0 ? embeddings : types;
}

/** Kinds of spans that take requests or pass messages on: a model and its provider there say whom the application calls. */
const kindsOfApplications: ReadonlySet<string> = new Set(["SERVER", "PRODUCER", "CONSUMER"]);

function byIdentifyingKeys(spec: Spec, facts: TypingFacts): SpanType[] {
  if (kindsOfApplications.has(facts.kind)) return [];
  // Frameworks sum the tokens of many calls up on a span of their own, which is INTERNAL.
  const shows = (key: string): boolean =>
    facts.has(key) && (facts.kind === "CLIENT" || !key.startsWith("gen_ai.usage."));
  const fits = [...spec.types.values()].filter(({ overlay }) => {
    if (!overlay.identifiedBy.some(shows)) return false;
    return overlay.identifiedOnlyWith === undefined || overlay.identifiedOnlyWith.some((key) => facts.has(key));
  });
  const own = fits.filter((type) => type.type !== "inference");
  // The keys that show inference (model, provider, tokens) stand in other tables too: a key only the other type has decides.
  const told = own.length === 1 && fits.length === 2 && own[0]!.type !== "fetch_response" ? own : fits;
  // Agent frameworks put model and tokens on their own agent spans: both may be meant.
  const agent = ["gen_ai.agent.name", "gen_ai.agent.id"].some((key) => facts.has(key));
  return agent && told.some((type) => type.type === "inference")
    ? [...told, ...pick(spec, ["invoke_agent.client", "invoke_agent.internal"])]
    : told;
}

/** Drops types that this kind rules out, unless that leaves none: then the kind itself is wrong and all stay. */
function narrowByKind(types: readonly SpanType[], kind: string): readonly SpanType[] {
  if (types.length < 2) return types;
  const fitting = types.filter((type) => type.kinds.has(kind) || type.conditionalKinds.has(kind));
  return fitting.length > 0 ? fitting : types;
}

function refine(spec: Spec, type: SpanType, provider: string | undefined): SpanType {
  if (provider === undefined) return type;
  return spec.providerType(type.type, provider) ?? type;
}

function pick(spec: Spec, types: readonly string[]): SpanType[] {
  return types.flatMap((type) => spec.types.get(type) ?? []);
}
