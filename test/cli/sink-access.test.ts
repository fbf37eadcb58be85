import { createPrivateKey } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { credentials } from "@grpc/grpc-js";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { exposureWarnings } from "../../src/cli/exposure.ts";
import { KitError } from "../../src/cli/kit-error.ts";
import { readTls, type RawTlsOptions } from "../../src/cli/tls-files.ts";
import { readToken } from "../../src/cli/token.ts";
import type { Result } from "../../src/result/result.ts";
import { makeAuthority } from "../sink/certificates.ts";
import { exportByGrpc } from "../sink/grpc-export.ts";
import { goodSpan, tracesJson, tracesProtobuf } from "./otlp-samples.ts";
import { cli } from "./run-cli.ts";
import { startSinkCommand } from "./running-sink.ts";

const token = "0123456789abcdef0123456789abcdef";
const authority = makeAuthority("servers");
const clients = makeAuthority("clients");
const server = authority.issue();
const client = clients.issue();

let folder = "";
const at = (name: string): string => join(folder, name);
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "genai-testkit-access-"));
  const files = {
    "cert.pem": server.certificate,
    "chain.pem": `Subject: localhost\n${server.certificate}${authority.certificate}`,
    "key.pem": server.key,
    "other-key.pem": client.key,
    "clients.pem": clients.certificate,
    "expired.pem": "",
    "expired-key.pem": "",
    "encrypted.pem": createPrivateKey(server.key)
      .export({ type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: "not told" })
      .toString(),
    "broken.pem": server.certificate.replace(/\n.{40}/, "\nAAAA"),
    "text.pem": "hello",
    token: `${token}\n`,
    "empty-token": "\n",
    "two-tokens": `${token}\n${token}\n`,
  };
  const expired = authority.issue({ notAfter: new Date("2026-01-01") });
  files["expired.pem"] = expired.certificate;
  files["expired-key.pem"] = expired.key;
  for (const [name, text] of Object.entries(files)) writeFileSync(at(name), text);
});
afterAll(() => rmSync(folder, { recursive: true }));

function post(url: string, headers: { readonly [name: string]: string }, own = {}): Promise<number | string> {
  return new Promise((resolve) => {
    const sent = request(`${url}/v1/traces`, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      ca: authority.certificate,
      agent: false,
      ...own,
    });
    sent.on("response", (response) => resolve(response.resume().statusCode ?? 0));
    sent.on("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? ""));
    sent.end(tracesJson(goodSpan));
  });
}

describe("sink with TLS, client certificates and a token", () => {
  test("serves who has all of them over both protocols; who lacks one is counted and told, the token never", async () => {
    const { child, end, httpUrl, grpcUrl } = await startSinkCommand([
      ...["--tls-cert", at("chain.pem"), "--tls-key", at("key.pem"), "--tls-client-ca", at("clients.pem")],
      ...["--token-file", at("token")],
    ]);
    expect([httpUrl, grpcUrl]).toEqual([expect.stringMatching(/^https:/), expect.stringMatching(/^https:/)]);
    const authorization = `Bearer ${token}`;
    const own = { cert: client.certificate, key: client.key };
    expect(await post(httpUrl, { authorization }, own)).toBe(200);
    const channelCredentials = credentials.createSsl(
      Buffer.from(authority.certificate),
      Buffer.from(client.key),
      Buffer.from(client.certificate),
    );
    const grpc = { url: grpcUrl, body: tracesProtobuf(goodSpan), channelCredentials };
    expect((await exportByGrpc({ ...grpc, metadata: { authorization } })).code).toBe(0);
    expect(await post(httpUrl, {}, own)).toBe(401);
    expect((await exportByGrpc({ ...grpc, metadata: { authorization: "Bearer wrong" } })).code).toBe(16);
    expect(await post(httpUrl, { authorization })).not.toBe(200);
    child.kill("SIGTERM");
    const run = await end;
    const result = JSON.parse(run.stdout) as Result;
    expect([run.code, result.verdict, result.received.spans, result.received.refused]).toEqual([
      1,
      "inconclusive",
      2,
      3,
    ]);
    expect(result.reasons[0]?.code).toBe("request-refused");
    expect(result.problems.map(({ where, actual }) => `${where}: ${actual}`)).toEqual([
      "http request for traces: authorization: none",
      "grpc request for traces: authorization: another token",
      "http request: the TLS handshake: none",
    ]);
    expect(run.stdout + run.stderr).not.toContain(token);
  });

  test("takes the token from the environment", async () => {
    const { child, end, httpUrl } = await startSinkCommand([], { env: { GENAI_TESTKIT_TOKEN: token } });
    const headers = { "content-type": "application/json", authorization: `Bearer ${token}` };
    const reply = await fetch(`${httpUrl}/v1/traces`, { method: "POST", headers, body: tracesJson(goodSpan) });
    expect(reply.status).toBe(200);
    child.kill("SIGTERM");
    expect((await end).code).toBe(0);
  });

  test("warns when other machines reach it and nothing keeps them out", async () => {
    const { child, end } = await startSinkCommand(["--host", "0.0.0.0"]);
    child.kill("SIGTERM");
    expect((await end).stderr).toMatch(/^warning: whoever reaches 0\.0\.0\.0 may send/m);
  });
});

