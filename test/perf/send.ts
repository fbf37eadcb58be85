import { fork } from "node:child_process";
import { once } from "node:events";
import type { SenderName, SendReading } from "./send-process.ts";

/** The driver is so much cheaper that it needs more spans to be measured as well. */
const DRIVER_SPANS = 600_000;
const EXPORTER_SPANS = 150_000;
const ROUNDS = 3;
const FEW_SPANS = 100_000;

/**
 * Prints what sending costs the sender, the otlp driver beside the SDK's exporter on the same spans, and its memory by the length of
 * a run.
 *
 * @param manySpans the longer run: 1,000,000 unless asked for more
 */
export async function compareSending(manySpans: number): Promise<void> {
  console.log(
    `sending: CPU ms of the sender's process per 1000 spans (the same agent traces, 512 spans a request), 4 requests in flight, to a target that only acknowledges`,
  );
  await withTarget(async (ports) => {
    for (const protocol of ["HTTP", "gRPC"] as const) {
      const driver: number[] = [];
      const sdk: number[] = [];
      for (let round = 0; round < ROUNDS; round++) {
        driver.push(await cpuPerThousand(`otlp by ${protocol}`, ports, DRIVER_SPANS));
        sdk.push(await cpuPerThousand(`SDK exporter by ${protocol}`, ports, EXPORTER_SPANS));
      }
      const ratios = sdk.map((cpu, round) => cpu / driver[round]!);
      console.log(
        `  ${protocol}: otlp driver ${range(driver)}, the SDK's exporter ${range(sdk)}; ratio ${range(ratios, 1)} (aim: at least 10)`,
      );
    }
    const few = await send("otlp by HTTP", ports, FEW_SPANS);
    const many = await send("otlp by HTTP", ports, manySpans);
    console.log(
      `  peak memory of the sender: ${few.peakMegabytes.toFixed(0)} MB at ${count(few.spans)} spans, ${many.peakMegabytes.toFixed(0)} MB at ${count(many.spans)}; ratio ${(many.peakMegabytes / few.peakMegabytes).toFixed(2)} (aim: flat); ${count(Math.round(many.spans / (many.elapsedMs / 1000)))} spans/s with the target on the same machine`,
    );
  });
}

interface Ports {
  readonly grpcPort: number;
  readonly httpPort: number;
}

async function cpuPerThousand(sender: SenderName, ports: Ports, spans: number): Promise<number> {
  const reading = await send(sender, ports, spans);
  return (reading.cpuMs / reading.spans) * 1000;
}

async function send(sender: SenderName, { grpcPort, httpPort }: Ports, spans: number): Promise<SendReading> {
  const port = sender.endsWith("gRPC") ? grpcPort : httpPort;
  const child = fork(new URL("send-process.ts", import.meta.url), [sender, String(port), String(spans)], {
    stdio: "inherit",
  });
  const [reading] = (await Promise.race([
    once(child, "message"),
    once(child, "exit").then(([code]) => Promise.reject(new Error(`${sender} ended with ${String(code)}`))),
  ])) as [SendReading];
  return reading;
}

async function withTarget(use: (ports: Ports) => Promise<void>): Promise<void> {
  const child = fork(new URL("acknowledging-server.ts", import.meta.url), { stdio: "inherit" });
  try {
    const [ports] = (await once(child, "message")) as [Ports];
    await use(ports);
  } finally {
    child.disconnect();
  }
}

const count = (value: number): string => value.toLocaleString("en");

function range(values: readonly number[], digits = 2): string {
  const sorted = [...values].sort((a, b) => a - b);
  const [least, median, most] = [sorted[0]!, sorted[sorted.length >> 1]!, sorted.at(-1)!];
  return `${median.toFixed(digits)} (${least.toFixed(digits)}–${most.toFixed(digits)})`;
}
