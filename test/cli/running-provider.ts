import type { ChildProcess } from "node:child_process";
import { endOf, startCli, type CliOptions, type CliRun } from "./run-cli.ts";

/** The provider command, ready on a free port, with JSON lines on standard output. */
export interface RunningProvider {
  readonly child: ChildProcess;
  readonly end: Promise<CliRun>;
  readonly url: string;
  readonly environment: Readonly<Record<string, string>>;
}

export async function startProviderCommand(
  args: readonly string[] = [],
  options: CliOptions = {},
): Promise<RunningProvider> {
  const child = startCli(["provider", "--port", "0", "--json", ...args], options);
  const end = endOf(child);
  let said = "";
  await new Promise<void>((resolve, reject) => {
    child.stdout?.on("data", (chunk: Buffer) => {
      said += chunk.toString();
      if (said.includes("\n")) resolve();
    });
    end.then(({ stderr }) => reject(new Error(`the provider ended: ${stderr}`)), reject);
  });
  const [first = ""] = said.split("\n");
  const { url, environment } = JSON.parse(first) as Pick<RunningProvider, "url" | "environment">;
  return { child, end, url, environment };
}
