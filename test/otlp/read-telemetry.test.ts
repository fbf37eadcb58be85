import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync, zstdCompressSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readTelemetry, readTelemetryFile, type InputProblem } from "../../src/otlp/read-telemetry.ts";
import type { Signal } from "../../src/otlp/view.ts";
import { logsJson, metricsJson, protobufOf, record, spanJson, tracesJson } from "./sample-requests.ts";

interface Outcome {
  /** Names of spans, counts of the rest. */
  readonly items: string[];
  readonly where: string[];
  readonly problems: InputProblem[];
  readonly requests: number;
}

async function* chunked(bytes: Buffer, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function read(
  bytes: Buffer | string,
  { chunk = 65_536, signal }: { chunk?: number; signal?: Signal } = {},
): Promise<Outcome> {
  const items: string[] = [];
  const where: string[] = [];
  const problems: InputProblem[] = [];
  for await (const item of readTelemetry("in", chunked(Buffer.from(bytes), chunk), { signal })) {
    if ("problem" in item) {
      problems.push(item.problem);
      continue;
    }
    where.push(item.where);
    const { request } = item;
    if (request.signal === "traces") request.forEachSpan((span) => items.push(span.name));
    else items.push(`${request.signal} ${request.signal === "logs" ? request.recordCount : request.metricCount}`);
  }
  return { items, where, problems, requests: where.length };
}

const twoResources = tracesJson([spanJson(1), spanJson(2)], [spanJson(3)]);
const spans = ["span 1", "span 2", "span 3"];
const lines = [twoResources, logsJson, metricsJson, tracesJson([spanJson(4)])]
  .map((line) => JSON.stringify(line))
  .join("\n");
const mixed = [...spans, "logs 1", "metrics 1", "span 4"];
const records = Buffer.concat(
  [twoResources, logsJson, metricsJson, tracesJson([spanJson(4)])].map((one) => record(protobufOf(one))),
);

describe("formats", () => {
  const inputs: readonly (readonly [string, Buffer, readonly string[]])[] = [
    ["one JSON document", Buffer.from(JSON.stringify(twoResources)), spans],
    ["a pretty-printed JSON document", Buffer.from(JSON.stringify(twoResources, null, 2)), spans],
    ["a JSON document with a byte order mark", Buffer.from(`\ufeff${JSON.stringify(twoResources)}`), spans],
    ["lines of all signals", Buffer.from(`${lines}\n`), mixed],
    ["lines without a last line break", Buffer.from(lines), mixed],
    ["lines with \\r\\n and empty lines", Buffer.from(`\r\n${lines.replaceAll("\n", "\r\n\r\n")}\r\n`), mixed],
    ["one Export request in protobuf", protobufOf(twoResources), spans],
    ["a logs request in protobuf", protobufOf(logsJson), ["logs 1"]],
    ["a metrics request in protobuf", protobufOf(metricsJson), ["metrics 1"]],
    ["records of all signals", records, mixed],
    [
      "records compressed one by one",
      Buffer.concat([record(zstdCompressSync(protobufOf(twoResources))), record(gzipSync(protobufOf(logsJson)))]),
      [...spans, "logs 1"],
    ],
    ["compressed JSON records", record(zstdCompressSync(Buffer.from(JSON.stringify(twoResources)))), spans],
  ];

  test.each(inputs)("%s: plain, in gzip, in zstd, in any chunks", async (_, bytes, expected) => {
    for (const input of [bytes, gzipSync(bytes), zstdCompressSync(bytes)]) {
      for (const chunk of [1, 7, 100, 65_536]) {
        const outcome = await read(input, { chunk });
        expect(outcome.problems).toEqual([]);
        expect(outcome.items).toEqual(expected);
      }
    }
  });

  test("several gzip members and several zstd frames are one input", async () => {
    const half = lines.length >> 1;
    for (const compress of [gzipSync, zstdCompressSync]) {
      const input = Buffer.concat([
        compress(Buffer.from(lines.slice(0, half))),
        compress(Buffer.from(lines.slice(half))),
      ]);
      for (const chunk of [1, 64, 65_536]) expect((await read(input, { chunk })).items).toEqual(mixed);
    }
  });

  test("a line is one request, and says which line it was", async () => {
    const { where, requests } = await read(lines);
    expect(requests).toBe(4);
    expect(where).toEqual(["in, line 1", "in, line 2", "in, line 3", "in, line 4"]);
  });

  test("a file is read by its name", async () => {
    const folder = mkdtempSync(join(tmpdir(), "read-telemetry-"));
    const path = join(folder, "traces.whatever");
    writeFileSync(path, gzipSync(Buffer.from(lines)));
    const names: string[] = [];
    for await (const item of readTelemetryFile(path)) {
      if ("request" in item && item.request.signal === "traces")
        item.request.forEachSpan((span) => names.push(span.name));
    }
    expect(names).toEqual(["span 1", "span 2", "span 3", "span 4"]);
  });

  test("an empty input is nothing, and no problem", async () => {
    expect(await read("")).toEqual({ items: [], where: [], problems: [], requests: 0 });
  });
});

describe("size", () => {
  test("a JSON document of one line is read resource by resource", async () => {
    const resources = Array.from({ length: 40 }, (_, index) => [spanJson(index, { padding: 100_000 })]);
    const { items, requests, problems } = await read(JSON.stringify(tracesJson(...resources)));
    expect(problems).toEqual([]);
    expect(items).toHaveLength(40);
    expect(requests).toBeGreaterThan(2);
  });

  test("a protobuf request is read resource by resource", async () => {
    const resources = Array.from({ length: 40 }, (_, index) => [spanJson(index, { padding: 100_000 })]);
    const { items, requests, problems } = await read(protobufOf(tracesJson(...resources)));
    expect(problems).toEqual([]);
    expect(items).toHaveLength(40);
    expect(requests).toBeGreaterThan(2);
  });

  test("one resource of 20 MB is decoded in parts, each with the schema URL that stands behind its spans", async () => {
    const json = tracesJson(Array.from({ length: 200 }, (_, index) => spanJson(index, { padding: 100_000 })));
    const bytes = protobufOf({
      resourceSpans: json.resourceSpans.map((one) => ({ ...one, schemaUrl: "https://example.test/1" })),
    });
    for (const input of [bytes, record(bytes)]) {
      const names: string[] = [];
      let requests = 0;
      for await (const item of readTelemetry("in", chunked(input, 1 << 18))) {
        if (!("request" in item) || item.request.signal !== "traces") throw new Error(JSON.stringify(item));
        requests++;
        item.request.forEachSpan((span) => names.push(`${span.name} ${span.resource.schemaUrl}`));
      }
      expect(names).toEqual(Array.from({ length: 200 }, (_, index) => `span ${index} https://example.test/1`));
      expect(requests).toBeGreaterThan(3);
    }
  });

  test("one resource of more than 64 MiB is read in parts, each with its resource and scope", async () => {
    const bytes = protobufOf(
      tracesJson(Array.from({ length: 700 }, (_, index) => spanJson(index, { padding: 100_000 }))),
    );
    expect(bytes.length).toBeGreaterThan(64 << 20);
    let count = 0;
    let requests = 0;
    for await (const item of readTelemetry("in", chunked(bytes, 1 << 18))) {
      if (!("request" in item) || item.request.signal !== "traces") throw new Error(JSON.stringify(item));
      requests++;
      item.request.forEachSpan((span) => {
        expect(span.name).toBe(`span ${count++}`);
        expect(span.scope.name).toBe("test");
        expect(span.resource.attribute("service.name")).toEqual({ type: "string", value: "service-0" });
      });
    }
    expect(count).toBe(700);
    expect(requests).toBeGreaterThan(30);
  });
});

describe("damage", () => {
  const json = Buffer.from(JSON.stringify(twoResources));
  const message = protobufOf(twoResources);
  const whole: readonly (readonly [string, Buffer, readonly string[]])[] = [
    ["a JSON document", json, spans],
    ["lines", Buffer.from(lines), mixed],
    ["a protobuf message", message, spans],
    ["protobuf records", records, mixed],
    ["gzip", gzipSync(Buffer.from(lines)), mixed],
  ];

  test.each(whole)(
    "%s cut at every byte: what is whole is given, the rest is one problem with a place",
    async (_, bytes, all) => {
      // One byte of protobuf is a line break, and an empty line is nothing.
      for (let cut = 2; cut < bytes.length; cut++) {
        const { items, problems } = await read(bytes.subarray(0, cut), { chunk: 97 });
        expect(items).toEqual(all.slice(0, items.length));
        expect(problems.length).toBeLessThanOrEqual(1);
        // Only a cut between two pieces cannot be noticed: what follows it is whole.
        const unnoticed = items.length < all.length && problems.length === 0;
        const rest = unnoticed ? await read(bytes.subarray(cut)) : undefined;
        expect(rest?.problems ?? []).toEqual([]);
        for (const problem of problems) expect(problem.where).toMatch(/^in/);
      }
    },
  );

  test("a torn last line is reported and skipped, whole resources in it included", async () => {
    const torn = `${lines}\n${JSON.stringify(twoResources).slice(0, -2)}`;
    const { items, problems } = await read(torn);
    expect(items).toEqual(mixed);
    expect(problems).toEqual([expect.objectContaining({ where: "in, line 5", actual: "the end of the input" })]);
  });

  test("a line torn anywhere, with whole lines behind it, costs that line only", async () => {
    const line = JSON.stringify(tracesJson([spanJson(8, { name: 'quote " and \\ and {[' })]));
    const after = JSON.stringify(tracesJson([spanJson(9)]));
    for (let cut = 1; cut < line.length; cut++) {
      const { items, problems } = await read(`${lines}\n${line.slice(0, cut)}\n${after}\n`, { chunk: 50 });
      expect(items).toEqual([...mixed, "span 9"]);
      expect(problems).toHaveLength(1);
      expect(problems[0]?.where).toMatch(/^in, line [56]$/);
    }
  });

  test("a bad line costs that line only, and the problem says where and what", async () => {
    const bad = JSON.stringify(tracesJson([spanJson(8)])).replace('"kind":3', '"kind":"SPAN_KIND_CLIENT"');
    const { items, problems } = await read(`${lines}\n${bad}\n${JSON.stringify(logsJson)}`);
    expect(items).toEqual([...mixed, "logs 1"]);
    expect(problems).toEqual([
      expect.objectContaining({
        where: "in, line 5: resourceSpans[0].scopeSpans[0].spans[0].kind",
        expected: "an enum value as a number",
        actual: 'the string "SPAN_KIND_CLIENT"',
      }),
    ]);
  });

  test("a bad resource of a pretty-printed document is named by its line, and the others are read", async () => {
    const text = JSON.stringify(twoResources, null, 1);
    const bad = text.replace(/"b{15}3"/, '"abc"');
    const { items, problems } = await read(bad);
    expect(items).toEqual(["span 1", "span 2"]);
    const line = bad.slice(0, bad.indexOf('"abc"')).split("\n").length;
    expect(problems).toEqual([
      expect.objectContaining({ where: expect.stringContaining(`in, line ${line}: resourceSpans[0]`) }),
    ]);
  });

  test("a bad resource of a protobuf message costs that resource only", async () => {
    const bad = Buffer.from(message);
    bad.write("\xff\xff", bad.indexOf("span 3"), "latin1");
    const { items, problems } = await read(bad);
    expect(items).toEqual(["span 1", "span 2"]);
    expect(problems).toEqual([expect.objectContaining({ expected: "a string in UTF-8" })]);
  });

  test("any bytes at all end without an error", async () => {
    const starts = [
      Buffer.alloc(0),
      Buffer.from('{"resourceSpans":['),
      Buffer.from([0, 0, 0]),
      message.subarray(0, 40),
      json.subarray(0, 200),
      gzipSync(json).subarray(0, 30),
    ];
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...starts), fc.uint8Array({ maxLength: 300 }), async (start, rest) => {
        await read(Buffer.concat([start, rest]), { chunk: 16 });
      }),
      { numRuns: 500 },
    );
  });

  test("bytes flipped in a file never end in an error", async () => {
    const inputs = whole.map(([, bytes]) => bytes);
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...inputs),
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 }),
        async (input, flips) => {
          const bytes = Buffer.from(input);
          for (const [at, value] of flips) bytes[at % bytes.length] = value;
          await read(bytes);
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe("what it is", () => {
  test.each([
    [
      "JSON of another kind",
      '{"name": "otel-genai-testkit", "version": 1}',
      /resourceSpans, resourceLogs or resourceMetrics/,
      /name, version/,
    ],
    ["an empty JSON object", "{}", /resourceSpans/, /an empty object/],
    ["snake_case keys", '{"resource_spans": []}', /resourceSpans/, /resource_spans/],
    ["a JSON list", '[{"resourceSpans": []}]', /an OTLP\/JSON object/, /\[/],
    ["text", "hello, world\n", /OTLP\/JSON or OTLP protobuf/, /hello/],
    [
      "JSON that is not UTF-8",
      Buffer.from('{"resourceSpans": [{"schemaUrl": "\xff"}]}', "latin1"),
      /UTF-8/,
      /not UTF-8/,
    ],
    ["an image", Buffer.from("89504e470d0a1a0a0000000d49484452", "hex"), /OTLP/, /PNG/],
  ])("%s is a problem that says so", async (_, input, expected, actual) => {
    const { problems, items } = await read(input);
    expect(items).toEqual([]);
    expect(problems).toHaveLength(1);
    expect(problems[0]?.expected).toMatch(expected);
    expect(problems[0]?.actual).toMatch(actual);
    expect(problems[0]?.fix).not.toBe("");
  });

  test("a file that is not there, or a folder, is a problem", async () => {
    for (const [path, actual] of [
      [join(tmpdir(), "no", "such", "file"), "no such file"],
      [tmpdir(), "a folder"],
    ] as const) {
      const items = [];
      for await (const item of readTelemetryFile(path)) items.push(item);
      expect(items).toEqual([{ problem: expect.objectContaining({ where: path, actual }) }]);
    }
  });

  test("protobuf that may be several signals asks for --signal, and takes it", async () => {
    // A 16-byte name and an 8-byte description sit where a span has its ids.
    const ambiguous = protobufOf({
      resourceMetrics: [
        { scopeMetrics: [{ metrics: [{ name: "sixteen.bytes.ok", description: "8 bytes!", histogram: {} }] }] },
      ],
    });
    const { problems, items } = await read(ambiguous);
    expect(items).toEqual([]);
    expect(problems).toEqual([expect.objectContaining({ fix: expect.stringContaining("--signal") })]);
    expect((await read(ambiguous, { signal: "metrics" })).items).toEqual(["metrics 1"]);
    const inRecords = await read(Buffer.concat([record(ambiguous), record(protobufOf(logsJson))]));
    expect(inRecords.items).toEqual(["logs 1"]);
    expect(inRecords.problems).toHaveLength(1);
  });

  test("null for a list is an empty one, an object for it is a problem", async () => {
    expect((await read('{"resourceSpans": null}')).problems).toEqual([]);
    expect((await read('{"resourceSpans": {}}')).problems).toEqual([
      expect.objectContaining({ expected: "a JSON array", actual: "an object" }),
    ]);
  });
});
