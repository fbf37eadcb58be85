import { join } from "node:path";

import { installLineB } from "./line-b-packages.ts";
import { pythonEnvironment } from "./python-venv.ts";

/** A real client under a real instrumentation, as a program that runs the scenarios. */
export interface RealClient {
  /** Names its captures and its rows in the table of findings. */
  readonly id: string;
  readonly title: string;
  /** Each way in which the program is run: its name, and what it sets in the environment. The first is the one out of the box. */
  readonly variants: readonly Variant[];
  /** Makes ready what the program needs, which may take a while the first time; answers the command that runs it. */
  prepare(): Promise<readonly string[]>;
}

export interface Variant {
  readonly name: "default" | "content" | "no-content";
  readonly environment: Readonly<Record<string, string>>;
}

const here = import.meta.dirname;
const python = join(here, "python");

const outOfTheBox: Variant = { name: "default", environment: {} };
const captureContent: Variant = {
  name: "content",
  environment: { OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT: "true" },
};
const withoutContent: Variant = { name: "no-content", environment: { TRACELOOP_TRACE_CONTENT: "false" } };

export const opentelemetryLineA: RealClient = {
  id: "js-opentelemetry-line-a",
  title: "openai 6.49.0 under @opentelemetry/instrumentation-openai 0.21.0, sdk-trace-base 2.12.1",
  variants: [outOfTheBox, captureContent],
  prepare: async () => [process.execPath, join(here, "line-a", "opentelemetry.ts")],
};

export const traceloopLineA: RealClient = {
  id: "js-traceloop-line-a",
  title: "openai 6.49.0 under @traceloop/instrumentation-openai 0.27.0, sdk-trace-base 2.12.1",
  variants: [outOfTheBox, withoutContent],
  prepare: async () => [process.execPath, join(here, "line-a", "traceloop.ts")],
};

export const opentelemetryLineB: RealClient = {
  id: "js-opentelemetry-line-b",
  title: "openai 6.49.0 under @opentelemetry/instrumentation-openai 0.22.0, sdk-trace 3.1.0",
  variants: [outOfTheBox],
  prepare: async () => {
    await installLineB();
    return [process.execPath, join(here, "line-b", "opentelemetry.mjs")];
  },
};

export const traceloopLineB: RealClient = {
  id: "js-traceloop-line-b",
  title: "openai 6.49.0 under @traceloop/instrumentation-openai 0.27.0, sdk-trace 3.1.0",
  variants: [outOfTheBox],
  prepare: async () => {
    await installLineB();
    return [process.execPath, join(here, "line-b", "traceloop.mjs")];
  },
};

export const pythonOpenAiV2: RealClient = {
  id: "python-openai-v2",
  title: "Python's openai 2.54.0 under opentelemetry-instrumentation-openai-v2 2.4b0",
  variants: [
    outOfTheBox,
    {
      name: "content",
      environment: {
        OTEL_SEMCONV_STABILITY_OPT_IN: "gen_ai_latest_experimental",
        OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT: "span_and_event",
      },
    },
  ],
  prepare: async () => [
    await pythonEnvironment(join(python, "openai-v2.requirements.txt")),
    "-B",
    join(python, "openai_v2.py"),
  ],
};

export const pythonGenaiOpenAi: RealClient = {
  id: "python-genai-openai",
  title: "Python's openai 3.54.0 under opentelemetry-instrumentation-genai-openai 1.3b0",
  variants: [
    outOfTheBox,
    { name: "content", environment: { OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT: "span_and_event" } },
  ],
  prepare: async () => [
    await pythonEnvironment(join(python, "genai-openai.requirements.txt")),
    "-B",
    join(python, "genai_openai.py"),
  ],
};

export const realClients: readonly RealClient[] = [
  opentelemetryLineA,
  traceloopLineA,
  opentelemetryLineB,
  traceloopLineB,
  pythonOpenAiV2,
  pythonGenaiOpenAi,
];

/** The committed capture of a client, an absolute path. */
export function captureFile(client: RealClient, variant: Variant): string {
  const suffix = variant.name === "default" ? "" : `.${variant.name}`;
  return join(here, "captures", `${client.id}${suffix}.ndjson`);
}
