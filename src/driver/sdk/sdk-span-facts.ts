import { attributesDigest, type SpanFacts } from "../../otlp/span-facts.ts";
import type { RenderedSpan } from "../../scenario/render/render-trace.ts";
import { asSdkSends } from "./sdk-attributes.ts";

/** What arrives of a span that an SDK sends. */
export function sdkSpanFacts(
  service: string,
  { name, kind, failed, attributes }: Pick<RenderedSpan, "name" | "kind" | "failed" | "attributes">,
): SpanFacts {
  return {
    service,
    name,
    kind: kind.toLowerCase(),
    status: failed ? "error" : "unset",
    digest: attributesDigest(asSdkSends(attributes)),
  };
}
