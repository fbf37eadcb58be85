import type { CallRule } from "./rule.ts";

/** The trace context that a request carries; sending none is nobody's duty. */
export const callTraceparent: CallRule = {
  scope: "call",
  meta: {
    id: "call-traceparent",
    title: "A request carries the context of its own span",
    levels: ["violation", "information"],
    why: "With it, what a gateway or a self-hosted model does is found in the caller's trace; a wrong one puts it into somebody else's.",
    fix: "Make the span the active one while the request is sent, and let the HTTP client's instrumentation write the header.",
    clause: () => "https://www.w3.org/TR/trace-context/#traceparent-header",
    weaver: null,
  },
  check({ traceparent, span }, context) {
    if (traceparent.kind === "absent") {
      return context.fail({
        level: "information",
        expected: "a traceparent header, if the provider is to see the caller's trace",
        actual: "a request without one; no clause obliges a client to send it",
        fix: "Instrument the HTTP client, if the provider or a gateway is yours; for one that is not, nothing is to be done.",
      });
    }
    if (traceparent.kind === "malformed") {
      return context.fail({
        level: "violation",
        expected: "version-traceid-parentid-flags as W3C Trace Context has them",
        actual: `a malformed traceparent: ${traceparent.why}`,
        fix: "Let the SDK's W3C propagator write the header.",
      });
    }
    const leads = span?.traceparentLeads;
    if (span === undefined || leads === undefined) return context.notApplicable();
    if (leads === "to this span" || leads === "into its trace") return context.pass();
    if (span.undecided.has("traceparent")) return context.cannotTell();
    context.fail({
      level: "violation",
      expected: "a traceparent of the call's own span, or of one in its trace",
      actual: `a traceparent that leads ${leads}`,
      fix: "Make the span the active one while its request is sent; headers of another request must not be used again.",
    });
  },
};
