/** A service of a live run: forked by the driver, told by it what to do, and never there without it. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { Renderer } from "../../scenario/render/render-trace.ts";
import { Spec } from "../../semconv/spec.ts";
import { exportDelivery } from "../sdk/export-delivery.ts";
import { exporterFor } from "../sdk/exporter.ts";
import { ExporterLog } from "../sdk/exporter-log.ts";
import { hops } from "../sdk/hop-propagators.ts";
import { loadSdk } from "../sdk/load-sdk.ts";
import { serviceProvider, watched } from "../sdk/service-provider.ts";
import { KEEP_ALIVE_MS } from "./exchange.ts";
import { LiveService } from "./live-service.ts";
import { STEP_HEADER, type MadeSpan, type Order, type Report, type Setup } from "./messages.ts";

const report = (message: Report, sent?: () => void): void => {
  // A driver that is gone hears nothing, and then "disconnect" ends this process.
  process.send?.(message, undefined, undefined, () => sent?.());
};

process.on("disconnect", () => process.exit(0));
// The terminal sends its signals to the driver too, which ends its services in order.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => {});

const setUp = Promise.withResolvers<Setup>();
const ports = Promise.withResolvers<readonly number[]>();
let takeOrder: (order: Order) => void = () => {};
process.on("message", (order: Order) => {
  if (order.type === "setup") setUp.resolve(order.setup);
  else if (order.type === "peers") ports.resolve(order.ports);
  else takeOrder(order);
});

const setup = await setUp.promise;
const { program, schemaUrl, toolVersion, target } = setup;
const sdk = await loadSdk();
const open = new Map<string, MadeSpan>();
const makeExporter = await exporterFor(setup.protocol, { ...target, endpoint: new URL(target.endpoint) }, setup.gzip);
const log = new ExporterLog(sdk.api);
const provider = serviceProvider(
  sdk,
  program.services[setup.service] as string,
  schemaUrl,
  watched(makeExporter(), (spans, result, tookMs) => {
    const exported = spans.flatMap((span): MadeSpan[] => {
      const { traceId, spanId } = span.spanContext();
      const made = open.get(traceId + spanId);
      open.delete(traceId + spanId);
      return made === undefined ? [] : [made];
    });
    report({
      type: "exported",
      delivery: exportDelivery(result, tookMs, log.take()),
      tookMs,
      count: spans.length,
      spans: exported,
    });
  }),
);

const server = createServer(
  { keepAliveTimeout: KEEP_ALIVE_MS },
  (incoming, response) => void answer(incoming, response),
);
await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
report({ type: "listening", port: (server.address() as AddressInfo).port });

const service = new LiveService({
  setup,
  sdk,
  tracer: provider.getTracer("otel-genai-testkit", toolVersion, { schemaUrl }),
  renderer: new Renderer(new Spec(setup.semconv), program, setup.seed),
  hops: hops(sdk),
  ports: await ports.promise,
  onSpan: (key, made) => open.set(key, made),
});
takeOrder = (order) => void (order.type === "finish" ? finish(order.withinMs) : settle());
report({ type: "ready" });

async function answer(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
  incoming.resume();
  const headers = Object.fromEntries(
    Object.entries(incoming.headers).flatMap(([name, value]) => (typeof value === "string" ? [[name, value]] : [])),
  );
  const [n, ordinal] = (headers[STEP_HEADER] ?? "").split(".").map(Number);
  const reply = await service.serve(n ?? Number.NaN, ordinal ?? Number.NaN, headers);
  if (reply === undefined) {
    response.writeHead(404).end(`No step of the plan: ${STEP_HEADER} names none that is this service's.\n`);
    return;
  }
  const text = JSON.stringify(reply);
  response.writeHead(reply.failure === null ? 200 : 500, { "content-type": "application/json" }).end(text);
}

async function settle(): Promise<void> {
  await service.idle();
  report({ type: "settled", served: service.served });
}

async function finish(withinMs: number): Promise<void> {
  await Promise.race([provider.shutdown().catch(() => undefined), sleep(withinMs)]);
  const { made, calls, deviations, firstDeviation } = service;
  const unexported = [...open.values()];
  report({ type: "done", made, unexported, calls, deviations, firstDeviation }, () => process.exit(0));
}
