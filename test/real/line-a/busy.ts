// The official `openai` client under the instrumentation that the first argument names, with what goes wrong in production: the client's own
// retries, refusals that stay, replies that break off, identical requests at once, and an application that retries by itself.
import { createRequire } from "node:module";

import { context, trace } from "@opentelemetry/api";
import { registerInstrumentations } from "@opentelemetry/instrumentation";
import { OpenAIInstrumentation as OpenTelemetryInstrumentation } from "@opentelemetry/instrumentation-openai";
import { OpenAIInstrumentation as TraceloopInstrumentation } from "@traceloop/instrumentation-openai";

import { startTelemetry } from "./telemetry.ts";

const traceloop = process.argv[2] === "traceloop";
const { tracer, shutdown } = startTelemetry(`busy-under-${traceloop ? "traceloop" : "opentelemetry"}`);
registerInstrumentations({
  instrumentations: [traceloop ? new TraceloopInstrumentation() : new OpenTelemetryInstrumentation()],
});

// An instrumentation patches the client as it is loaded, so it is loaded last, by require.
const { OpenAI } = createRequire(import.meta.url)("openai") as typeof import("openai");
const client = new OpenAI({
  apiKey: "unused",
  ...(process.argv[3] === "propagate" ? { fetch: fetchWithContext } : {}),
});

/** What an instrumentation of the HTTP client does: the header names the span that is active as the request is sent. */
function fetchWithContext(url: Parameters<typeof fetch>[0], init?: RequestInit): Promise<Response> {
  const headers = new Headers(init?.headers);
  const active = trace.getSpanContext(context.active());
  if (active !== undefined) headers.set("traceparent", `00-${active.traceId}-${active.spanId}-01`);
  return fetch(url, { ...init, headers });
}

/** A chat whose request chooses what goes wrong with it. */
function ask(model: string, options: { readonly fault?: string; readonly maxRetries?: number } = {}): Promise<unknown> {
  const { fault, maxRetries = 0 } = options;
  return client.chat.completions.create(
    { model, messages: [{ role: "user", content: "How is the weather in Paris?" }] },
    { maxRetries, ...(fault === undefined ? {} : { headers: { "x-testkit-fault": fault } }) },
  );
}

async function failing(call: Promise<unknown>): Promise<void> {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error === undefined) throw new Error("the call went well, although it was to fail");
}

/** Four of the same at once: nothing but ids tells them apart. */
const identical = (model: string): Promise<unknown> => Promise.all([1, 2, 3, 4].map(() => ask(model)));

try {
  await tracer.startActiveSpan("busy", async (span) => {
    await identical("gpt-4o");
    // Every attempt fails: 429 three times, one span.
    await failing(ask("o4-mini", { fault: "status=429 retry-after=0", maxRetries: 2 }));
    await failing(ask("o3-mini", { fault: "status=500" }));
    await failing(ask("gpt-4.1", { fault: "cut=0" }));
    await failing(ask("gpt-4.1-mini", { fault: "malformed" }));
    // An application that retries by itself, the same body twice.
    await failing(ask("gpt-4o-mini", { fault: "status=503" }));
    await ask("gpt-4o-mini");
    // Failed and good ones at once.
    await Promise.all([
      failing(ask("o1", { fault: "status=429" })),
      ask("o1"),
      failing(ask("o1", { fault: "status=500" })),
    ]);
    const stream = await client.chat.completions.create({
      model: "gpt-4.1-nano",
      stream: true,
      messages: [{ role: "user", content: "How is the weather in Paris?" }],
    });
    for await (const chunk of stream) void chunk;
    span.end();
  });
} finally {
  await shutdown();
}
