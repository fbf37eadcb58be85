import { KitError } from "./kit-error.ts";
import { runCheckCommand } from "./check-a-command.ts";
import { runCheckFiles } from "./check-files.ts";
import { maxRequestBytesOf, readRunOptions, type RawRunOptions } from "./run-options.ts";
import type { Signal } from "../otlp/view.ts";

export interface RawCheckOptions extends RawRunOptions {
  readonly signal?: Signal;
  readonly maxRequestMb: string;
}

/** `check [files…]` or `check -- <command…>`. Resolves to the exit code. */
export async function runCheck(
  files: readonly string[],
  command: readonly string[] | undefined,
  raw: RawCheckOptions,
): Promise<number> {
  const options = readRunOptions(raw);
  const maxRequestBytes = maxRequestBytesOf(raw.maxRequestMb);
  if (command !== undefined) {
    if (files.length > 0) {
      throw new KitError(
        `check: both files (${files.join(", ")}) and a command after --`,
        "Check the files and the command in two runs.",
      );
    }
    return runCheckCommand(command, options, maxRequestBytes);
  }
  if (files.length === 0) {
    throw new KitError(
      "check: nothing to check",
      "Name files (- for standard input), or a command after --: check -- node app.js",
    );
  }
  return runCheckFiles(files, raw.signal, options);
}
