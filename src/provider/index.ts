export { providerHandlers, type ProviderHandlers, type ProviderHandlersOptions } from "./msw-handlers.ts";
export { startProvider, type Provider, type ProviderOptions } from "./start-provider.ts";
export { FAULT_HEADER, type FakeProviderOptions } from "./fake-provider.ts";
export { loadScript, type LoadedScript } from "./load-script.ts";
export { parseFault } from "./read-fault.ts";
export { SettingError } from "./setting-error.ts";
export type { CallRange, Fault, FaultEffect, FaultTarget, Quota } from "./fault.ts";
export type { Script, ScriptConversation, ScriptTurn } from "./script.ts";
export type { LedgerCall, LedgerLine } from "../ledger/ledger.ts";
