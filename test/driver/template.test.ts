import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compileTemplate } from "../../src/driver/compile-template.ts";
import { patch, type RequestPosition } from "../../src/driver/patch.ts";
import { idsOf } from "../../src/driver/span-ids.ts";
import type { Template } from "../../src/driver/template.ts";
import { decodeJson } from "../../src/otlp/decode-json.ts";
import { decodeProtobuf } from "../../src/otlp/decode-protobuf.ts";
import { protobufRoot } from "../../src/otlp/message-types.ts";
import type { TracesData } from "../../src/otlp/model.ts";
import { dataOf, tracesRequest } from "../../src/otlp/object-view.ts";
import type { TraceRequest } from "../../src/otlp/view.ts";
import { arbitraryMessage, asProtobufObject } from "../otlp/arbitrary-message.ts";
import { dumpMessage } from "../otlp/dump-request.ts";
import { agentRequest } from "./agent-request.ts";

const formats = ["protobuf", "json"] as const;
const startMs = Date.UTC(2026, 10, 21, 12, 30, 15, 250);
const position: RequestPosition = { seed: 7, k: 3, startMs };

function made(template: Template, at: RequestPosition = position): Uint8Array {
  const bytes = template.bytes.slice();
  patch(template, new DataView(bytes.buffer), at);
  return bytes;
}

function decode(template: Template, at?: RequestPosition): TraceRequest {
  const bytes = made(template, at);
  return template.format === "protobuf"
    ? decodeProtobuf("traces", bytes)
    : decodeJson("traces", Buffer.from(bytes).toString());
}

/** Each id by the place where it was first seen, times after the earliest one: what is the same in all requests of a template. */
function withoutIdentity(request: TraceRequest): unknown {
  const spans: bigint[] = [];
  const visitTimes = (value: unknown): void => {
    if (typeof value !== "object" || value === null) return;
    for (const [key, inner] of Object.entries(value)) {
      if (key.endsWith("TimeUnixNano") || key === "timeUnixNano") spans.push(inner as bigint);
      else visitTimes(inner);
    }
  };
  const dump = dumpMessage(request);
  visitTimes(dump);
  const set = spans.filter((time) => time !== 0n);
  const origin = set.reduce((least, time) => (time < least ? time : least), set[0] ?? 0n);
  const places = new Map<string, number>();
  const place = (id: string, whole: string): number | string => {
    if (/^0*$/.test(id)) return id;
    if (!places.has(whole)) places.set(whole, places.size);
    return places.get(whole) as number;
  };
  const rename = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(rename);
    if (typeof value !== "object" || value === null) return value;
    const { traceId } = value as { traceId?: string };
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => {
        if (key === "traceId") return [key, place(inner as string, inner as string)];
        if (key === "spanId" || key === "parentSpanId") {
          // Under a trace id that is none, a span id stays as it is.
          return [key, /^0*$/.test(traceId ?? "") ? inner : place(inner as string, `${traceId}/${String(inner)}`)];
        }
        if (key.endsWith("imeUnixNano")) return [key, inner === 0n ? 0n : (inner as bigint) - origin];
        return [key, rename(inner)];
      }),
    );
  };
  return rename(dump);
}

