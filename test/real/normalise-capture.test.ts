import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { describe, expect, test } from "vitest";

import { captureFile, realClients } from "./clients.ts";
import { normaliseCapture } from "./normalise-capture.ts";

const folder = join(import.meta.dirname, "captures");

function request(spans: readonly object[]): string {
  return JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans }] }] });
}

/** One run: a root with two children, the first sent before it and the second after, at times and under ids of its own. */
function recording(start: bigint, id: (name: string) => string, port: string): string {
  const span = (name: string, parent: string, from: bigint, to: bigint): object => ({
    traceId: id("trace"),
    spanId: id(name),
    ...(parent === "" ? {} : { parentSpanId: id(parent) }),
    name,
    startTimeUnixNano: String(start + from),
    endTimeUnixNano: String(start + to),
    attributes: [{ key: "server.port", value: { intValue: port } }],
  });
  return `${request([span("first", "root", 1n, 4n), span("root", "", 0n, 9n)])}\n${request([span("second", "root", 5n, 6n)])}\n`;
}

describe("normaliseCapture", () => {
  test("makes two recordings of the same thing equal", () => {
    const one = recording(1_700_000_000n, (name) => `a-${name}`, "40001");
    const other = recording(1_900_000_000n, (name) => `b-${name}`, "50002");
    expect(one).not.toBe(other);
    expect(normaliseCapture(one)).toBe(normaliseCapture(other));
  });

  test("makes nothing of how the exporter cut a run into requests, or of the order of the signals", () => {
    const [first, second] = recording(1n, (name) => name, "1")
      .trim()
      .split("\n");
    const logs = JSON.stringify({
      resourceLogs: [{ scopeLogs: [{ logRecords: [{ timeUnixNano: "5", body: { stringValue: "x" } }] }] }],
    });
    const spans = [first, second].flatMap((line) => spansIn(line ?? ""));
    expect(normaliseCapture(`${logs}\n${request(spans)}\n`)).toBe(normaliseCapture(`${first}\n${second}\n${logs}\n`));
  });

  test("keeps a real difference", () => {
    const one = recording(1n, (name) => name, "1");
    expect(normaliseCapture(one)).not.toBe(normaliseCapture(one.replace('"name":"second"', '"name":"another"')));
  });

  test("keeps which span is whose child, and each child within its parent", () => {
    const spans = spansIn(normaliseCapture(recording(1n, (name) => name, "1")));
    const [first, root, second] = spans;
    if (first === undefined || root === undefined || second === undefined) throw new Error("a span is gone");
    for (const child of [first, second]) {
      expect(child.parentSpanId).toBe(root.spanId);
      expect(BigInt(child.startTimeUnixNano)).toBeGreaterThan(BigInt(root.startTimeUnixNano));
      expect(BigInt(child.endTimeUnixNano)).toBeLessThan(BigInt(root.endTimeUnixNano));
    }
    expect(BigInt(first.endTimeUnixNano)).toBeLessThan(BigInt(second.startTimeUnixNano));
  });

  test.each(readdirSync(folder))("finds nothing left to do in the committed %s", (name) => {
    const committed = readFileSync(join(folder, name), "utf8");
    expect(normaliseCapture(committed)).toBe(committed);
  });

  test("every client has a capture of each way it is run, and no capture is without its client", () => {
    const expected = realClients.flatMap((client) => client.variants.map((variant) => captureFile(client, variant)));
    expect(readdirSync(folder).map((name) => join(folder, name))).toEqual(expected.toSorted());
  });
});

interface SentSpan {
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
}

function spansIn(line: string): SentSpan[] {
  const { resourceSpans } = JSON.parse(line) as { resourceSpans: [{ scopeSpans: [{ spans: SentSpan[] }] }] };
  return resourceSpans[0].scopeSpans[0].spans;
}
