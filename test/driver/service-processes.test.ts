import { describe, expect, onTestFinished, test } from "vitest";
import { exchange } from "../../src/driver/live/exchange.ts";
import { STEP_HEADER, type Setup } from "../../src/driver/live/messages.ts";
import { ServiceProcesses } from "../../src/driver/live/service-processes.ts";
import { compileScenario } from "../../src/scenario/compile/compile-scenario.ts";
import { planTraces } from "../../src/scenario/plan/plan.ts";
import { builtInScenario } from "../../src/scenario/built-in.ts";
import { readScenario } from "../../src/scenario/read/read-scenario.ts";
import { openSink } from "../sink/open-sink.ts";
import { TraceShapes } from "./trace-shapes.ts";
import { refusingPort, tcpServer } from "./hostile-servers.ts";

const { text, file } = builtInScenario("rag/query");
const program = compileScenario(readScenario(text, file));

async function setupOf(
  changes: Partial<Setup> = {},
): Promise<{ readonly setup: Setup; readonly arrived: TraceShapes }> {
  const arrived = new TraceShapes();
  const { sink } = await openSink({ onRequest: (request) => arrived.accept(request) });
  const setup: Setup = {
    service: 0,
    program,
    traces: [...planTraces(program, 1, 3)].map(({ k, root }) => ({ k, root })),
    semconv: "1.41.1",
    seed: 1,
    toolVersion: "0.0.0",
    schemaUrl: "",
    protocol: "http/protobuf",
    gzip: false,
    target: { endpoint: sink.httpUrl, headers: {}, timeoutMs: 5000 },
    providerPort: await refusingPort(),
    speed: 1000,
    callsDecide: false,
    withSpans: false,
    ...changes,
  };
  return { setup, arrived };
}

async function started(setup: Setup): Promise<{ readonly services: ServiceProcesses; readonly died: string[] }> {
  const died: string[] = [];
  const events = { exported: () => {}, died: (what: string) => died.push(what) };
  const services = await ServiceProcesses.start([setup], events, new AbortController().signal);
  onTestFinished(() => services.kill());
  return { services, died };
}

const ask = (services: ServiceProcesses, step: string) =>
  exchange({
    port: services.port(0),
    method: "POST",
    path: "/",
    headers: { [STEP_HEADER]: step },
    body: "",
    timeoutMs: 20_000,
  });

test("a provider that is down: the spans say so, and so does the service", async () => {
  const { setup, arrived } = await setupOf();
  const { services, died } = await started(setup);
  expect(await ask(services, "0.0")).toMatchObject({ kind: "whole" });
  const [figures] = await services.finish(20_000, new AbortController().signal);
  expect(figures?.deviations).toBeGreaterThan(0);
  expect(figures?.firstDeviation).toMatch(
    /^the fake provider cannot be reached: connect ECONNREFUSED 127\.0\.0\.1:\d+$/,
  );
  expect(figures?.calls).toMatchObject({ answered: 0 });
  expect(arrived.spanCount).toBe(figures?.made);
  expect(arrived.shapes().join()).toContain("error.type=string connection_refused");
  expect(died).toEqual([]);
});

test("a service that is kept busy is not waited for longer than asked", async () => {
  const called = Promise.withResolvers<void>();
  const providerPort = await tcpServer((socket) => called.resolve(void socket.resume()));
  const { setup } = await setupOf({ providerPort });
  const { services, died } = await started(setup);
  void ask(services, "0.0");
  await called.promise;
  await expect(services.settle(1500, new AbortController().signal)).resolves.toBe(false);
  await services.kill();
  expect(died).toEqual([]);
});

describe("a service", () => {
  test("asked for what is no step of the plan says so", async () => {
    const { setup } = await setupOf();
    const { services, died } = await started(setup);
    for (const step of ["", "0", "0.999", "7.x", "-1.0"]) {
      expect([step, await ask(services, step)]).toMatchObject([step, { kind: "whole", status: 404 }]);
    }
    expect(died).toEqual([]);
  });

  test("that cannot begin is named with what it says, and none is left", async () => {
    const { setup } = await setupOf({ semconv: "0.0.0" });
    await expect(started(setup)).rejects.toMatchObject({
      name: "DriverError",
      message: expect.stringMatching(
        /^the service answers \(pid \d+\) ended with exit code 1, saying: Error: unknown semconv version "0\.0\.0"/,
      ),
    });
  });
});
