// The official `openai` client under @traceloop/instrumentation-openai, on the successor of the SDK line.
import { createRequire } from "node:module";

import { registerInstrumentations } from "@opentelemetry/instrumentation";
import { OpenAIInstrumentation } from "@traceloop/instrumentation-openai";

import { runScenarios } from "../scenarios.ts";
import { startTelemetry } from "./telemetry.mjs";

const { tracer, shutdown } = startTelemetry("openai-under-traceloop");
registerInstrumentations({
  instrumentations: [new OpenAIInstrumentation({ traceContent: process.env.TRACELOOP_TRACE_CONTENT !== "false" })],
});

// An instrumentation patches the client as it is loaded, so it is loaded last, by require.
const { OpenAI } = createRequire(import.meta.url)("openai");
try {
  await runScenarios(new OpenAI({ apiKey: "unused" }), tracer);
} finally {
  await shutdown();
}
