import { mkdtempSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { decodeJson } from "../../src/otlp/decode-json.ts";
import { decodeProtobuf } from "../../src/otlp/decode-protobuf.ts";
import { readTelemetryFile } from "../../src/otlp/read-telemetry.ts";
import { Journal, JournalError } from "../../src/sink/journal.ts";
import { dumpMessage } from "../otlp/dump-request.ts";
import { logsJson, metricsJson, protobufOf, spanJson, tracesJson } from "../otlp/sample-requests.ts";
import { openSink } from "./open-sink.ts";

const path = (): string => join(mkdtempSync(join(tmpdir(), "journal-")), "saved.jsonl");
const traces = decodeProtobuf("traces", protobufOf(tracesJson([spanJson(1)])));

test("each request is one line that reads back as it was, in a file of its owner's only", () => {
  const file = path();
  const journal = Journal.open(file);
  const requests = [
    traces,
    decodeProtobuf("logs", protobufOf(logsJson)),
    decodeProtobuf("metrics", protobufOf(metricsJson)),
  ];
  for (const request of requests) journal.append(request);
  journal.close();
  const lines = readFileSync(file, "utf8").split("\n");
  expect(lines.pop()).toBe("");
  expect(lines).toHaveLength(3);
  expect(requests.map((request, index) => dumpMessage(decodeJson(request.signal, lines[index] ?? "")))).toEqual(
    requests.map(dumpMessage),
  );
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

test("a file is continued, and a torn last line ended first", async () => {
  const file = path();
  for (let run = 0; run < 2; run++) {
    const journal = Journal.open(file);
    journal.append(traces);
    journal.close();
  }
  const whole = readFileSync(file);
  writeFileSync(file, whole.subarray(0, -20));
  const journal = Journal.open(file);
  journal.append(traces);
  journal.close();
  const items = [];
  for await (const item of readTelemetryFile(file)) items.push("problem" in item ? "problem" : item.request.signal);
  expect(items).toEqual(["traces", "problem", "traces"]);
});

test("a file that others could read is theirs no more once content goes into it", () => {
  const file = path();
  writeFileSync(file, "", { mode: 0o644 });
  Journal.open(file).close();
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

test("a path that cannot be written is named, with what to do", () => {
  const folder = tmpdir();
  expect(() => Journal.open(join(folder, "no", "such", "folder", "x"))).toThrow(JournalError);
  expect(() => Journal.open(folder)).toThrow(/--save .*expected a file that can be written.*Give a path/);
});

describe("in a sink", () => {
  const post = (url: string): Promise<Response> =>
    fetch(`${url}/v1/traces`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(tracesJson([spanJson(1)])),
    });

  test("a request is in the file before it is judged and acknowledged", async () => {
    const file = path();
    const journal = Journal.open(file);
    const seen: number[] = [];
    const { sink } = await openSink({
      journal,
      onRequest: () => seen.push(readFileSync(file, "utf8").split("\n").length - 1),
    });
    for (let index = 0; index < 3; index++) expect((await post(sink.httpUrl)).status).toBe(200);
    expect(seen).toEqual([1, 2, 3]);
    journal.close();
  });

  test("a request that cannot be saved is not acknowledged, and may be sent again", async () => {
    const journal = Journal.open(path());
    const { sink, taken, refused } = await openSink({ journal });
    journal.close();
    const reply = await post(sink.httpUrl);
    expect([reply.status, reply.headers.get("retry-after")]).toEqual([503, "5"]);
    expect(taken).toEqual([]);
    expect(refused).toMatchObject([{ where: "the file of --save", httpStatus: 503 }]);
  });
});
