import type { RequestPosition } from "./patch.ts";
import { placeWord, seedWord, spanWord, traceWord } from "./request-words.ts";
import type { SpanIdentity } from "./template.ts";

export interface SpanIds {
  readonly traceId: string;
  readonly spanId: string;
  /** "" for a root. */
  readonly parentSpanId: string;
}

/** The ids, in hex, that a span of a template has in request k, as `patch` writes them. */
export function idsOf(
  { trace, span, parent }: SpanIdentity,
  { seed, k }: Pick<RequestPosition, "seed" | "k">,
): SpanIds {
  const first = hex(spanWord(seed, k));
  return {
    traceId: hex(seedWord(seed)) + hex(k) + hex(traceWord(seed, k, trace)) + hex(placeWord(trace)),
    spanId: first + hex(placeWord(span)),
    parentSpanId: parent === undefined ? "" : first + hex(placeWord(parent)),
  };
}

const hex = (word: number): string => word.toString(16).padStart(8, "0");
