import { spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import type { LedgerSummary, Result } from "../../src/result/result.ts";
import {
  opentelemetryLineA,
  opentelemetryLineB,
  pythonGenaiOpenAi,
  pythonOpenAiV2,
  traceloopLineA,
  traceloopLineB,
  type RealClient,
} from "../real/clients.ts";
import { pythonVersion } from "../real/python-venv.ts";
import { weather } from "../real/weather-provider.ts";

/** What is found on a real client, and what makes it true. */
interface ExpectedRow {
  readonly runs: readonly string[];
  /** Rule, span and attribute. */
  readonly finding: string;
  readonly why: string;
}

const expectedRows = JSON.parse(
  readFileSync(join(import.meta.dirname, "expected-differences.json"), "utf8"),
) as readonly ExpectedRow[];

const root = join(import.meta.dirname, "..", "..");
const lineA = join(root, "test", "real", "line-a");
const pins = ["1.36.0", "genai-2026-08-03"];

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "genai-testkit-reconcile-"));
  writeFileSync(join(folder, "weather.json"), JSON.stringify(weather));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs a command under `check --provider`, as a user would. Rejects when it ends without a Result. */
function check(options: readonly string[], command: readonly string[]): Promise<Result> {
  const main = join(root, "src", "cli", "main.ts");
  const args = [...pins.flatMap((pin) => ["--semconv", pin]), "--provider", "--json", "--fail-on", "never"];
  const child = spawn(process.execPath, [main, "check", ...args, ...options, "--", ...command], {
    cwd: root,
    stdio: ["ignore", "pipe", "pipe"],
    timeout: 80_000,
  });
  let [output, errors] = ["", ""];
  child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (errors += chunk.toString()));
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", () => {
      if (output === "") reject(new Error(`check wrote no Result. It printed:\n${errors}`));
      else resolve(JSON.parse(output) as Result);
    });
  });
}

/** Every violation of a rule about calls stands in the table, for every version, and every row of it came. */
function expectTable(run: string, { findings }: Result): void {
  const expected = expectedRows.filter(({ runs }) => runs.includes(run)).map(({ finding }) => finding);
  for (const pin of pins) {
    const found = findings
      .filter(({ ruleId, semconv, level }) => semconv === pin && level === "violation" && isAboutCalls(ruleId))
      .map(({ ruleId, where }) => `${ruleId} ${where.span} ${where.attribute}`.trim());
    expect([pin, ...found.toSorted()]).toEqual([pin, ...expected.toSorted()]);
  }
}

function isAboutCalls(ruleId: string): boolean {
  return ruleId.startsWith("call-") || ruleId === "span-without-call";
}

function ledgerOf(result: Result): LedgerSummary {
  if (result.ledger === undefined) throw new Error("the Result has no ledger");
  return result.ledger;
}

/** Eight calls, of which so many have a span; the client's own retries stand beside them. */
async function expectScenarios(client: RealClient, withSpan: number): Promise<void> {
  const command = await client.prepare();
  const script = ["--script", join(folder, "weather.json")];
  const plain = await check(script, command);
  expect(plain.run.command?.exitCode).toBe(0);
  expectTable(client.id, plain);
  const { calls, matched, cannotTell, retriedWithin } = ledgerOf(plain);
  expect([calls, matched.byResponseId + matched.byTraceparent + matched.byTime]).toEqual([8, withSpan]);
  expect([cannotTell, retriedWithin]).toEqual([{ calls: 0, spans: 0 }, 0]);

  const retried = await check([...script, "--fault", "calls=1,5 status=503 retry-after=0"], command);
  expect(retried.run.command?.exitCode).toBe(0);
  expectTable(client.id, retried);
  expect([ledgerOf(retried).calls, ledgerOf(retried).retriedWithin]).toEqual([10, 2]);
}

describe("real clients under --provider: what the table says is found, and nothing else", () => {
  beforeAll(async () => void (await opentelemetryLineB.prepare()), 360_000);

  test.each([
    { client: opentelemetryLineA, withSpan: 7 },
    { client: opentelemetryLineB, withSpan: 7 },
    { client: traceloopLineA, withSpan: 5 },
    { client: traceloopLineB, withSpan: 5 },
  ])("$client.title", { timeout: 180_000 }, async ({ client, withSpan }) => {
    await expectScenarios(client, withSpan);
  });
});

