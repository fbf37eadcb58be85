import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { LedgerLine } from "../../src/ledger/ledger.ts";
import { readLedger } from "../../src/ledger/read-ledger.ts";
import { cli } from "./run-cli.ts";
import { startProviderCommand } from "./running-provider.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "genai-testkit-provider-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

function chat(url: string, content = "Hello?"): Promise<Response> {
  return fetch(`${url}/v1/chat/completions`, {
    method: "POST",
    body: JSON.stringify({ model: "gpt-4o", messages: [{ role: "user", content }] }),
  });
}

describe("provider", () => {
  test.each(["SIGINT", "SIGTERM"] as const)("answers until %s, then sums up what was called", async (signal) => {
    const ledger = join(folder, `${signal}.ndjson`);
    const { child, end, url, environment } = await startProviderCommand([
      "--ledger",
      ledger,
      "--fault",
      "calls=2 status=503",
    ]);
    expect(environment).toMatchObject({
      OPENAI_BASE_URL: `${url}/v1`,
      ANTHROPIC_BASE_URL: url,
      GOOGLE_GEMINI_BASE_URL: url,
    });
    expect([(await chat(url)).status, (await chat(url)).status]).toEqual([200, 503]);
    expect((await fetch(`${url}/v1/moderations`, { method: "POST", body: "{}" })).status).toBe(404);
    child.kill(signal);
    const { code, stdout } = await end;
    expect(code).toBe(0);
    expect(JSON.parse(stdout.trim().split("\n").at(-1) ?? "")).toEqual({
      type: "summary",
      calls: 2,
      outcomes: [
        { api: "openai.chat_completions", outcome: "answered", calls: 1 },
        { api: "openai.chat_completions", outcome: "error 503", calls: 1 },
      ],
      unknownRoutes: [{ method: "POST", path: "/v1/moderations", requests: 1 }],
      otherUnknownRequests: 0,
    });
    const entries: LedgerLine[] = [];
    const reading = await readLedger(ledger, (entry) => entries.push(entry));
    expect(reading).toMatchObject({ whole: true, calls: 2 });
    expect(entries.map((entry) => entry.type)).toEqual(["call", "call", "unknown-route"]);
  });

  test("prints for people what it listens on, what to set, and what came", async () => {
    const { startCli, endOf } = await import("./run-cli.ts");
    const child = startCli(["provider", "--port", "0"]);
    const end = endOf(child);
    const url = await new Promise<string>((resolve) => {
      let said = "";
      child.stderr?.on("data", (chunk: Buffer) => {
        said += chunk.toString();
        if (said.includes("Stop with")) resolve(/on (http:\S+)\. /.exec(said)?.[1] ?? "");
      });
    });
    await chat(url);
    child.kill("SIGINT");
    const { stderr, stdout } = await end;
    expect(stderr).toContain(`  export OPENAI_BASE_URL=${url}/v1\n`);
    expect(stdout).toBe("1 call\n  openai.chat_completions  answered: 1\n");
  });

  test("a killed provider leaves the calls that were over, at most the last line torn, and no end line", async () => {
    const ledger = join(folder, "killed.ndjson");
    const { child, end, url } = await startProviderCommand(["--ledger", ledger]);
    let answered = 0;
    const calling = Array.from({ length: 8 }, async () => {
      for (let call = 1; call <= 1000; call += 1) {
        await (await chat(url)).text();
        answered += 1;
      }
    });
    await expect.poll(() => answered, { timeout: 20_000 }).toBeGreaterThan(50);
    const answeredBefore = answered;
    child.kill("SIGKILL");
    await Promise.allSettled(calling);
    await end;
    const reading = await readLedger(ledger, () => undefined);
    expect(reading.end).toBeUndefined();
    expect(reading.whole).toBe(false);
    // A line is written once the reply was handed over, which a client may know a moment earlier: one a connection.
    expect(reading.calls).toBeGreaterThanOrEqual(answeredBefore - 8);
    expect(reading.damagedCount).toBeLessThanOrEqual(1);
  });

  test("says what a script says, and lets its faults strike", async () => {
    const script = join(folder, "script.yaml");
    writeFileSync(
      script,
      `conversations:
  - when: { userText: weather }
    turns:
      - toolCalls: [{ name: get_weather, arguments: { city: Paris } }]
      - text: It is sunny.
        usage: { inputTokens: 70, outputTokens: 9 }
faults:
  - { model: gpt-4o-mini, status: 500 }
`,
    );
    const { child, end, url } = await startProviderCommand(["--script", script]);
    const reply = (await (await chat(url, "How is the weather?")).json()) as {
      choices: { message: { tool_calls: unknown[] } }[];
    };
    expect(reply.choices[0]?.message.tool_calls).toMatchObject([
      { function: { name: "get_weather", arguments: '{"city":"Paris"}' } },
    ]);
    child.kill("SIGINT");
    await end;
  });

  test("a port in use is told with what to do", async () => {
    const taken = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => taken.once("listening", resolve));
    const { port } = taken.address() as AddressInfo;
    const run = await cli(["provider", "--port", String(port)]);
    taken.close();
    expect(run.code).toBe(2);
    expect(run.stderr).toBe(
      `error: 127.0.0.1:${port} (fake provider): expected a free port to listen on, got a port in use.\n` +
        "  Stop the process that listens there, or choose another port with --port (0 takes a free one).\n",
    );
  });

  test("listening beyond loopback is warned of", async () => {
    const { child, end } = await startProviderCommand(["--host", "0.0.0.0"]);
    child.kill("SIGINT");
    expect((await end).stderr).toContain("warning: whoever reaches 0.0.0.0 may call this provider");
  });

  test.each([
    [["--fault", "rat=0.1 status=429"], 'got "rat"\n  Did you mean "rate"?'],
    [["--fault", "rate=1.5 status=429"], 'rate: expected a share from 0 to 1, got "1.5"'],
    [["--fault", "api=openai.chat status=429"], "api: expected one of openai.chat_completions"],
    [["--fault", "rate=0.1"], "expected something that goes wrong"],
    [["--fault", "retry-after=1 cut=2"], "expected a status beside retry-after"],
    [["--fault", "first-token=2"], "expected a time of at most an hour, such as 200ms"],
    [["--fault", "calls=0 timeout"], "expected numbers of calls, such as 1, 2-4 or 5-"],
    [["--fault", "requests=10 status=429"], "expected a limit and its window, such as 10/1m"],
    [["--port", "http"], '--port: expected a port, 0 to 65535, got "http"'],
    [["--seed", "x"], "--seed: expected a number"],
    [["--script", "/nowhere/script.yaml"], "--script /nowhere/script.yaml: expected a file that can be read"],
    [["--ledger", "/nowhere/ledger"], "--ledger /nowhere/ledger: expected a file that can be written"],
  ])("%j is wrong usage", async (args, message) => {
    const run = await cli(["provider", "--port", "0", ...args]);
    expect([run.code, run.stdout]).toEqual([2, ""]);
    expect(run.stderr).toContain(message);
    expect(run.stderr).not.toContain("bug");
  });

  test.each([
    ["conversation: []\n", 'got "conversation"\n  Did you mean "conversations"?'],
    [
      "conversations:\n  - turns: [{ txt: hello }]\n",
      'conversations.0.turns.0: expected one of text, toolCalls, finishReason, model, usage, got "txt"',
    ],
    ["conversations: [\n", "expected YAML or JSON"],
    ["", "got an empty file"],
    ["faults: [{ cut: 1, rate: 3 }]\n", "faults.0.rate"],
    ["faults: [{ rate: 0.5 }]\n", "faults[0]: expected something that goes wrong"],
  ])("a script that holds %j is refused", async (content, message) => {
    const script = join(folder, "wrong.yaml");
    writeFileSync(script, content);
    const run = await cli(["provider", "--port", "0", "--script", script]);
    expect(run.code).toBe(2);
    expect(run.stderr).toContain(message);
  });

  test("a file that is no ledger is not overwritten", async () => {
    const notes = join(folder, "notes.txt");
    writeFileSync(notes, "my notes");
    const run = await cli(["provider", "--port", "0", "--ledger", notes]);
    expect(run.code).toBe(2);
    expect(readFileSync(notes, "utf8")).toBe("my notes");
  });

  test("a full disk does not keep it from answering, and is told at the end", async () => {
    const ledger = join(folder, "full.ndjson");
    const { child, end, url } = await startProviderCommand(["--ledger", ledger], { maxFileBlocks: 2 });
    for (let call = 1; call <= 5; call += 1) expect((await chat(url)).status).toBe(200);
    child.kill("SIGINT");
    const { code, stderr } = await end;
    expect(code).toBe(2);
    expect(stderr).toMatch(/error: --ledger .*full\.ndjson: expected room for another line, got EFBIG/);
    expect(stderr).not.toContain("bug");
    expect(await readLedger(ledger, () => undefined)).toMatchObject({ whole: false });
  });
});
