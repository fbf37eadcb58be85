// One chat by the `openai` client that stands in the folder of the first argument, under the instrumentation that the second one names.
import { createRequire } from "node:module";
import { join } from "node:path";

import { registerInstrumentations } from "@opentelemetry/instrumentation";
import { OpenAIInstrumentation as OpenTelemetryInstrumentation } from "@opentelemetry/instrumentation-openai";
import { OpenAIInstrumentation as TraceloopInstrumentation } from "@traceloop/instrumentation-openai";

import { startTelemetry } from "./telemetry.ts";

const [folder = "", name = ""] = process.argv.slice(2);
const { tracer, shutdown } = startTelemetry("client-of-a-folder");
registerInstrumentations({
  instrumentations: [name === "traceloop" ? new TraceloopInstrumentation() : new OpenTelemetryInstrumentation()],
});

const { OpenAI } = createRequire(join(folder, "app.js"))("openai") as typeof import("openai");
try {
  await tracer.startActiveSpan("request", async (span) => {
    await new OpenAI().chat.completions.create({
      model: "gpt-4o",
      messages: [{ role: "user", content: "How is the weather in Paris?" }],
    });
    span.end();
  });
} finally {
  await shutdown();
}
