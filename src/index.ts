export type {
  Example,
  FailOn,
  Finding,
  LedgerSummary,
  Level,
  Problem,
  Reason,
  Received,
  Result,
  RuleOutcomes,
  Run,
  Source,
  Verdict,
  VersionVerdict,
  Where,
} from "./result/result.ts";
export { exitCode } from "./result/exit-code.ts";
export { Checker, type CheckerOptions, type CheckSummary } from "./check/checker.ts";
export { CollectedLedger } from "./reconcile/collected-ledger.ts";
export { buildResult, type RunFacts } from "./check/build-result.ts";
export { startSink, type Sink, type SinkOptions } from "./sink/start-sink.ts";
export { decodeProtobuf } from "./otlp/decode-protobuf.ts";
export { decodeJson } from "./otlp/decode-json.ts";
export type { OtlpRequest, Signal } from "./otlp/view.ts";
export { listVersions, newestStable, type VersionInfo } from "./semconv/load.ts";
export { startProvider, type Provider, type ProviderOptions } from "./provider/start-provider.ts";
export { readLedger, type LedgerReading } from "./ledger/read-ledger.ts";
export type { LedgerCall, LedgerLine } from "./ledger/ledger.ts";
