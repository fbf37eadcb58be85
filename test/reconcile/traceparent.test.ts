import { expect, test } from "vitest";

import { parseTraceparent } from "../../src/reconcile/traceparent.ts";

const trace = "4bf92f3577b34da6a3ce929d0e0e4736";
const parent = "00f067aa0ba902b7";

test.each([
  [`00-${trace}-${parent}-01`, true],
  [`00-${trace}-${parent}-00`, false],
  // Of a later version what is known is read, whatever follows.
  [`cc-${trace}-${parent}-03-what-the-future-brings`, true],
])("%s is read", (header, sampled) => {
  expect(parseTraceparent(header)).toEqual({ kind: "ok", traceId: trace, parentId: parent, sampled });
});

test.each([
  ["", "not version-traceid-parentid-flags"],
  [`00-${trace}-${parent}`, "not version-traceid-parentid-flags"],
  [`00-${trace.toUpperCase()}-${parent}-01`, "lower-case"],
  [`00-${trace}-${parent}-01-more`, "four parts"],
  [`ff-${trace}-${parent}-01`, "version ff"],
  [`00-${"0".repeat(32)}-${parent}-01`, "trace id of zeros"],
  [`00-${trace}-${"0".repeat(16)}-01`, "parent id of zeros"],
  [`00-${trace}-${parent}-01, 00-${trace}-${parent}-01`, "not version-traceid-parentid-flags"],
])("%j is malformed", (header, why) => {
  expect(parseTraceparent(header)).toMatchObject({ kind: "malformed", why: expect.stringContaining(why) });
});

test("none is none", () => {
  expect(parseTraceparent(undefined)).toEqual({ kind: "absent" });
});