describe.each(formats)("a %s template", (format) => {
  test("decodes to the trace it was made from, with other ids and all times shifted alike", () => {
    const data = agentRequest(4);
    const { template } = compileTemplate(data, format);
    const request = decode(template);
    expect(withoutIdentity(request)).toEqual(withoutIdentity(tracesRequest(data)));
    expect([template.spanCount, template.traceCount]).toEqual([64, 4]);
  });

  test("keeps whatever a trace request can hold", () => {
    const type = protobufRoot().lookupType("ExportTraceServiceRequest");
    fc.assert(
      fc.property(arbitraryMessage("ExportTraceServiceRequest"), (sent) => {
        const bytes = type.encode(type.fromObject(asProtobufObject(sent))).finish();
        const data = withinYears(dataOf(decodeProtobuf("traces", bytes)) as TracesData);
        const { template } = compileTemplate(data, format);
        expect(withoutIdentity(decode(template))).toEqual(withoutIdentity(tracesRequest(data)));
      }),
      { numRuns: 300 },
    );
  });

  test("is the same bytes for one seed, number and start, whatever stood in the buffer before", () => {
    const { template } = compileTemplate(agentRequest(2), format);
    const bytes = template.bytes.slice();
    const view = new DataView(bytes.buffer);
    for (const k of [9, 0, 3]) patch(template, view, { ...position, k });
    expect(Buffer.from(bytes).equals(made(template))).toBe(true);
    for (const other of [{ seed: 8 }, { k: 4 }, { startMs: startMs + 20_000 }]) {
      expect(Buffer.from(bytes).equals(made(template, { ...position, ...other }))).toBe(false);
    }
  });

  test("starts at most a unit of time before the time that was asked for, even where a trace lasts for minutes", () => {
    const { template } = compileTemplate(agentRequest(2, { turnMs: 20_000 }), format);
    const unitMs = format === "protobuf" ? 2 ** 32 / 1e6 : 10_000;
    const starts: bigint[] = [];
    const ends: bigint[] = [];
    decode(template).forEachSpan((span) => {
      starts.push(span.startTimeUnixNano);
      ends.push(span.endTimeUnixNano);
    });
    const [first] = starts.sort() as [bigint];
    const early = startMs - Number(first / 1_000_000n);
    expect(early).toBeGreaterThanOrEqual(0);
    expect(early).toBeLessThanOrEqual(unitMs + 1);
    expect((ends.sort().at(-1) as bigint) - first).toBe(319_999_999_999n);
    expect(template.durationMs).toBe(320_000);
  });

  test("has at most eight holes a span, of words that are few for a request of hundreds of spans", () => {
    const { template } = compileTemplate(agentRequest(32), format);
    // JSON writes an id's word as eight digits, two holes, and a time's as three.
    expect(template.offsets.length / template.spanCount).toBeLessThanOrEqual(format === "protobuf" ? 8.2 : 20);
    expect(template.wordEnds.length).toBeLessThanOrEqual(format === "protobuf" ? 40 : 80);
  });

  test("tells each span's ids without decoding", () => {
    const { template, identities } = compileTemplate(agentRequest(3), format);
    const told = identities.map((identity) => identity && idsOf(identity, position));
    const found: unknown[] = [];
    decode(template).forEachSpan(({ traceId, spanId, parentSpanId }) => found.push({ traceId, spanId, parentSpanId }));
    expect(told).toEqual(found);
  });

  test("leaves alone what is no id and a time that is not set", () => {
    const data = agentRequest(1);
    const span = data.resourceSpans[0]!.scopeSpans[0]!.spans[0]!;
    const broken = { ...span, traceId: Buffer.alloc(16), spanId: Buffer.alloc(8, 1), startTimeUnixNano: 0n };
    const resource = {
      ...data.resourceSpans[0]!,
      scopeSpans: [{ ...data.resourceSpans[0]!.scopeSpans[0]!, spans: [broken] }],
    };
    const { template, identities } = compileTemplate({ resourceSpans: [resource] }, format);
    expect(identities).toEqual([undefined]);
    decode(template).forEachSpan(({ traceId, spanId, startTimeUnixNano }) =>
      expect([traceId, spanId, startTimeUnixNano]).toEqual(["0".repeat(32), "01".repeat(8), 0n]),
    );
  });
});

test("a request whose times lie more than a century apart is refused", () => {
  const data = agentRequest(1, { turnMs: 250_000_000_000 });
  expect(() => compileTemplate(data, "json")).toThrow(/century|100 years/);
});

test("ids are all different over a million spans of one run", () => {
  const { template, identities } = compileTemplate(agentRequest(32), "protobuf");
  const spans = new Set<string>();
  const traces = new Set<string>();
  const requests = Math.ceil(1_000_000 / template.spanCount);
  for (let k = 0; k < requests; k++) {
    for (const identity of identities) {
      const { traceId, spanId } = idsOf(identity!, { seed: 1, k });
      spans.add(spanId);
      traces.add(traceId);
    }
  }
  expect([spans.size, traces.size]).toEqual([requests * 512, requests * 32]);
});

test("the bits that samplers read differ between the traces of one place", () => {
  const { identities } = compileTemplate(agentRequest(1), "protobuf");
  const kept = Array.from({ length: 4000 }, (_, k) => idsOf(identities[0]!, { seed: 5, k }).traceId).filter(
    (traceId) => Number.parseInt(traceId.slice(18, 24), 16) < 2 ** 24 / 4,
  );
  // A quarter of 4000, within six standard deviations.
  expect(Math.abs(kept.length - 1000)).toBeLessThan(6 * Math.sqrt(4000 * 0.25 * 0.75));
});

/** Any 64-bit times would reach over five centuries. */
function withinYears(data: TracesData): TracesData {
  const near = (time: bigint): bigint =>
    time === 0n ? 0n : 1_600_000_000_000_000_000n + (time % 1_000_000_000_000_000n);
  return mapMessages(data, (key, value) => (key.endsWith("imeUnixNano") ? near(value as bigint) : value)) as TracesData;
}

/** A copy in which each field of each message is what `map` makes of it; unset fields stay with the prototype that tells them. */
function mapMessages(value: unknown, map: (key: string, value: unknown) => unknown): unknown {
  if (Array.isArray(value)) return value.map((one) => mapMessages(one, map));
  if (typeof value !== "object" || value === null || Buffer.isBuffer(value)) return value;
  const changed = Object.entries(value).map(([key, inner]) => [key, mapMessages(map(key, inner), map)] as const);
  return Object.assign(Object.create(value), Object.fromEntries(changed));
}
