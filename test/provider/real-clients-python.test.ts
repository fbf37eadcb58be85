import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { CallOutcome, CallResponse, LedgerCall } from "../../src/ledger/ledger.ts";
import { clientEnvironment } from "../../src/provider/client-environment.ts";
import { parseFault } from "../../src/provider/read-fault.ts";
import { pythonEnvironment, pythonVersion } from "../real/python-venv.ts";
import { observe, type Observed } from "./calls.ts";

/** What the client says of a step of the program. */
interface Step {
  readonly step: string;
  readonly told?: CallResponse;
  readonly texts?: readonly unknown[];
  readonly error?: string | null;
  readonly status?: number | null;
}

const answered: CallOutcome = { kind: "answered", status: 200 };
const answer = "This is the made-up answer of a fake provider.";

/** Each step of python/openai_client.py: what the ledger must have of its call, and what the client must have got. */
const expectedSteps: readonly [step: string, api: LedgerCall["api"], outcome: CallOutcome, got: Partial<Step>][] = [
  ["chat", "openai.chat_completions", answered, { texts: [answer, `${answer} It is choice 2.`] }],
  ["json", "openai.chat_completions", answered, { texts: [{ city: "example" }] }],
  ["tool", "openai.chat_completions", answered, {}],
  ["tool answered", "openai.chat_completions", answered, { texts: [{ city: "example" }] }],
  ["stream", "openai.chat_completions", answered, { texts: [answer] }],
  ["stream left early", "openai.chat_completions", { kind: "abandoned", status: 200 }, {}],
  ["response", "openai.responses", answered, { texts: [answer] }],
  ["response stream", "openai.responses", answered, { texts: [answer] }],
  ["embeddings", "openai.embeddings", answered, { texts: [8, 8] }],
  [
    "rate limited",
    "openai.chat_completions",
    { kind: "error", status: 429, errorType: "rate_limit_exceeded" },
    { error: "RateLimitError", status: 429 },
  ],
  [
    "unavailable",
    "openai.chat_completions",
    { kind: "error", status: 503, errorType: "server_error" },
    { error: "InternalServerError", status: 503 },
  ],
  ["malformed", "openai.chat_completions", { kind: "malformed", status: 200 }, { error: "JSONDecodeError" }],
  ["cut before", "openai.chat_completions", { kind: "cut" }, { error: "APIConnectionError" }],
  ["timeout", "openai.chat_completions", { kind: "abandoned" }, { error: "APITimeoutError" }],
  ["stream cut", "openai.chat_completions", { kind: "cut", status: 200 }, { error: "RemoteProtocolError" }],
];

function pythonTests(): void {
  let observed: Observed;
  let steps: readonly Step[] = [];
  let calls: readonly LedgerCall[] = [];
  beforeAll(async () => {
    const python = await pythonEnvironment(
      join(import.meta.dirname, "..", "real", "python", "openai-v2.requirements.txt"),
    );
    observed = await observe({ faults: [parseFault("model=gpt-retried calls=1 status=429 retry-after=0.1", "test")] });
    const { stdout } = await promisify(execFile)(
      python,
      ["-B", join(import.meta.dirname, "python", "openai_client.py")],
      {
        env: { ...process.env, ...clientEnvironment(observed.anthropic) },
        timeout: 100_000,
      },
    );
    steps = stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as Step);
    calls = await observed.calls(expectedSteps.length + 2);
  }, 300_000);
  afterAll(() => observed?.stop());

  test.each(expectedSteps.map((row, index) => [...row, index] as const))("%s", (step, api, outcome, got, index) => {
    const call = calls[index];
    const said = steps[index];
    expect(said).toMatchObject({ step, ...got });
    expect(call).toMatchObject({ api, outcome, provider: "openai", server: observed.server });
    expect(call?.response ?? {}).toMatchObject(said?.told ?? {});
    if (said?.error !== undefined && step !== "stream cut") expect(call).not.toHaveProperty("response");
  });

  test("the client's own retry makes a call each", () => {
    const [refused, retried] = calls.slice(-2);
    expect(refused).toMatchObject({ request: { retry: 0 }, outcome: { kind: "error", status: 429 } });
    expect(retried).toMatchObject({ request: { retry: 1 }, outcome: answered, response: steps.at(-1)?.told });
  });
}

const version = await pythonVersion();

if (version !== undefined) {
  describe("openai 2.54.0 of Python", () => {
    pythonTests();
  });
} else if (process.env["CI"] === "true") {
  test("python3 is there", () => {
    throw new Error("CI has no python3 of version 3.10 or later on the PATH, so Python's client was not tested.");
  });
} else {
  console.warn("NOT TESTED: Python's openai, for want of a python3 of version 3.10 or later on the PATH.");
  describe.skip("openai 2.54.0 of Python (no python3 of version 3.10 or later on the PATH)", () => {
    test("is proved", () => undefined);
  });
}
