import type { ChildProcess } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { onTestFinished } from "vitest";
import { endOf, startCli, type CliRun } from "./run-cli.ts";

export interface LiveRun {
  readonly child: ChildProcess;
  readonly end: Promise<CliRun>;
  /** Of the services' processes. */
  readonly services: readonly number[];
}

/** Replays with live services, and resolves when all of them are there. */
export async function startLive(services: number, args: readonly string[]): Promise<LiveRun> {
  // Spans are sent soon, so that a test need not wait for them.
  const env = { OTEL_BSP_SCHEDULE_DELAY: "200" };
  const child = startCli(["replay", ...args, "--driver", "live"], { env });
  const end = endOf(child);
  onTestFinished(() => void child.kill("SIGKILL"));
  for (;;) {
    const found = childrenOf(child.pid as number);
    if (found.length === services) return { child, end, services: found };
    if (child.exitCode !== null) throw new Error(`the replay ended early: ${(await end).stderr}`);
    await sleep(20);
  }
}

/** Resolves when none of the processes runs any more. */
export async function untilGone(pids: readonly number[]): Promise<void> {
  while (pids.some(isRunning)) await sleep(20);
}

function childrenOf(pid: number): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && statOf(Number(name))?.parent === pid)
    .map(Number);
}

/** A process that has ended may wait to be asked how. */
const isRunning = (pid: number): boolean => !["Z", "X", undefined].includes(statOf(pid)?.state);

/** proc(5), /proc/pid/stat: the name in parentheses, the state, the parent. */
function statOf(pid: number): { readonly state: string; readonly parent: number } | undefined {
  try {
    const [state = "", parent] = readFileSync(`/proc/${pid}/stat`, "latin1")
      .replace(/^.*\) /s, "")
      .split(" ");
    return { state, parent: Number(parent) };
  } catch {
    return undefined;
  }
}
