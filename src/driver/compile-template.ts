import type { Span, TracesData } from "../otlp/model.ts";
import { ByteWriter } from "./byte-writer.ts";
import { HoleTable } from "./hole-table.ts";
import type { Message } from "./message-fields.ts";
import type { SpanIdentity, Template } from "./template.ts";
import { JsonTemplateWriter } from "./write-json.ts";
import { ProtobufTemplateWriter } from "./write-protobuf.ts";

/** Keeps all times within the nineteen digits and 64 bits that they are written in, for two centuries from now. */
const CENTURY_NANOS = 3_155_760_000_000_000_000n;

export interface CompiledTemplate {
  readonly template: Template;
  /** Where each span's ids come from, in the order of the spans; a span whose own ids are none is undefined. */
  readonly identities: readonly (SpanIdentity | undefined)[];
}

/**
 * Encodes an Export request whose ids and times can be changed in place afterwards. Ids that are equal in `data` stay equal in
 * every request made from it, and differ from those of every other request. Uses no API of a host.
 *
 * An id that OTLP calls invalid (of another length, or all zero) and a time of zero stay as they are.
 *
 * @throws {RangeError} when times lie more than 100 years apart
 */
export function compileTemplate(data: TracesData, format: Template["format"]): CompiledTemplate {
  const spans = data.resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans));
  const { first, last } = timeRange(spans);
  if (last - first > CENTURY_NANOS) {
    throw new RangeError(
      "the times of one request lie more than 100 years apart; send such spans in requests of their own",
    );
  }
  const holes = new HoleTable(format, first);
  const identities = spans.map((span) => identityOf(span, holes));
  const out = new ByteWriter();
  const writer = format === "protobuf" ? new ProtobufTemplateWriter(out, holes) : new JsonTemplateWriter(out, holes);
  writer.message("ExportTraceServiceRequest", data as unknown as Message);
  const template: Template = {
    format,
    bytes: out.finish(),
    ...holes.build(out.marks),
    spanCount: spans.length,
    traceCount: new Set(identities.map((identity) => identity?.trace)).size,
    durationMs: Math.ceil(Number(last - first) / 1e6),
  };
  return { template, identities };
}

function identityOf({ traceId, spanId, parentSpanId }: Span, holes: HoleTable): SpanIdentity | undefined {
  const trace = holes.tracePlace(traceId);
  const span = holes.spanPlace({ traceId, spanId });
  if (trace === undefined || span === undefined) return undefined;
  return { trace, span, parent: holes.spanPlace({ traceId, spanId: parentSpanId }) };
}

/** The earliest and the latest time of the spans and their events; zero means that none was set. */
function timeRange(spans: readonly Span[]): { first: bigint; last: bigint } {
  let first = 0n;
  let last = 0n;
  for (const span of spans) {
    const times = [span.startTimeUnixNano, span.endTimeUnixNano, ...span.events.map((event) => event.timeUnixNano)];
    for (const time of times) {
      if (time !== 0n && (first === 0n || time < first)) first = time;
      if (time > last) last = time;
    }
  }
  return { first, last };
}
