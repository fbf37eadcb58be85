import { opentelemetryLineB, traceloopLineB } from "./clients.ts";
import { testRealClients } from "./real-client-tests.ts";

testRealClients([opentelemetryLineB, traceloopLineB]);
