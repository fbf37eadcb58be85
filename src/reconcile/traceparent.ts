/** The traceparent header (W3C Trace Context, section 3.2). */
export type Traceparent =
  | { readonly kind: "absent" }
  | { readonly kind: "malformed"; readonly why: string }
  | { readonly kind: "ok"; readonly traceId: string; readonly parentId: string; readonly sampled: boolean };

const format = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;

export function parseTraceparent(header: string | undefined): Traceparent {
  if (header === undefined) return { kind: "absent" };
  const [, version = "", traceId = "", parentId = "", flags = "", rest] = format.exec(header) ?? [];
  if (version === "") return malformed("not version-traceid-parentid-flags in lower-case hex");
  if (version === "ff") return malformed("version ff is forbidden");
  // A later version may add parts behind the flags.
  if (version === "00" && rest !== undefined) return malformed("version 00 has four parts");
  if (/^0+$/.test(traceId)) return malformed("a trace id of zeros");
  if (/^0+$/.test(parentId)) return malformed("a parent id of zeros");
  return { kind: "ok", traceId, parentId, sampled: (Number.parseInt(flags, 16) & 1) === 1 };
}

function malformed(why: string): Traceparent {
  return { kind: "malformed", why };
}