const python = await pythonVersion();
if (python === undefined && process.env["CI"] === "true") throw new Error("python3 with venv is needed under CI=true");
if (python === undefined) console.warn("python3 3.10 or later with venv is missing: Python's clients are not run");

describe.runIf(python !== undefined)("Python's clients", () => {
  test.each([
    { client: pythonOpenAiV2, withSpan: 7 },
    { client: pythonGenaiOpenAi, withSpan: 8 },
  ])("$client.title", { timeout: 360_000 }, async ({ client, withSpan }) => {
    await expectScenarios(client, withSpan);
  });
});

describe("retries, refusals, broken replies and identical requests at once", () => {
  test("@opentelemetry/instrumentation-openai: every call has its span, and every span is true", async () => {
    const result = await check([], [process.execPath, join(lineA, "busy.ts"), "opentelemetry"]);
    expectTable("busy-opentelemetry", result);
    const { calls, matched, retriedWithin, cannotTell } = ledgerOf(result);
    expect([calls, retriedWithin, cannotTell]).toEqual([16, 2, { calls: 0, spans: 0 }]);
    expect(matched.byResponseId + matched.byTime).toBe(14);
  });

  test("with a traceparent, what has no response id is tied by it", async () => {
    const busy = [process.execPath, join(lineA, "busy.ts")];
    const result = await check([], [...busy, "opentelemetry", "propagate"]);
    expectTable("busy-opentelemetry", result);
    expect(ledgerOf(result).matched).toEqual({ byResponseId: 7, byTraceparent: 7, byTime: 0 });
    // The spans that were never ended are the parents of their requests: none of these was made within another call's span.
    const unended = ledgerOf(await check([], [...busy, "traceloop", "propagate"]));
    expect([unended.callsWithoutSpan, unended.cannotTell]).toEqual([7, { calls: 0, spans: 0 }]);
  });

  test("@traceloop/instrumentation-openai: no failed call has its span, every other has", async () => {
    const result = await check([], [process.execPath, join(lineA, "busy.ts"), "traceloop"]);
    const { calls, matched, callsWithoutSpan, cannotTell, retriedWithin } = ledgerOf(result);
    expect([calls, matched]).toEqual([16, { byResponseId: 7, byTraceparent: 0, byTime: 0 }]);
    // A request that failed while the same request was answered may have been made in that one's span: which of them it was, time decides.
    expect([callsWithoutSpan + cannotTell.calls, retriedWithin]).toEqual([7, 2]);
    const rows = expectedRows.filter(({ runs }) => runs.includes("busy-traceloop")).map(({ finding }) => finding);
    const found = result.findings
      .filter(({ semconv, level, ruleId }) => semconv === pins[0] && level === "violation" && isAboutCalls(ruleId))
      .map(({ ruleId, where }) => `${ruleId} ${where.span}`);
    expect(rows).toEqual(expect.arrayContaining(found));
    expect(found).toEqual(expect.arrayContaining(rows.filter((row) => !row.endsWith(" o1"))));
  });
});

describe("a client that the instrumentation does not know", () => {
  /** The client under its own name: an instrumentation goes by the package's name and version. */
  function clientFolder(packageName: string): string {
    const own = join(folder, packageName);
    mkdirSync(join(own, "node_modules"), { recursive: true });
    cpSync(join(root, "node_modules", packageName), join(own, "node_modules", "openai"), { recursive: true });
    return own;
  }

  test.each(["opentelemetry", "traceloop"])("openai 7 under %s: said in one line, with the cause", async (name) => {
    const result = await check([], [process.execPath, join(lineA, "client-folder.ts"), clientFolder("openai-7"), name]);
    expectTable(`openai-7-${name}`, result);
    expect(result.reasons.map(({ code }) => code)).toEqual(["calls-untraced"]);
    expect(result.reasons[0]?.message).toBe(
      "No call of this API has a span (1 of openai.chat_completions): most likely the instrumentation does not support the client's major version, or was loaded after the client.",
    );
  });

  test("openai 6 in the same place is traced", async () => {
    const result = await check(
      [],
      [process.execPath, join(lineA, "client-folder.ts"), clientFolder("openai"), "opentelemetry"],
    );
    expect(ledgerOf(result).matched.byResponseId).toBe(1);
    expectTable("openai-6", result);
  });
});

test("every row of the table says why, and is of a run that is made here", () => {
  for (const { why, runs } of expectedRows) {
    expect(why.length).toBeGreaterThan(40);
    expect(runs.length).toBeGreaterThan(0);
  }
});
