import { resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { PortError } from "../provider/port-error.ts";
import { clientEnvironment } from "../provider/client-environment.ts";
import { startProvider, type Provider, type ProviderOptions } from "../provider/start-provider.ts";
import { CollectedLedger } from "../reconcile/collected-ledger.ts";
import { exitCode } from "../result/exit-code.ts";
import type { Sink } from "../sink/start-sink.ts";
import { runChild } from "./child-command.ts";
import { childEnvironment } from "./child-environment.ts";
import { KitError } from "./kit-error.ts";
import { clearProviderError } from "./provider-options.ts";
import { writeReports } from "./reports.ts";
import { RunJudge } from "./run-judge.ts";
import type { RunOptions } from "./run-options.ts";
import { openSinkSession } from "./sink-session.ts";

/** How long nothing may come after the command ended before the run is over, and the most to wait for that. */
const QUIET_MS = 750;
const LONGEST_WAIT_MS = 10_000;

/**
 * Starts the sink, runs the command against it, waits for a quiet period, judges.
 *
 * @param provider Starts a fake provider, too, points the usual variables at it, and holds its ledger against the spans.
 */
export async function runCheckCommand(
  argv: readonly string[],
  options: RunOptions,
  maxRequestBytes: number,
  provider: ProviderOptions | undefined,
): Promise<number> {
  if (provider?.ledger !== undefined && options.save !== undefined && isSame(provider.ledger, options.save)) {
    throw new KitError(
      `--ledger ${provider.ledger}: expected another file than --save has, got the same`,
      "Give each a file of its own: one keeps the calls, the other the telemetry.",
    );
  }
  const judge = new RunJudge(options, provider !== undefined);
  const called = provider === undefined ? undefined : await openProvider(provider);
  try {
    return await checkWith(argv, options, judge, maxRequestBytes, called);
  } finally {
    await called?.provider.stop().catch(() => undefined);
  }
}

function isSame(a: string, b: string): boolean {
  return resolve(a) === resolve(b);
}

interface CalledProvider {
  readonly provider: Provider;
  readonly ledger: CollectedLedger;
}

/** Throws a KitError for a port or a ledger that cannot be had. */
async function openProvider(options: ProviderOptions): Promise<CalledProvider> {
  const ledger = new CollectedLedger("provider");
  try {
    const provider = await startProvider({
      ...options,
      onLine: (line) => {
        if (line.type === "call" || line.type === "unknown-route") ledger.add(line);
      },
    });
    return { provider, ledger };
  } catch (error) {
    if (!(error instanceof PortError)) throw clearProviderError(error);
    throw new KitError(
      `--provider-port ${options.port ?? 0}: ${error.message.split(". ")[0]}`,
      "Choose another port, or leave the option out: a free one is taken.",
      { cause: error },
    );
  }
}

async function checkWith(
  argv: readonly string[],
  options: RunOptions,
  judge: RunJudge,
  maxRequestBytes: number,
  called: CalledProvider | undefined,
): Promise<number> {
  const session = await openSinkSession(judge, options.save, {
    grpcPort: 0,
    httpPort: 0,
    eitherPort: 0,
    maxRequestBytes,
  });
  // An exporter whose protocol is fixed in code reads the endpoint all the same: one that takes both is right for all.
  const endpoint = session.sink.eitherUrl ?? session.sink.httpUrl;
  try {
    const environment = childEnvironment(process.env, endpoint);
    const exit = await runChild(
      argv,
      called === undefined ? environment : { ...environment, ...clientEnvironment(called.provider.url) },
    );
    await untilQuiet(session.sink);
    await session.close();
    if (called !== undefined) {
      // Calls that the command left behind end here, and stand in the ledger.
      await called.provider.stop().catch((error: unknown) => Promise.reject(clearProviderError(error)));
      judge.holdAgainst(called.ledger, session.sink.received.refused);
    }
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
