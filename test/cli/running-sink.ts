import type { ChildProcess } from "node:child_process";
import { endOf, startCli, type CliOptions, type CliRun } from "./run-cli.ts";

/** The sink command, ready to receive on free ports; judged by 1.41.1, with its Result on standard output when it ends. */
export interface RunningSink {
  readonly child: ChildProcess;
  readonly end: Promise<CliRun>;
  readonly grpcUrl: string;
  readonly httpUrl: string;
  readonly adminUrl: string | undefined;
}

export async function startSinkCommand(args: readonly string[] = [], options: CliOptions = {}): Promise<RunningSink> {
  const child = startCli(
    ["sink", "--grpc-port", "0", "--http-port", "0", "--semconv", "1.41.1", "--json", ...args],
    options,
  );
  const end = endOf(child);
  let said = "";
  await new Promise<void>((resolve, reject) => {
    child.stderr?.on("data", (chunk: Buffer) => {
      said += chunk.toString();
      if (said.includes("Stop with")) resolve();
    });
    child.once("close", () => reject(new Error(`the sink ended: ${said}`)));
  });
  const url = (what: string): string | undefined => new RegExp(`${what} on (https?://[^,\\s]+)`).exec(said)?.[1];
  return {
    child,
    end,
    grpcUrl: url("OTLP/gRPC") ?? "",
    httpUrl: url("OTLP/HTTP") ?? "",
    adminUrl: url("admin"),
  };
}
