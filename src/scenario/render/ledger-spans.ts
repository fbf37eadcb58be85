import type { LedgerSpan } from "../../ledger/ledger.ts";
import { spanFacts } from "../../otlp/span-facts.ts";
import type { TraceRequest } from "../../otlp/view.ts";

/** What a ledger tells of each span of a request that was written, and so counts as acknowledged. */
export function ledgerSpans(request: TraceRequest): LedgerSpan[] {
  const spans: LedgerSpan[] = [];
  request.forEachSpan((span) => {
    const { traceId, spanId, parentSpanId } = span;
    spans.push({ type: "span", traceId, spanId, parentSpanId, ...spanFacts(span), delivery: "acknowledged" });
  });
  return spans;
}
