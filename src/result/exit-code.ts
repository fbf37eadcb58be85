import type { Result } from "./result.ts";

/**
 * The process exit code a Result maps to: 0 only when the verdict is pass and the judged command, if there was one, ended
 * with 0; otherwise 1. Codes of 2 and above belong to runs that ended without a Result.
 */
export function exitCode(result: Result): 0 | 1 {
  // A command ended by a signal has exitCode null.
  const commandFailed = result.run.command !== undefined && result.run.command.exitCode !== 0;
  return result.verdict === "pass" && !commandFailed ? 0 : 1;
}
