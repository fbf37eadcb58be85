import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { clientEnvironment } from "../../src/provider/client-environment.ts";
import type { Result } from "../../src/result/result.ts";
import type { RealClient, Variant } from "./clients.ts";
import { startWeatherProvider } from "./weather-provider.ts";

export type Protocol = "grpc" | "http/protobuf";

export interface ClientRun {
  readonly result: Result;
  /** What `check` ended with; null when a signal ended it. */
  readonly exitCode: number | null;
  /** What `--save` kept: OTLP/JSON lines. */
  readonly saved: string;
}

/** The versions that every real client is judged against. */
export const semconvPins = ["1.36.0", "1.41.1", "genai-2026-08-03"] as const;

const root = join(import.meta.dirname, "..", "..");
const patience = 60_000;

/**
 * Runs a client against the fake provider under `genai-testkit check`, as a user would, and answers what came of it.
 *
 * @throws when `check` takes more than a minute, or ends without a Result: the message ends with what it printed.
 */
export async function checkClient(client: RealClient, variant: Variant, protocol: Protocol): Promise<ClientRun> {
  const command = await client.prepare();
  const folder = await mkdtemp(join(tmpdir(), "otel-genai-testkit-real-"));
  const provider = await startWeatherProvider();
  try {
    const resultFile = join(folder, "result.json");
    const savedFile = join(folder, "saved.ndjson");
    const { output, exitCode } = await runCheck(
      [
        ...semconvPins.flatMap((pin) => ["--semconv", pin]),
        "--fail-on",
        "never",
        "--reporter",
        `json=${resultFile}`,
        "--save",
        savedFile,
        "--",
        ...command,
      ],
      {
        ...variant.environment,
        ...clientEnvironment(provider.url),
        OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
      },
    );
    const result = await readFile(resultFile, "utf8").catch(() => {
      throw new Error(`check of ${client.id} over ${protocol} wrote no Result. It printed:\n${output}`);
    });
    return { result: JSON.parse(result) as Result, exitCode, saved: await readFile(savedFile, "utf8") };
  } finally {
    await provider.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

interface Ended {
  readonly output: string;
  readonly exitCode: number | null;
}

function runCheck(args: readonly string[], environment: Readonly<Record<string, string>>): Promise<Ended> {
  return new Promise((resolve, reject) => {
    // A process group of its own, so that nothing is left behind when it has to be ended.
    const child = spawn(process.execPath, [join(root, "src", "cli", "main.ts"), "check", ...args], {
      cwd: root,
      env: { ...process.env, ...environment },
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
    });
    let output = "";
    const keep = (chunk: Buffer): void => {
      output += chunk.toString("utf8");
    };
    child.stdout.on("data", keep);
    child.stderr.on("data", keep);
    const timer = setTimeout(() => {
      if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
      reject(new Error(`check did not end within ${patience / 1000} s and was killed. It printed:\n${output}`));
    }, patience);
    child.once("error", (error) => {
      clearTimeout(timer);
      reject(error);
    });
    child.once("close", (exitCode) => {
      clearTimeout(timer);
      resolve({ output, exitCode });
    });
  });
}