test.each<[string, Parameters<typeof exposureWarnings>[0], RegExp | undefined]>([
  ["127.0.0.1 as it is by default", { host: "127.0.0.1" }, undefined],
  ["localhost", { host: "localhost" }, undefined],
  ["::1", { host: "::1" }, undefined],
  ["another address without anything", { host: "10.0.0.7" }, /may send.*--token-file/],
  ["all addresses of IPv6", { host: "::" }, /may send/],
  ["a name that only begins as loopback", { host: "127.0.0.1.example" }, /may send/],
  ["TLS alone keeps nobody out", { host: "10.0.0.7", tls: server }, /may send/],
  ["a token in the clear", { host: "10.0.0.7", token }, /unencrypted.*--tls-cert/],
  ["a token and TLS", { host: "10.0.0.7", token, tls: server }, undefined],
  ["client certificates", { host: "10.0.0.7", tls: { ...server, clientAuthorities: "pem" } }, undefined],
])("exposure: %s", (_, access, text) => {
  const warnings = exposureWarnings(access);
  expect(warnings).toHaveLength(text === undefined ? 0 : 1);
  if (text !== undefined) expect(warnings[0]).toMatch(text);
  expect(warnings.join()).not.toContain(token);
});

const pair = { tlsCert: "cert.pem", tlsKey: "key.pem" };

test.each<[string, RawTlsOptions, RegExp]>([
  ["a certificate alone", { tlsCert: "cert.pem" }, /--tls-cert without --tls-key/],
  ["a key alone", { tlsKey: "key.pem" }, /--tls-key without --tls-cert/],
  ["client authorities alone", { tlsClientCa: "clients.pem" }, /client certificates need TLS/],
  ["no such certificate", { ...pair, tlsCert: "none.pem" }, /--tls-cert: no such file: .*none\.pem/],
  ["a folder", { ...pair, tlsKey: "." }, /--tls-key: cannot read.*EISDIR/],
  ["text as certificate", { ...pair, tlsCert: "text.pem" }, /text\.pem: expected certificates in PEM, got none/],
  ["a key as certificate", { ...pair, tlsCert: "key.pem" }, /got a private key/],
  ["a damaged certificate", { ...pair, tlsCert: "broken.pem" }, /cannot be read \(number 1\)/],
  ["an expired certificate", { tlsCert: "expired.pem", tlsKey: "expired-key.pem" }, /expired on Jan.* 2026/],
  ["text as key", { ...pair, tlsKey: "text.pem" }, /text\.pem: expected a private key in PEM, got what is none/],
  ["a certificate as key", { ...pair, tlsKey: "cert.pem" }, /--tls-key .*got a certificate/],
  ["a key behind a passphrase", { ...pair, tlsKey: "encrypted.pem" }, /got one behind a passphrase/],
  ["another's key", { ...pair, tlsKey: "other-key.pem" }, /expected the key of the first certificate/],
  ["text as client authorities", { ...pair, tlsClientCa: "text.pem" }, /--tls-client-ca .*expected certificates/],
])("the TLS files: %s", (_, names, text) => {
  const files = Object.fromEntries(Object.entries(names).map(([option, name]) => [option, at(name)]));
  expect(errorOf(() => readTls(files))).toMatch(text);
});

test.each<[string, string | undefined, NodeJS.ProcessEnv, RegExp]>([
  ["no such file", "none", {}, /--token-file: cannot read .*none/],
  ["an empty file", "empty-token", {}, /expected one bearer token, got none/],
  ["two tokens", "two-tokens", {}, /expected one bearer token, got what cannot be one/],
  ["an empty variable", undefined, { GENAI_TESTKIT_TOKEN: "" }, /GENAI_TESTKIT_TOKEN: expected one.*got none/],
  ["a variable with a scheme", undefined, { GENAI_TESTKIT_TOKEN: `Bearer ${token}` }, /got what cannot be one/],
])("the token: %s", (_, name, environment, text) => {
  const said = errorOf(() => readToken(name === undefined ? undefined : at(name), environment));
  expect(said).toMatch(text);
  expect(said).not.toContain(token);
});

test("the file of a token wins over the variable, and neither is no token", () => {
  expect(readToken(at("token"), { GENAI_TESTKIT_TOKEN: "another" })).toBe(token);
  expect(readToken(undefined, {})).toBeUndefined();
});

test("such an error ends the command with exit 2, a line of what to do and no stack", async () => {
  const run = await cli([
    "sink",
    "--grpc-port",
    "0",
    "--http-port",
    "0",
    "--tls-cert",
    at("cert.pem"),
    "--tls-key",
    at("other-key.pem"),
  ]);
  expect([run.code, run.stdout]).toEqual([2, ""]);
  expect(run.stderr).toMatch(/^error: --tls-key .*\n {2}Give the two that were made together/);
  expect(run.stderr).not.toMatch(/\n\s+at /);
});

function errorOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof KitError) return `${error.message}\n${error.fix}`;
    throw error;
  }
  return "no error";
}
