import type { ProviderOptions } from "../provider/start-provider.ts";
import { KitError } from "./kit-error.ts";
import { runCheckCommand } from "./check-a-command.ts";
import { runCheckFiles } from "./check-files.ts";
import { portOf } from "./port-option.ts";
import { readBehaviour, type RawBehaviour } from "./provider-options.ts";
import { maxRequestBytesOf, readRunOptions, type RawRunOptions } from "./run-options.ts";
import type { Signal } from "../otlp/view.ts";

export interface RawCheckOptions extends RawRunOptions, RawBehaviour {
  readonly signal?: Signal;
  readonly maxRequestMb: string;
  readonly provider?: true;
  readonly providerPort?: string;
}

/** `check [files…]` or `check -- <command…>`. Resolves to the exit code. */
export async function runCheck(
  files: readonly string[],
  command: readonly string[] | undefined,
  raw: RawCheckOptions,
): Promise<number> {
  const options = readRunOptions(raw);
  const maxRequestBytes = maxRequestBytesOf(raw.maxRequestMb);
  const provider = readProvider(raw, command !== undefined);
  if (command !== undefined) {
    if (files.length > 0) {
      throw new KitError(
        `check: both files (${files.join(", ")}) and a command after --`,
        "Check the files and the command in two runs.",
      );
    }
    return runCheckCommand(command, options, maxRequestBytes, provider);
  }
  if (files.length === 0) {
    throw new KitError(
      "check: nothing to check",
      "Name files (- for standard input), or a command after --: check -- node app.js",
    );
  }
  return runCheckFiles(files, raw.signal, options, raw.ledger);
}

/** The fake provider that --provider asks for. Throws a KitError for what only goes with it, or with a command. */
function readProvider(raw: RawCheckOptions, hasCommand: boolean): ProviderOptions | undefined {
  if (raw.provider === true) {
    if (!hasCommand) {
      throw new KitError(
        "--provider: expected a command after -- that calls it",
        "Write check --provider -- <command>; files with a ledger that was kept before: check <files> --ledger <file>.",
      );
    }
    return { ...readBehaviour(raw), port: portOf(raw.providerPort ?? "0", "--provider-port") };
  }
  const given = Object.entries({
    "--fault": raw.fault,
    "--script": raw.script,
    "--seed": raw.seed,
    "--provider-port": raw.providerPort,
    ...(hasCommand ? { "--ledger": raw.ledger } : {}),
  }).find(([, value]) => value !== undefined);
  if (given === undefined) return undefined;
  throw new KitError(
    `${given[0]}: there is no fake provider that it could be for`,
    "Add --provider, which starts one for the command.",
  );
}
