import { exitCode } from "../result/exit-code.ts";
import type { Run } from "../result/result.ts";
import { startAdmin, type Admin } from "../sink/admin.ts";
import { exposureWarnings } from "./exposure.ts";
import { portOf } from "./port-option.ts";
import { writeReports } from "./reports.ts";
import { RunJudge } from "./run-judge.ts";
import { maxRequestBytesOf, readRunOptions, type RawRunOptions } from "./run-options.ts";
import { clearly, openSinkSession } from "./sink-session.ts";
import { readTls, type RawTlsOptions } from "./tls-files.ts";
import { readToken } from "./token.ts";
import { whenStopped } from "./when-stopped.ts";

export interface RawSinkOptions extends RawRunOptions, RawTlsOptions {
  readonly host: string;
  readonly grpcPort: string;
  readonly httpPort: string;
  readonly adminPort?: string;
  readonly maxRequestMb: string;
  readonly tokenFile?: string;
}

const run: Run = { mode: "sink", inputs: [] };

/** `sink`: receives until Ctrl-C, SIGTERM or POST /stop, then judges. Resolves to the exit code. */
export async function runSink(raw: RawSinkOptions): Promise<number> {
  const options = readRunOptions(raw);
  const grpcPort = portOf(raw.grpcPort, "--grpc-port");
  const httpPort = portOf(raw.httpPort, "--http-port");
  const adminPort = raw.adminPort === undefined ? undefined : portOf(raw.adminPort, "--admin-port");
  const maxRequestBytes = maxRequestBytesOf(raw.maxRequestMb);
  const tls = readTls(raw);
  const token = readToken(raw.tokenFile, process.env);
  const access = { host: raw.host, ...(tls !== undefined && { tls }), ...(token !== undefined && { token }) };
  for (const warning of exposureWarnings(access)) process.stderr.write(`${warning}\n`);
  const judge = new RunJudge(options);
  const session = await openSinkSession(judge, options.save, { ...access, grpcPort, httpPort, maxRequestBytes });
  const stop = whenStopped();
  let admin: Admin | undefined;
  try {
    if (adminPort !== undefined) {
      admin = await startAdmin({
        port: adminPort,
        report: () => judge.result(run, session.sink.received.refused),
        stop: stop.now,
      }).catch((error: unknown) => {
        throw clearly(error);
      });
    }
    const { grpcUrl, httpUrl } = session.sink;
    process.stderr.write(
      `OTLP/gRPC on ${grpcUrl}, OTLP/HTTP on ${httpUrl}${admin === undefined ? "" : `, admin on ${admin.url}`}\n`,
    );
    process.stderr.write("Stop with Ctrl-C, SIGTERM or POST /stop on the admin port; then what came is judged.\n");
    await stop.asked;
    await session.close();
    const result = judge.result(run, session.sink.received.refused);
    await writeReports(result, options.targets, options.verbose);
    return exitCode(result);
  } finally {
    await session.close();
    await admin?.close();
  }
}
