// The official `openai` client under @traceloop/instrumentation-openai.
import { createRequire } from "node:module";

import { registerInstrumentations } from "@opentelemetry/instrumentation";
import { OpenAIInstrumentation } from "@traceloop/instrumentation-openai";

import { runScenarios } from "../scenarios.ts";
import { startTelemetry } from "./telemetry.ts";

const { tracer, shutdown } = startTelemetry("openai-under-traceloop");
registerInstrumentations({
  // The instrumentation alone does not read TRACELOOP_TRACE_CONTENT, which the same vendor's SDK does; content is on by default.
  instrumentations: [new OpenAIInstrumentation({ traceContent: process.env["TRACELOOP_TRACE_CONTENT"] !== "false" })],
});

// An instrumentation patches the client as it is loaded, so it is loaded last, by require.
const { OpenAI } = createRequire(import.meta.url)("openai") as typeof import("openai");
try {
  await runScenarios(new OpenAI({ apiKey: "unused" }), tracer);
} finally {
  await shutdown();
}
