import { spawn } from "node:child_process";
import { KitError } from "./kit-error.ts";

export interface ChildExit {
  readonly exitCode: number | null;
  readonly signal: string | null;
}

const forwarded: readonly NodeJS.Signals[] = ["SIGINT", "SIGTERM", "SIGHUP"];

/**
 * Runs a command to its end. Its standard output goes to our standard error, because ours carries the report. Signals are handed on;
 * a second one ends the command at once. Throws a KitError when it cannot start.
 */
export function runChild(argv: readonly string[], environment: NodeJS.ProcessEnv): Promise<ChildExit> {
  const [command, ...args] = argv;
  if (command === undefined) {
    throw new KitError("check --: the command is empty", "Write the command after --: check -- node app.js");
  }
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { env: environment, stdio: ["inherit", 2, 2] });
    let asked = 0;
    const handOn = (signal: NodeJS.Signals): void => {
      asked++;
      // A terminal sends Ctrl-C to the command too; a second one would cut its flushing short.
      if (signal === "SIGINT" && process.stdin.isTTY && asked === 1) return;
      child.kill(asked > 1 ? "SIGKILL" : signal);
    };
    for (const signal of forwarded) process.on(signal, handOn);
    const done = (): void => {
      for (const signal of forwarded) process.off(signal, handOn);
    };
    child.on("error", (error: NodeJS.ErrnoException) => {
      done();
      const missing = error.code === "ENOENT";
      reject(
        new KitError(
          `cannot start the command "${command}": ${missing ? "no such program" : error.message}`,
          missing
            ? "Check its name and PATH; a shell line needs a shell: check -- sh -c '...'."
            : "Check that it may be executed.",
          { cause: error },
        ),
      );
    });
    child.on("close", (exitCode, signal) => {
      done();
      resolve({ exitCode, signal });
    });
  });
}
