import { request } from "node:http";
import { expect, onTestFinished, test, vi } from "vitest";
import { startAdmin, type Admin, type AdminOptions } from "../../src/sink/admin.ts";

async function openAdmin(options: Partial<AdminOptions> = {}): Promise<Admin> {
  const admin = await startAdmin({ port: 0, report: () => ({ verdict: "pass" }), stop: () => undefined, ...options });
  onTestFinished(() => admin.close());
  return admin;
}

test("health and report answer with JSON", async () => {
  const { url } = await openAdmin();
  const health = await fetch(`${url}/health`);
  expect([health.status, health.headers.get("content-type"), await health.json()]).toEqual([
    200,
    "application/json",
    { status: "ok" },
  ]);
  expect(await (await fetch(`${url}/report?x`)).json()).toEqual({ verdict: "pass" });
});

test("stop answers first, then stops", async () => {
  const stop = vi.fn<() => void>();
  const { url } = await openAdmin({ stop });
  const reply = await fetch(`${url}/stop`, { method: "POST" });
  expect([reply.status, await reply.json()]).toEqual([202, { status: "stopping" }]);
  expect(stop).toHaveBeenCalledTimes(1);
});

test("closing right after the request for it still lets the answer out", async () => {
  const admin: Admin = await startAdmin({ port: 0, report: () => null, stop: () => void admin.close() });
  const reply = await fetch(`${admin.url}/stop`, { method: "POST" });
  expect(await reply.json()).toEqual({ status: "stopping" });
});

test.each([
  ["GET", "/stop", 405, "POST", /expected POST, got GET/],
  ["POST", "/health", 405, "GET", /expected GET, got POST/],
  ["DELETE", "/report", 405, "GET", /expected GET/],
  ["GET", "/", 404, null, /expected \/health, \/report, \/stop, got \//],
  ["GET", "/metrics", 404, null, /got \/metrics/],
])("%s %s", async (method, path, status, allow, error) => {
  const stop = vi.fn<() => void>();
  const { url } = await openAdmin({ stop });
  const reply = await fetch(url + path, { method });
  expect([reply.status, reply.headers.get("allow")]).toEqual([status, allow]);
  expect(((await reply.json()) as { error: string }).error).toMatch(error);
  expect(stop).not.toHaveBeenCalled();
});

test.each(["http://attacker.example", "null"])("a page of %s cannot stop a run", async (origin) => {
  const stop = vi.fn<() => void>();
  const { url } = await openAdmin({ stop });
  expect((await fetch(`${url}/stop`, { method: "POST", headers: { origin } })).status).toBe(403);
  expect(stop).not.toHaveBeenCalled();
});

test("a request under another name than this machine's is refused, so that no web page can stop a run", async () => {
  const stop = vi.fn<() => void>();
  const { port } = await openAdmin({ stop });
  const status = await new Promise((resolve) => {
    request(
      { host: "127.0.0.1", port, path: "/stop", method: "POST", headers: { host: "attacker.example" } },
      (reply) => {
        reply.resume();
        resolve(reply.statusCode);
      },
    ).end();
  });
  expect(status).toBe(403);
  expect(stop).not.toHaveBeenCalled();
});

test("a report that fails is an error, not a crash", async () => {
  const { url } = await openAdmin({
    report: () => {
      throw new Error("not yet");
    },
  });
  const reply = await fetch(`${url}/report`);
  expect([reply.status, await reply.json()]).toEqual([500, { error: "/report: expected an answer, got not yet." }]);
});

test("a busy port is named with its option", async () => {
  const { port } = await openAdmin();
  await expect(openAdmin({ port })).rejects.toThrow(/admin.*in use.*--admin-port/);
});
