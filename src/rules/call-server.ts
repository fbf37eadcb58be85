import { judgeAspect } from "./call-comparison.ts";
import type { CallRule } from "./rule.ts";

/** Where the client called: the host and port of its request. */
export const callServer: CallRule = {
  scope: "call",
  meta: {
    id: "call-server",
    title: "A span names the server that was called",
    levels: ["violation"],
    why: "A default written into the instrumentation hides a proxy, a region or a test endpoint, and failures are looked for at the wrong place.",
    fix: "Take server.address and server.port from the base URL that the client uses for the call.",
    clause: () => "https://opentelemetry.io/docs/specs/semconv/registry/attributes/server/",
    weaver: null,
  },
  check(call, context) {
    judgeAspect(call, context, "server", ({ key, said, happened }) => ({
      expected: `${happened}, which the client called`,
      actual: said,
      fix: `Take ${key} from the client's base URL.`,
      value: said,
    }));
  },
};
