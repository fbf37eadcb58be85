import { opentelemetryLineA, traceloopLineA } from "./clients.ts";
import { testRealClients } from "./real-client-tests.ts";

testRealClients([opentelemetryLineA, traceloopLineA]);
