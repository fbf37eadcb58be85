import { spawn, type ChildProcess } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const main = join(import.meta.dirname, "../../src/cli/main.ts");

/** The command line's sink in a process of its own, as a user runs it. */
export interface SinkProcess {
  readonly pid: number;
  readonly httpPort: number;
  readonly grpcPort: number;
  readonly adminUrl: string;
  /** Undefined while it runs. */
  exit(): string | undefined;
  /** What it wrote to stderr. */
  log(): string;
  /** Ends it as a user does and resolves to its exit code. */
  stop(): Promise<number | null>;
  kill(): void;
}

/** @param out where it writes its reports; nothing that is sent fails the run, so that what is lost shows in the verdict */
export async function startSinkProcess(out: string): Promise<SinkProcess> {
  const child = spawn(
    process.execPath,
    [main, "sink", "--grpc-port", "0", "--http-port", "0", "--admin-port", "0", "--out", out, "--fail-on", "never"],
    { stdio: ["ignore", "ignore", "pipe"] },
  );
  let log = "";
  let exit: string | undefined;
  child.stderr?.on("data", (chunk: Buffer) => (log = (log + chunk.toString()).slice(-20_000)));
  child.once("exit", (code, signal) => (exit = `code ${code}, signal ${signal}`));
  const urls = await firstMatch(child, () =>
    /gRPC on http:\/\/[^:]+:(\d+).*HTTP on http:\/\/[^:]+:(\d+).*admin on (\S+)/.exec(log),
  );
  return {
    pid: child.pid as number,
    grpcPort: Number(urls[1]),
    httpPort: Number(urls[2]),
    adminUrl: urls[3] as string,
    exit: () => exit,
    log: () => log,
    stop: () =>
      new Promise((resolve) => {
        if (exit !== undefined) return resolve(child.exitCode);
        child.once("exit", (code) => resolve(code));
        child.kill("SIGTERM");
      }),
    kill: () => void child.kill("SIGKILL"),
  };
}

async function firstMatch(child: ChildProcess, match: () => RegExpExecArray | null): Promise<RegExpExecArray> {
  const deadline = Date.now() + 60_000;
  for (;;) {
    const found = match();
    if (found !== null) return found;
    if (child.exitCode !== null || Date.now() > deadline) {
      child.kill("SIGKILL");
      throw new Error("the sink did not start");
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Has peakMb begin anew, where the kernel can. */
export function resetPeak(pid: number): void {
  try {
    writeFileSync(`/proc/${pid}/clear_refs`, "5");
  } catch {
    // Then it is the most so far, which is no less.
  }
}

/** The most memory that a process had since resetPeak, in megabytes (Linux: VmHWM). */
export function peakMb(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const kilobytes = /VmHWM:\s+(\d+) kB/.exec(status)?.[1];
  return Math.round(Number(kilobytes) / 1024);
}
