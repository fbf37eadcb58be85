import { spawn, type ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";

const main = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));
const LONGEST_MS = 45_000;

export interface CliRun {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliOptions {
  readonly input?: string | Uint8Array;
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** The most that it may write to one file, in the blocks of the shell's ulimit (512 or 1024 bytes). */
  readonly maxFileBlocks?: number;
  /** The most files and connections that it may have open. */
  readonly maxOpenFiles?: number;
}

/** Starts the command line as a user would, without colour. */
export function startCli(args: readonly string[], options: CliOptions = {}): ChildProcess {
  const { env, cwd, maxFileBlocks, maxOpenFiles } = options;
  const limits = [
    ...(maxFileBlocks === undefined ? [] : [`ulimit -f ${maxFileBlocks};`]),
    ...(maxOpenFiles === undefined ? [] : [`ulimit -n ${maxOpenFiles};`]),
  ];
  const limited = limits.length === 0 ? [] : ["sh", "-c", `${limits.join(" ")} exec "$0" "$@"`];
  const [command = "", ...rest] = [...limited, process.execPath, main, ...args];
  return spawn(command, rest, {
    cwd,
    env: { ...process.env, NO_COLOR: "1", ...env },
    stdio: ["pipe", "pipe", "pipe"],
    timeout: LONGEST_MS,
  });
}

export function endOf(child: ChildProcess): Promise<CliRun> {
  let stdout = "";
  let stderr = "";
  child.stdout?.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr?.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, stdout, stderr }));
  });
}

export function cli(args: readonly string[], options: CliOptions = {}): Promise<CliRun> {
  const child = startCli(args, options);
  const end = endOf(child);
  child.stdin?.on("error", () => undefined);
  child.stdin?.end(options.input ?? "");
  return end;
}
