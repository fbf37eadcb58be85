import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { KitError } from "../../src/cli/kit-error.ts";
import { maxRequestBytesOf } from "../../src/cli/run-options.ts";
import type { Result } from "../../src/result/result.ts";
import { exportByGrpc } from "../sink/grpc-export.ts";
import { goodSpan, tracesJson, tracesProtobuf } from "./otlp-samples.ts";
import { cli } from "./run-cli.ts";
import { startSinkCommand } from "./running-sink.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "genai-testkit-limit-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const large = { ...goodSpan, "app.padding": "x".repeat(1_200_000) };

test("sink --max-request-mb bounds requests before and after decompression, and says so", async () => {
  const { child, end, httpUrl, grpcUrl } = await startSinkCommand(["--max-request-mb", "1"]);
  const post = async (body: Uint8Array, headers: { readonly [name: string]: string } = {}): Promise<number> => {
    const type = { "content-type": "application/json" };
    const init = { method: "POST", headers: { ...type, ...headers }, body: new Uint8Array(body) };
    return (await fetch(`${httpUrl}/v1/traces`, init)).status;
  };
  expect(await post(Buffer.from(tracesJson(large)))).toBe(413);
  expect(await post(gzipSync(tracesJson(large)), { "content-encoding": "gzip" })).toBe(413);
  expect((await exportByGrpc({ url: grpcUrl, body: tracesProtobuf(large) })).code).toBe(8);
  const channelOptions = { "grpc.default_compression_algorithm": 2 };
  expect((await exportByGrpc({ url: grpcUrl, body: tracesProtobuf(large), channelOptions })).code).toBe(8);
  expect(await post(Buffer.from(tracesJson(goodSpan)))).toBe(200);
  child.kill("SIGTERM");
  const result = JSON.parse((await end).stdout) as Result;
  expect([result.verdict, result.received.spans, result.received.refused]).toEqual(["inconclusive", 1, 4]);
  expect(result.problems.map(({ expected }) => expected)).toEqual(
    Array.from({ length: 4 }, () => "at most 1048576 bytes"),
  );
  expect(result.problems[0]?.fix).toContain("--max-request-mb");
});

test("check --max-request-mb bounds what a command sends", async () => {
  const program = join(folder, "sends.mjs");
  writeFileSync(
    program,
    `const url = process.env.OTEL_EXPORTER_OTLP_ENDPOINT + "/v1/traces";
     const headers = { "content-type": "application/json" };
     const reply = await fetch(url, { method: "POST", headers, body: ${JSON.stringify(tracesJson(large))} });
     console.log("answered", reply.status);`,
  );
  const args = ["check", "--semconv", "1.41.1", "--json"];
  const bounded = await cli([...args, "--max-request-mb", "1", "--", "node", program]);
  expect(bounded.stderr).toContain("answered 413");
  const result = JSON.parse(bounded.stdout) as Result;
  expect([bounded.code, result.verdict, result.received.refused]).toEqual([1, "inconclusive", 1]);
  const roomy = await cli([...args, "--", "node", program]);
  expect([roomy.code, (JSON.parse(roomy.stdout) as Result).received.spans]).toEqual([0, 1]);
});

test.each(["0", "-1", "1.5", "257", "64MB", "", "1e2"])("%j megabytes are none", (text) => {
  expect(() => maxRequestBytesOf(text)).toThrow(KitError);
});

test("megabytes are of 1024 times 1024 bytes", () => {
  expect([maxRequestBytesOf("1"), maxRequestBytesOf("256")]).toEqual([1 << 20, 1 << 28]);
});
