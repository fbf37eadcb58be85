import { OTLPTraceExporter as GrpcTraceExporter } from "@opentelemetry/exporter-trace-otlp-grpc";
import { OTLPTraceExporter as ProtoTraceExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import { BasicTracerProvider, BatchSpanProcessor } from "@opentelemetry/sdk-trace-base";
import { expect, onTestFinished, test, vi } from "vitest";
import { protobufRoot } from "../../src/otlp/message-types.ts";
import { protobufOf, spanJson, tracesJson } from "../otlp/sample-requests.ts";
import { exportByGrpc } from "./grpc-export.ts";
import { openSink } from "./open-sink.ts";

const token = "not-a-real-token.~+/==";
const body = protobufOf(tracesJson([spanJson(1)]));

const attempts: readonly (readonly [string, string | undefined, string | undefined])[] = [
  ["the token", `Bearer ${token}`, undefined],
  ["the scheme in other letters and more blanks", `bearer   ${token}`, undefined],
  ["no header", undefined, "none"],
  ["an empty header", "", "another scheme"],
  ["the token without a scheme", token, "another scheme"],
  ["another scheme", `Basic ${token}`, "another scheme"],
  ["the scheme alone", "Bearer", "another token"],
  ["another token", "Bearer not-a-real-token", "another token"],
  ["a longer token", `Bearer ${token}x`, "another token"],
  ["the token in other letters", `Bearer ${token.toUpperCase()}`, "another token"],
];

test.each(attempts)("HTTP: %s", async (_, authorization, actual) => {
  const { sink, taken, refused } = await openSink({ token });
  const reply = await fetch(`${sink.httpUrl}/v1/traces`, {
    method: "POST",
    headers: { "content-type": "application/x-protobuf", ...(authorization !== undefined && { authorization }) },
    body: new Uint8Array(body),
  });
  const answer = Buffer.from(await reply.arrayBuffer());
  if (actual === undefined) {
    expect([reply.status, taken, refused]).toEqual([200, ["traces 1: span 1"], []]);
    return;
  }
  // RFC 9110, section 15.5.2; OTLP/HTTP, failures: a Status in the request's encoding.
  expect([reply.status, reply.headers.get("www-authenticate")]).toEqual([401, "Bearer"]);
  expect(reply.headers.get("content-type")).toBe("application/x-protobuf");
  expect(
    protobufRoot().lookupType("RpcStatus").toObject(protobufRoot().lookupType("RpcStatus").decode(answer)),
  ).toEqual({
    code: 16,
    message: expect.stringContaining(`got ${actual}.`),
  });
  expect(taken).toEqual([]);
  expect(refused).toMatchObject([{ transport: "http", signal: "traces", where: "authorization", actual }]);
  expect(JSON.stringify(refused) + answer.toString()).not.toContain(token);
});

test.each(attempts)("gRPC: %s", async (_, authorization, actual) => {
  const { sink, taken, refused } = await openSink({ token });
  const metadata = authorization === undefined ? {} : { authorization };
  const reply = await exportByGrpc({ url: sink.grpcUrl, body, metadata });
  if (actual === undefined) {
    expect([reply.code, taken, refused]).toEqual([0, ["traces 1: span 1"], []]);
    return;
  }
  expect([reply.code, taken]).toEqual([16, []]);
  expect(reply.message).toContain("authorization: expected Bearer");
  expect(refused).toMatchObject([{ transport: "grpc", signal: "traces", where: "authorization", actual }]);
  expect(JSON.stringify(refused) + reply.message).not.toContain(token);
});

test("a probe without the token is answered and not counted", async () => {
  const { sink, refused } = await openSink({ token });
  expect((await fetch(sink.httpUrl)).status).toBe(401);
  expect(refused).toEqual([]);
});

test("exporters that read OTEL_EXPORTER_OTLP_HEADERS are served", async () => {
  const { sink, taken, refused } = await openSink({ token });
  vi.stubEnv("OTEL_EXPORTER_OTLP_HEADERS", `authorization=Bearer%20${encodeURIComponent(token)}`);
  onTestFinished(() => void vi.unstubAllEnvs());
  for (const exporter of [
    new GrpcTraceExporter({ url: sink.grpcUrl }),
    new ProtoTraceExporter({ url: `${sink.httpUrl}/v1/traces` }),
  ]) {
    const provider = new BasicTracerProvider({ spanProcessors: [new BatchSpanProcessor(exporter)] });
    provider.getTracer("scope").startSpan("with a token").end();
    await provider.shutdown();
  }
  expect([taken, refused]).toEqual([["traces 1: with a token", "traces 1: with a token"], []]);
});
