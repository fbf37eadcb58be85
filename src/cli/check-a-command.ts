import { setTimeout as sleep } from "node:timers/promises";
import { exitCode } from "../result/exit-code.ts";
import type { Sink } from "../sink/start-sink.ts";
import { runChild } from "./child-command.ts";
import { childEnvironment } from "./child-environment.ts";
import { writeReports } from "./reports.ts";
import { RunJudge } from "./run-judge.ts";
import type { RunOptions } from "./run-options.ts";
import { openSinkSession } from "./sink-session.ts";

/** How long nothing may come after the command ended before the run is over, and the most to wait for that. */
const QUIET_MS = 750;
const LONGEST_WAIT_MS = 10_000;

/** Starts the sink, runs the command against it, waits for a quiet period, judges. */
export async function runCheckCommand(
  argv: readonly string[],
  options: RunOptions,
  maxRequestBytes: number,
): Promise<number> {
  const judge = new RunJudge(options);
  const session = await openSinkSession(judge, options.save, {
    grpcPort: 0,
    httpPort: 0,
    eitherPort: 0,
    maxRequestBytes,
  });
  // An exporter whose protocol is fixed in code reads the endpoint all the same: one that takes both is right for all.
  const endpoint = session.sink.eitherUrl ?? session.sink.httpUrl;
  try {
    const exit = await runChild(argv, childEnvironment(process.env, endpoint));
    await untilQuiet(session.sink);
    await session.close();
    const run = { mode: "command", inputs: [], command: { argv, ...exit } } as const;
    const result = judge.result(run, session.sink.received.refused);
    await writeReports(result, options.targets, options.verbose);
    return exitCode(result);
  } finally {
    await session.close();
  }
}

async function untilQuiet(sink: Sink): Promise<void> {
  const end = Date.now() + LONGEST_WAIT_MS;
  const childEnded = Date.now();
  for (;;) {
    const quietSince = Math.max(sink.lastActivity, childEnded);
    const wait = Math.min(quietSince + QUIET_MS, end) - Date.now();
    if (wait <= 0) return;
    await sleep(wait);
  }
}
