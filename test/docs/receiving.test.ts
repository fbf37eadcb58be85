import { mkdtempSync, readFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { Checker } from "../../src/check/checker.ts";
import { buildResult } from "../../src/check/build-result.ts";
import type { SpanView } from "../../src/otlp/view.ts";
import { Journal } from "../../src/sink/journal.ts";
import type { Sink } from "../../src/sink/start-sink.ts";
import { protobufOf, spanJson, tracesJson } from "../otlp/sample-requests.ts";
import { exportByGrpc } from "../sink/grpc-export.ts";
import { openSink } from "../sink/open-sink.ts";

const readme = readFileSync(new URL("../../README.md", import.meta.url), "utf8");
const table = /<!-- receiving -->\n([^]*)<!-- \/receiving -->/.exec(readme)?.[1] ?? "";

const plain = spanJson(1) as { readonly [field: string]: unknown };
const proto = protobufOf(tracesJson([plain]));
const jsonType = "application/json";
const protobufType = "application/x-protobuf";

interface Outcome {
  readonly status: number;
  readonly type: string | null;
  readonly body: string;
}

async function post(
  sink: Sink,
  body: string | Buffer,
  type = jsonType,
  headers = {},
  path = "/v1/traces",
): Promise<Outcome> {
  const init = {
    method: "POST",
    headers: { "content-type": type, ...headers },
    body: new Uint8Array(Buffer.from(body)),
  };
  const reply = await fetch(`${sink.httpUrl}${path}`, init);
  return { status: reply.status, type: reply.headers.get("content-type"), body: await reply.text() };
}

/** Posts one span in JSON, written out so that it need not be what JSON.stringify would write; what `look` sees of it, or the status. */
async function spanOf<Seen>(fields: string, look: (span: SpanView) => Seen): Promise<Seen | number> {
  let seen: Seen | undefined;
  const { sink } = await openSink({
    onRequest: (request) => {
      if (request.signal === "traces") request.forEachSpan((span) => (seen = look(span)));
    },
  });
  const ids = `"traceId":"${plain["traceId"] as string}","spanId":"${plain["spanId"] as string}"`;
  const { status } = await post(
    sink,
    `{"resourceSpans":[{"scopeSpans":[{"spans":[{${fields.includes('"spanId"') ? "" : `${ids},`}${fields}}]}]}]}`,
  );
  return status === 200 ? (seen as Seen) : status;
}

const attribute = (value: string): string => `"attributes":[{"key":"a","value":${value}}]`;
function plainValue(span: SpanView): unknown {
  const value = span.attribute("a");
  return value !== undefined && "value" in value ? value.value : undefined;
}

const valueOf = (value: string): Promise<unknown> => spanOf(attribute(value), (span) => plainValue(span));
const nested = (depth: number): string =>
  `${'{"arrayValue":{"values":['.repeat(depth - 1)}{"boolValue":true}${"]}}".repeat(depth - 1)}`;

const rows: { readonly [what: string]: () => Promise<void> } = {
  "ids of zeros": async () => {
    const ids = (trace: string, span: string): string => `"traceId":"${trace}","spanId":"${span}"`;
    const zeros = ids("0".repeat(32), "0".repeat(16));
    expect(await spanOf(zeros, (span) => span.spanId)).toBe("0".repeat(16));
    const checker = new Checker(["1.41.1"]);
    const { sink } = await openSink({ onRequest: (request) => checker.accept(request) });
    const genai = '"attributes":[{"key":"gen_ai.operation.name","value":{"stringValue":"chat"}}]';
    await post(sink, `{"resourceSpans":[{"scopeSpans":[{"spans":[{${zeros},${genai}}]}]}]}`);
    expect(checker.summary().findings.map(({ ruleId }) => ruleId)).toContain("zero-ids");
  },
  "ids of another length, or missing on a span": async () => {
    const ids = (trace: string, span: string, more = ""): Promise<unknown> =>
      spanOf(`"traceId":"${trace}","spanId":"${span}"${more}`, (one) => one.traceId);
    expect(await ids("aB".repeat(16), "12".repeat(8), ',"parentSpanId":"","links":[{}]')).toBe("ab".repeat(16));
    expect(await ids("ab".repeat(15), "12".repeat(8))).toBe(400);
    expect(await ids("ab".repeat(16), "12".repeat(9))).toBe(400);
    expect(await ids("zz".repeat(16), "12".repeat(8))).toBe(400);
    expect(await ids("ab".repeat(16), "")).toBe(400);
    expect(await ids("ab".repeat(16), "12".repeat(8), ',"parentSpanId":"12"')).toBe(400);
  },
  "an attribute key twice": async () => {
    const file = join(mkdtempSync(join(tmpdir(), "receiving-")), "saved.ndjson");
    const journal = Journal.open(file);
    let first: unknown;
    const { sink } = await openSink({
      journal,
      onRequest: (request) => {
        if (request.signal === "traces") request.forEachSpan((span) => (first = plainValue(span)));
      },
    });
    const attributes = [1, 2].map((value) => ({ key: "a", value: { intValue: value } }));
    await post(sink, JSON.stringify(tracesJson([{ ...plain, attributes }])));
    journal.close();
    expect(first).toBe(1n);
    expect(readFileSync(file, "utf8").match(/"key":"a"/g)).toHaveLength(2);
  },
  "unknown fields": async () => {
    expect(await spanOf('"name":"n","later":{"traceId":[1]},"__proto__":1', (span) => span.name)).toBe("n");
    const { sink, taken } = await openSink();
    // Field 99 of the request, a varint.
    expect((await post(sink, Buffer.concat([proto, Buffer.from([0x98, 0x06, 0x01])]), protobufType)).status).toBe(200);
    expect(taken).toEqual(["traces 1: span 1"]);
  },
  "a field twice": async () => {
    expect(await spanOf('"name":"a","name":"b"', (span) => span.name)).toBe(400);
    expect(await spanOf('"name":"a","later":1,"later":2', (span) => span.name)).toBe("a");
    const { sink, taken } = await openSink();
    expect((await post(sink, Buffer.concat([proto, proto]), protobufType)).status).toBe(200);
    expect(taken).toEqual(["traces 2: span 1, span 1"]);
  },
  "a value nested deeper than 64": async () => {
    expect(await spanOf(attribute(nested(64)), (span) => span.attributeType(0))).not.toBe(400);
    expect(await spanOf(attribute(nested(65)), (span) => span.attributeType(0))).toBe(400);
  },
  "int64 in JSON": async () => {
    for (const written of ["9007199254740993", '"9007199254740993"']) {
      expect(await valueOf(`{"intValue":${written}}`)).toBe(9007199254740993n);
    }
    expect(await spanOf('"startTimeUnixNano":1700000000000000001', (span) => span.startTimeUnixNano)).toBe(
      1700000000000000001n,
    );
    expect([await valueOf('{"intValue":1e3}'), await valueOf('{"intValue":1.0}')]).toEqual([1000n, 1n]);
    expect([await valueOf('{"intValue":1.5}'), await valueOf('{"intValue":"9223372036854775808"}')]).toEqual([
      400, 400,
    ]);
  },
  "doubles in JSON": async () => {
    for (const [written, value] of [
      ["0.5", 0.5],
      ['"0.5"', 0.5],
      ['"NaN"', Number.NaN],
      ['"-Infinity"', Number.NEGATIVE_INFINITY],
    ] as const) {
      expect(await valueOf(`{"doubleValue":${written}}`)).toBe(value);
    }
    expect(await valueOf('{"doubleValue":"inf"}')).toBe(400);
  },
  "enums in JSON": async () => {
    expect([await spanOf('"kind":3', (span) => span.kind), await spanOf('"kind":77', (span) => span.kind)]).toEqual([
      3, 77,
    ]);
    expect(await spanOf('"kind":"SPAN_KIND_CLIENT"', (span) => span.kind)).toBe(400);
  },
  "null in JSON": async () => {
    expect(await spanOf('"name":null,"attributes":null', (span) => [span.name, span.attributeCount])).toEqual(["", 0]);
  },
  "JSON of another type": async () => {
    for (const fields of [
      '"name":1',
      '"kind":true',
      '"attributes":{}',
      attribute('{"boolValue":"true"}'),
      attribute('{"stringValue":1}'),
    ]) {
      expect([fields, await spanOf(fields, () => "taken")]).toEqual([fields, 400]);
    }
  },
  "bytes after the message": async () => {
    const { sink } = await openSink();
    const json = JSON.stringify(tracesJson([plain]));
    expect((await post(sink, ` ${json}\r\n`)).status).toBe(200);
    expect((await post(sink, `${json}\n${json}`)).status).toBe(400);
    expect((await post(sink, `${json}x`)).status).toBe(400);
    expect((await post(sink, Buffer.concat([proto, Buffer.from([0xff])]), protobufType)).status).toBe(400);
  },
  "text that is not UTF-8": async () => {
    const { sink } = await openSink();
    const [before, after] = JSON.stringify(tracesJson([plain])).split("span 1") as [string, string];
    expect(
      (await post(sink, Buffer.concat([Buffer.from(before), Buffer.from([0xc3]), Buffer.from(after)]))).status,
    ).toBe(400);
    expect(
      (await post(sink, Buffer.from(proto.toString("latin1").replace("span 1", "span \xff"), "latin1"), protobufType))
        .status,
    ).toBe(400);
  },
  "a request without telemetry": async () => {
    const checker = new Checker(["1.41.1"]);
    const { sink } = await openSink({ onRequest: (request) => checker.accept(request) });
    expect([(await post(sink, "{}")).status, (await post(sink, "", protobufType)).status]).toEqual([200, 200]);
    expect(sink.received).toMatchObject({ requests: 2, spans: 0, refused: 0 });
    const facts = {
      run: { mode: "sink", inputs: [] },
      pins: ["1.41.1"],
      pinsChosenBy: "option",
      failOn: "violation",
      startedAt: new Date(),
      durationMs: 0,
      toolVersion: "0",
      refused: 0,
      problems: [],
    } as const;
    expect(buildResult(checker.summary(), facts).reasons.map(({ code }) => code)).toEqual(["nothing-received"]);
  },
  "media types": async () => {
    const { sink } = await openSink();
    const json = JSON.stringify(tracesJson([plain]));
    expect((await post(sink, json, "Application/JSON; charset=utf-8")).type).toBe(jsonType);
    expect((await post(sink, proto, "APPLICATION/x-protobuf; a=b")).type).toBe(protobufType);
    for (const type of ["application/json; charset=utf-16", "application/protobuf", "text/plain"]) {
      expect((await post(sink, json, type)).status).toBe(415);
    }
    expect(await post(sink, "no", protobufType)).toMatchObject({ status: 400, type: protobufType });
    const unknown = await post(sink, json, "text/plain");
    expect([unknown.type, Object.keys(JSON.parse(unknown.body) as object)]).toEqual([jsonType, ["code", "message"]]);
  },
  paths: async () => {
    const { sink } = await openSink();
    for (const path of ["/v1/traces", "/v1/logs?a=b", "/v1/metrics?"])
      expect((await post(sink, "{}", jsonType, {}, path)).status).toBe(200);
    for (const path of ["/", "/v1/traces/", "/V1/traces", "/v1/profiles"])
      expect((await post(sink, "{}", jsonType, {}, path)).status).toBe(404);
  },
  compression: async () => {
    const { sink } = await openSink();
    const members = Buffer.concat([gzipSync("{"), gzipSync("}")]);
    for (const encoding of ["gzip", "x-gzip"])
      expect((await post(sink, members, jsonType, { "content-encoding": encoding })).status).toBe(200);
    expect((await post(sink, "{}", jsonType, { "content-encoding": "identity" })).status).toBe(200);
    for (const encoding of ["deflate", "br", "zstd"])
      expect((await post(sink, "{}", jsonType, { "content-encoding": encoding })).status).toBe(415);
    const deflate = { "grpc.default_compression_algorithm": 1 };
    expect((await exportByGrpc({ url: sink.grpcUrl, body: proto, channelOptions: deflate })).code).toBe(12);
  },
  "partial success": async () => {
    const { sink } = await openSink();
    const twoSpans = (second: object): string => JSON.stringify(tracesJson([plain, second]));
    expect(await post(sink, twoSpans(plain))).toMatchObject({ status: 200, body: "{}" });
    expect((await post(sink, twoSpans({ ...plain, spanId: "12" }))).status).toBe(400);
    expect(sink.received.spans).toBe(2);
  },
  "both protocols on one port": async () => {
    const { sink, taken, refused } = await openSink({ eitherPort: 0 });
    const url = sink.eitherUrl ?? "";
    expect((await post({ ...sink, httpUrl: url }, JSON.stringify(tracesJson([plain])))).status).toBe(200);
    expect((await exportByGrpc({ url, body: proto })).code).toBe(0);
    expect(taken).toHaveLength(2);
    await exportByGrpc({ url: sink.httpUrl, body: proto });
    const socket = connect(sink.grpcPort, "127.0.0.1", () => socket.end("POST /v1/traces HTTP/1.1\r\nhost: x\r\n\r\n"));
    socket.on("error", () => undefined).resume();
    await expect.poll(() => refused.map(({ transport }) => transport).toSorted()).toEqual(["grpc", "http"]);
    for (const { fix } of refused) expect(fix).toMatch(/OTLP\/HTTP to (the HTTP|this) port/);
  },
};

test("README's table of what the sink does has the rows that are tested here", () => {
  const cells = [...table.matchAll(/^\| ([^|]+) \|/gm)].map(([, cell]) => cell).filter((cell) => cell !== "what comes");
  expect(cells).toEqual(Object.keys(rows));
});

test.each(Object.entries(rows))("%s", async (_, check) => check());
