// A sink in a process of its own, so that its CPU time is nobody else's. Speaks by IPC: tells its ports, then answers each message
// with what it has received and used so far.
import { Checker } from "../../src/check/checker.ts";
import { newestStable } from "../../src/semconv/load.ts";
import { startSink } from "../../src/sink/start-sink.ts";
import type { SinkReading, SinkWork } from "./receive.ts";

const work = process.argv[2] as SinkWork;
const checker = new Checker([newestStable()]);
const sink = await startSink({
  grpcPort: 0,
  httpPort: 0,
  onRequest: work === "judge" ? (request) => checker.accept(request) : () => undefined,
});
process.on("message", () => {
  const { user, system } = process.cpuUsage();
  const { spans, refused } = sink.received;
  const reading: SinkReading = { cpuMs: (user + system) / 1000, spans, refused };
  process.send?.(reading);
});
process.on("disconnect", () => process.exit());
process.send?.({ grpcPort: sink.grpcPort, httpPort: sink.httpPort });
