import * as api from "@opentelemetry/api";
import { expect, test } from "vitest";
import { hops, type Headers } from "../../../src/driver/sdk/hop-propagators.ts";
import { loadSdk } from "../../../src/driver/sdk/load-sdk.ts";

const traceId = "0123456789abcdef0123456789abcdef";
const spanId = "fedcba9876543210";
const sent = api.trace.setSpanContext(api.ROOT_CONTEXT, { traceId, spanId, traceFlags: api.TraceFlags.SAMPLED });
const traceparent = `00-${traceId}-${spanId}-01`;
const b3 = `${traceId}-${spanId}-1`;

test.each([
  ["w3c", { traceparent }],
  ["b3", { b3 }],
  ["b3-multi", { "x-b3-traceid": traceId, "x-b3-spanid": spanId, "x-b3-sampled": "1" }],
  ["both", { traceparent, b3 }],
  ["none", {}],
  ["broken", { traceparent: traceparent.slice(0, 20) }],
] as const)("a hop by %s carries %j", async (mode, expected) => {
  const hop = hops(await loadSdk())[mode];
  const headers: Headers = {};
  hop.inject(sent, headers);
  expect(headers).toEqual(expected);
  const arrived = api.trace.getSpanContext(hop.extract(headers));
  if (mode === "none" || mode === "broken") expect(arrived).toBeUndefined();
  else expect(arrived).toMatchObject({ traceId, spanId, traceFlags: 1, isRemote: true });
});

test("what a hop carries by B3 is not read by one that expects W3C", async () => {
  const { w3c, b3: single } = hops(await loadSdk());
  const headers: Headers = {};
  single.inject(sent, headers);
  expect(api.trace.getSpanContext(w3c.extract(headers))).toBeUndefined();
});
